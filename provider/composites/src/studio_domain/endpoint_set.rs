//! The VPC endpoints: which there are unless the user says otherwise, and what their services are called.

use std::collections::BTreeMap;

use cloister_framework::Attr;

use super::{config::Endpoint, shape::is_enabled};

/// An endpoint that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndpointShape {
    /// The service's whole name.
    pub(crate) service: String,
    /// Whether it is a gateway, which takes no addresses.
    pub(crate) is_gateway: bool,
    /// The user's own policy.
    pub(crate) policy: Attr<String>,
}

/// The only endpoint of the default set that is a gateway.
pub(crate) const S3: &str = "s3";
/// The endpoint that direct use of the data key is held to.
pub(crate) const KMS: &str = "kms";

/// The default set, with the service's name after `com.amazonaws.REGION.`: what the Studio guide asks of a domain without
/// internet (<https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html>), with KMS, which
/// private encryption needs, and what the personas use.
const DEFAULT_SET: [(&str, &str); 11] = [
    (S3, "s3"),
    (KMS, "kms"),
    ("sts", "sts"),
    ("logs", "logs"),
    ("monitoring", "monitoring"),
    ("ssm", "ssm"),
    ("ecr-api", "ecr.api"),
    ("ecr-dkr", "ecr.dkr"),
    ("sagemaker-api", "sagemaker.api"),
    ("sagemaker-runtime", "sagemaker.runtime"),
    ("studio", STUDIO),
];

/// Studio's own endpoint, whose name begins otherwise.
const STUDIO: &str = "studio";

/// The endpoints; `None` while something that decides them is unknown. Without `gateway` there is no S3 endpoint: no
/// route table would lead to it.
pub(crate) fn of(
    given: Vec<(&str, &Endpoint)>,
    region: &str,
    gateway: bool,
) -> Option<BTreeMap<String, EndpointShape>> {
    let mut set: BTreeMap<String, EndpointShape> = DEFAULT_SET
        .iter()
        .filter(|(name, _)| gateway || *name != S3)
        .map(|(name, _)| ((*name).to_owned(), shape(name, region, &Attr::Null, Attr::Null)))
        .collect();
    for (name, endpoint) in given {
        if endpoint.service.is_unknown() {
            return None;
        }
        if is_enabled(endpoint)? {
            let made = shape(name, region, &endpoint.service, endpoint.policy.clone());
            set.insert(name.to_owned(), made);
        } else {
            set.remove(name);
        }
    }
    Some(set)
}

fn shape(name: &str, region: &str, service: &Attr<String>, policy: Attr<String>) -> EndpointShape {
    EndpointShape {
        service: service.known().cloned().unwrap_or_else(|| service_name(name, region)),
        is_gateway: name == S3,
        policy,
    }
}

/// The service's whole name, from the endpoint's.
fn service_name(name: &str, region: &str) -> String {
    let by_name = DEFAULT_SET.iter().find(|(known, _)| *known == name);
    match by_name.map_or(name, |(_, service)| service) {
        STUDIO => format!("aws.sagemaker.{region}.studio"),
        service => {
            let prefix = if region.starts_with("cn-") { "cn.com" } else { "com" };
            format!("{prefix}.amazonaws.{region}.{service}")
        }
    }
}
