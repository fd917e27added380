//! What is particular about single services.

use crate::access::facts::Facts;
use crate::access::{Caller, Layer};

/// Services to whose resources resource control policies apply.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
const UNDER_RESOURCE_CONTROL: [&str; 29] = [
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "codebuild",
    "codecommit",
    "cognito-identity",
    "cognito-idp",
    "cognito-sync",
    "comprehend",
    "comprehendmedical",
    "dax",
    "dynamodb",
    "ecr",
    "health",
    "kinesisvideo",
    "kms",
    "logs",
    "s3",
    "s3express",
    "secretsmanager",
    "signin",
    "sqs",
    "sts",
    "support",
    "supportplans",
    "textract",
    "transcribe",
    "translate",
];

/// Services whose VPC endpoints are gateways.
const GATEWAYS: [&str; 2] = ["dynamodb", "s3"];

/// Services whose resource policies name no resource: it is the one they are attached to.
const WITHOUT_RESOURCE_ELEMENT: [&str; 3] = ["ecr", "ecr-public", "sts"];

/// The part of an action before the colon.
pub(super) fn service_of(action: &str) -> &str {
    action
        .split_once(':')
        .map_or(action, |(service, _)| service)
}

fn is_one_of(service: &str, services: &[&str]) -> bool {
    services
        .iter()
        .any(|known| known.eq_ignore_ascii_case(service))
}

/// Whether policies of a layer can concern the request at all.
pub(super) fn concerns(layer: Layer, facts: &Facts<'_>) -> bool {
    let caller = &facts.request.caller;
    match layer {
        Layer::ResourceControl => {
            is_one_of(facts.service, &UNDER_RESOURCE_CONTROL)
                && !caller.is_service_linked()
                // A grant must always be retirable.
                && !facts.request.action.eq_ignore_ascii_case("kms:RetireGrant")
        }
        Layer::ServiceControl => caller.account().is_some() && !caller.is_service_linked(),
        Layer::Endpoint => true,
        Layer::Resource => facts.resource.is_some(),
        Layer::Trust => resource_layer(facts) == Layer::Trust,
        Layer::Identity | Layer::Boundary => caller.has_policies(),
        Layer::Session => matches!(caller, Caller::Role { .. }),
    }
}

/// Whether the endpoint that the request came through is a gateway.
///
/// S3 and `DynamoDB` have interface endpoints too; the documents do not tell
/// which it is, and gateways are what nearly everybody has.
pub(super) fn through_gateway(facts: &Facts<'_>) -> bool {
    is_one_of(facts.service, &GATEWAYS)
}

/// The layer of the policy that is attached to the resource.
pub(super) fn resource_layer(facts: &Facts<'_>) -> Layer {
    let is_role = facts
        .resource
        .is_some_and(|[_, _, service, _, _, name]| service == "iam" && name.starts_with("role/"));
    if is_role && facts.service.eq_ignore_ascii_case("sts") {
        Layer::Trust
    } else {
        Layer::Resource
    }
}

/// Whether identity policies count only as far as the resource's own policy
/// lets them: KMS keys and roles to assume.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>
pub(super) fn resource_must_allow(facts: &Facts<'_>) -> bool {
    let is_key = facts
        .resource
        .is_some_and(|[_, _, service, _, _, name]| service == "kms" && name.starts_with("key/"));
    is_key || resource_layer(facts) == Layer::Trust
}

/// What a statement of a resource's policy covers that names no resource.
pub(super) enum WithoutResource {
    /// The resource that the policy is attached to.
    ItsOwn,
    /// KMS stores such a statement, and it has no effect.
    Nothing,
    /// AWS refuses to store it.
    Refused,
}

/// See [`WithoutResource`].
pub(super) fn without_resource(layer: Layer, service: &str) -> WithoutResource {
    match layer {
        Layer::Trust => WithoutResource::ItsOwn,
        Layer::Resource if is_one_of(service, &WITHOUT_RESOURCE_ELEMENT) => WithoutResource::ItsOwn,
        Layer::Resource if service.eq_ignore_ascii_case("kms") => WithoutResource::Nothing,
        _ => WithoutResource::Refused,
    }
}
