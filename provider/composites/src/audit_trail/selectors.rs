//! Which events a trail records.

use cloister_aws::{EventSelector, FieldSelector};
use cloister_composite::unknown_mark;
use cloister_framework::Attr;
use serde_json::Value;

use super::{archive::Archive, config::AuditTrail};
use crate::symbols::{Names, names};

/// The services that tell CloudTrail of calls which the policies of their VPC endpoints deny.
///
/// AWS's list changes; these are those that it names throughout and that an environment behind endpoints needs.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html>
const NETWORK_SOURCES: [&str; 7] = [
    "cloudtrail.amazonaws.com",
    "ec2.amazonaws.com",
    "kms.amazonaws.com",
    "s3.amazonaws.com",
    "sagemaker.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "sts.amazonaws.com",
];

const CATEGORY: &str = "eventCategory";
const SOURCE: &str = "eventSource";
const RESOURCE_TYPE: &str = "resources.type";
const RESOURCE_ARN: &str = "resources.ARN";
const OBJECTS: &str = "AWS::S3::Object";

/// The trail's selectors; while it is unknown which there are, one that makes the settings unknown.
pub(crate) fn selectors(config: &AuditTrail, archive: &Archive) -> Vec<EventSelector> {
    let unknown = config.network_activity.is_unknown()
        || config.s3_data_event_buckets.is_unknown()
        || config.organization.is_unknown();
    if unknown {
        return vec![selector(&unknown_mark(), Vec::new())];
    }
    let management = selector("Management events", vec![equals(CATEGORY, "Management")]);
    let network = if config.network_activity == Attr::Known(false) {
        Vec::new()
    } else {
        NETWORK_SOURCES.map(denied_at_endpoints).into()
    };
    [management]
        .into_iter()
        .chain(data_events(&config.s3_data_event_buckets, archive))
        .chain(network)
        .collect()
}

/// Delivering a file is an event of the trail's own bucket: recording it would make the next file, without end.
fn data_events(buckets: &Names, archive: &Archive) -> Option<EventSelector> {
    let in_bucket = |arn: String| format!("{arn}/");
    let which = match buckets {
        Attr::Known(set) if set.is_empty() => return None,
        Attr::Null => FieldSelector {
            field: RESOURCE_ARN.to_owned(),
            not_starts_with: vec![in_bucket(archive.bucket_arn.clone())],
            ..FieldSelector::default()
        },
        Attr::Known(_) | Attr::Unknown => FieldSelector {
            field: RESOURCE_ARN.to_owned(),
            starts_with: names(buckets).into_iter().map(in_bucket).collect(),
            ..FieldSelector::default()
        },
    };
    let fields = vec![
        equals(CATEGORY, "Data"),
        equals(RESOURCE_TYPE, OBJECTS),
        which,
    ];
    Some(selector("S3 data events", fields))
}

fn denied_at_endpoints(source: &str) -> EventSelector {
    let service = source.split('.').next().unwrap_or(source);
    let fields = vec![
        equals(CATEGORY, "NetworkActivity"),
        equals(SOURCE, source),
        equals("errorCode", "VpceAccessDenied"),
    ];
    selector(&format!("Denied at endpoints of {service}"), fields)
}

fn selector(name: &str, fields: Vec<FieldSelector>) -> EventSelector {
    EventSelector {
        name: name.to_owned(),
        fields,
    }
}

fn equals(field: &str, value: &str) -> FieldSelector {
    FieldSelector {
        field: field.to_owned(),
        equals: vec![value.to_owned()],
        ..FieldSelector::default()
    }
}

/// The buckets and whether network activity is recorded, as these settings of a trail say.
pub(crate) fn recover(trail: &Value) -> (Names, Attr<bool>) {
    let all = trail.get("selectors").and_then(Value::as_array);
    let all: Vec<&Value> = all.into_iter().flatten().collect();
    let field = |selector: &Value, name: &str| {
        let mut fields = selector["fields"].as_array().into_iter().flatten();
        fields.find(|field| field["field"] == name).cloned()
    };
    let is_of = |selector: &&&Value, category: &str| {
        field(selector, CATEGORY).is_some_and(|field| field["equals"][0] == category)
    };
    let network = all.iter().any(|one| is_of(&one, "NetworkActivity"));
    let data = all.iter().find(|one| is_of(one, "Data"));
    let arns = data.and_then(|selector| field(selector, RESOURCE_ARN));
    let given = arns.and_then(|field| field["starts_with"].as_array().cloned());
    let buckets = match (data, given) {
        (None, _) => Attr::Known([].into()),
        (Some(_), None) => Attr::Null,
        (Some(_), Some(given)) => {
            let arn = |arn: &Value| Some(arn.as_str()?.trim_end_matches('/').to_owned());
            Attr::Known(given.iter().filter_map(arn).map(Attr::Known).collect())
        }
    };
    (buckets, Attr::Known(network))
}
