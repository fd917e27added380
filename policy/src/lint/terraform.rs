//! The policies in what `terraform show -json` prints, for a plan or a state.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format>

mod network;
mod resource;

use serde_json::Value;

use self::resource::{Resource, Resources};
use super::bundle::{Bundle, EndpointType, EventRule, Place, Placed, Skipped};
use crate::Document;

/// Where a document of a resource is: type, attribute, place. A block that may
/// be repeated is `BLOCK.ATTRIBUTE`. What a state shows at two resources is
/// taken from the one that stands first here.
const DOCUMENTS: [(&str, &str, AttachedTo); 23] = [
    ("aws_iam_policy", "policy", AttachedTo::Attachments),
    ("aws_iam_role", "assume_role_policy", AttachedTo::Trust),
    (
        "aws_iam_role",
        "inline_policy.policy",
        AttachedTo::Identity("role", "name"),
    ),
    (
        "aws_iam_role_policy",
        "policy",
        AttachedTo::Identity("role", "role"),
    ),
    (
        "aws_iam_user_policy",
        "policy",
        AttachedTo::Identity("user", "user"),
    ),
    (
        "aws_iam_group_policy",
        "policy",
        AttachedTo::Identity("group", "group"),
    ),
    (
        "aws_ssoadmin_permission_set_inline_policy",
        "inline_policy",
        AttachedTo::Identity("permission-set", "permission_set_arn"),
    ),
    ("aws_s3_bucket_policy", "policy", AttachedTo::Bucket),
    ("aws_s3_bucket", "policy", AttachedTo::Bucket),
    ("aws_kms_key_policy", "policy", AttachedTo::Key("key_id")),
    ("aws_kms_key", "policy", AttachedTo::Key("key_id")),
    ("aws_kms_external_key", "policy", AttachedTo::Key("id")),
    (
        "aws_vpc_endpoint_policy",
        "policy",
        AttachedTo::Endpoint("vpc_endpoint_id"),
    ),
    ("aws_vpc_endpoint", "policy", AttachedTo::Endpoint("id")),
    (
        "aws_organizations_policy",
        "content",
        AttachedTo::Organization,
    ),
    ("aws_sqs_queue", "policy", AttachedTo::Resource),
    ("aws_sqs_queue_policy", "policy", AttachedTo::Resource),
    ("aws_sns_topic_policy", "policy", AttachedTo::Resource),
    ("aws_ecr_repository_policy", "policy", AttachedTo::Resource),
    (
        "aws_secretsmanager_secret_policy",
        "policy",
        AttachedTo::Resource,
    ),
    (
        "aws_codeartifact_domain_permissions_policy",
        "policy_document",
        AttachedTo::Resource,
    ),
    (
        "aws_codeartifact_repository_permissions_policy",
        "policy_document",
        AttachedTo::Resource,
    ),
    (
        "aws_sagemaker_model_package_group_policy",
        "resource_policy",
        AttachedTo::Resource,
    ),
];

/// Whose document it is; the texts name attributes of the resource.
#[derive(Clone, Copy)]
enum AttachedTo {
    /// Whoever other resources attach it to.
    Attachments,
    Trust,
    /// Kind of identity, and the attribute with its name.
    Identity(&'static str, &'static str),
    Bucket,
    Key(&'static str),
    Endpoint(&'static str),
    Organization,
    Resource,
}

/// Everything in a plan or state that can be linted.
pub(super) fn bundle(shown: &Value) -> Bundle {
    let resources = Resources::of(shown);
    let mut bundle = Bundle {
        firewall_policies: network::firewall_policies(&resources),
        security_groups: network::security_groups(&resources),
        event_rules: resources
            .of_type("aws_cloudwatch_event_rule")
            .filter_map(event_rule)
            .collect(),
        ..Bundle::default()
    };
    for (kind, attribute, to) in DOCUMENTS {
        for resource in resources.of_type(kind) {
            add(&mut bundle, &resources, resource, attribute, to);
        }
    }
    add_data(&mut bundle, &resources);
    bundle
}

fn add(
    bundle: &mut Bundle,
    all: &Resources<'_>,
    resource: &Resource<'_>,
    attribute: &str,
    to: AttachedTo,
) {
    let Some(place) = place(to, resource, all) else {
        return;
    };
    for (name, text) in resource.texts(attribute) {
        let document = Document::parse(text);
        let is_same = |known: &Placed| known.place == place && known.document == document;
        if !(names_object(&place) && bundle.documents.iter().any(is_same)) {
            bundle.documents.push(Placed {
                name,
                place: place.clone(),
                document,
            });
        }
    }
    if resource.is_unknown(attribute) {
        bundle.skipped.push(Skipped {
            name: resource.address.clone(),
            reason: format!("`{attribute}` is not known before apply"),
        });
    }
}

/// Whether two documents at that place are documents of one object.
fn names_object(place: &Place) -> bool {
    match place {
        Place::Bucket { name } | Place::Key { name } => name.is_some(),
        Place::VpcEndpoint { id, .. } => id.is_some(),
        _ => false,
    }
}

/// Where the document is attached; `None` if it is none of IAM's language.
fn place(to: AttachedTo, resource: &Resource<'_>, all: &Resources<'_>) -> Option<Place> {
    let text = |name| resource.text(name).map(str::to_owned);
    Some(match to {
        AttachedTo::Attachments => attached(resource, all),
        AttachedTo::Trust => Place::Trust {
            role: text("name").map(|name| format!("role/{name}")),
        },
        AttachedTo::Identity(kind, name) => identity(kind, resource.text(name)),
        AttachedTo::Bucket => Place::Bucket {
            name: text("bucket"),
        },
        AttachedTo::Key(id) => Place::Key { name: text(id) },
        AttachedTo::Endpoint("id") => endpoint(Some(resource)),
        AttachedTo::Endpoint(id) => endpoint(all.by_id("aws_vpc_endpoint", resource.text(id))),
        AttachedTo::Organization => match resource.text("type") {
            Some("SERVICE_CONTROL_POLICY") | None => Place::ServiceControl,
            Some("RESOURCE_CONTROL_POLICY") => Place::ResourceControl,
            // Tag, backup and other policies speak another language.
            Some(_) => return None,
        },
        AttachedTo::Resource => Place::Resource,
    })
}

/// Documents of `aws_iam_policy_document` that no resource shows.
fn add_data(bundle: &mut Bundle, resources: &Resources<'_>) {
    for resource in resources.of_type("data.aws_iam_policy_document") {
        let Some(text) = resource.text("json") else {
            continue;
        };
        let document = Document::parse(text);
        let is_shown = bundle
            .documents
            .iter()
            .any(|known| match (&known.document, &document) {
                (Ok(known), Ok(document)) => known.equivalent(document),
                _ => false,
            });
        if !is_shown {
            bundle.documents.push(Placed {
                name: resource.address.clone(),
                place: document.as_ref().map_or(Place::identity(), Place::guess),
                document,
            });
        }
    }
}

fn event_rule(resource: &Resource<'_>) -> Option<EventRule> {
    let pattern = serde_json::from_str(resource.text("event_pattern")?).ok()?;
    Some(EventRule {
        name: resource.address.clone(),
        pattern,
        covers: Vec::new(),
    })
}

/// A managed policy is a boundary, or of the one role it is attached to, or of
/// nobody in particular.
fn attached(policy: &Resource<'_>, all: &Resources<'_>) -> Place {
    let Some(arn) = policy.text("arn") else {
        return Place::identity();
    };
    let owners = ["aws_iam_role", "aws_iam_user"].into_iter();
    let mut owners = owners.flat_map(|kind| all.of_type(kind));
    if let Some(owner) = owners.find(|owner| owner.text("permissions_boundary") == Some(arn)) {
        let of = owner.text("name").map(str::to_owned);
        return Place::Boundary { of };
    }
    let attachments = all.of_type("aws_iam_role_policy_attachment");
    let mut attachments = attachments.filter(|one| one.text("policy_arn") == Some(arn));
    match (attachments.next(), attachments.next()) {
        (Some(only), None) => identity("role", only.text("role")),
        _ => Place::identity(),
    }
}

fn identity(kind: &str, name: Option<&str>) -> Place {
    let of = name.map(|name| format!("{kind}/{name}"));
    Place::Identity { of }
}

fn endpoint(endpoint: Option<&Resource<'_>>) -> Place {
    let text = |name| endpoint.and_then(|endpoint| endpoint.text(name));
    let endpoint_type = match text("vpc_endpoint_type") {
        Some("Gateway") => Some(EndpointType::Gateway),
        Some("Interface") => Some(EndpointType::Interface),
        _ => None,
    };
    Place::VpcEndpoint {
        id: text("id").map(str::to_owned),
        service: text("service_name")
            .and_then(service_prefix)
            .map(str::to_owned),
        endpoint_type,
    }
}

/// Prefix of the actions of an endpoint's service: `s3` of
/// `com.amazonaws.eu-west-1.s3`, `sagemaker` of `…sagemaker.api`.
fn service_prefix(service_name: &str) -> Option<&str> {
    let parts: Vec<&str> = service_name.split('.').collect();
    match parts[..] {
        ["com", "amazonaws", _, "monitoring"] => Some("cloudwatch"),
        ["com", "amazonaws", _, name, ..] => Some(name),
        ["aws", "sagemaker", ..] => Some("sagemaker"),
        _ => None,
    }
}
