//! The VPC endpoints that are made: the usual ones, and what the user says otherwise.

use std::collections::BTreeMap;

use cloister_framework::Attr;

use super::{
    config::Endpoint,
    policies::{
        Home,
        endpoints::{EndpointService, service_name},
    },
    shape::is_enabled,
};

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

/// The endpoint that is a gateway.
pub(crate) const S3: &str = "s3";
/// The endpoint that direct use of the data key is held to.
pub(crate) const KMS: &str = "kms";

/// The endpoints; `None` while something that decides them is unknown. Without `gateway` there is no S3 endpoint: no
/// route table would lead to it.
pub(crate) fn of(
    given: Vec<(&str, &Endpoint)>,
    home: &Home,
    gateway: bool,
) -> Option<BTreeMap<String, EndpointShape>> {
    let mut set: BTreeMap<String, EndpointShape> = EndpointService::defaults()
        .filter(|service| gateway || !service.is_gateway())
        .map(|service| {
            let made = shape(service.name, home, &Attr::Null, Attr::Null);
            (service.name.to_owned(), made)
        })
        .collect();
    for (name, endpoint) in given {
        if endpoint.service.is_unknown() {
            return None;
        }
        if is_enabled(endpoint)? {
            let made = shape(name, home, &endpoint.service, endpoint.policy.clone());
            set.insert(name.to_owned(), made);
        } else {
            set.remove(name);
        }
    }
    Some(set)
}

/// How many endpoints have an interface in every zone; `None` while that is unknown.
pub(crate) fn interfaces(given: Vec<(&str, &Endpoint)>) -> Option<usize> {
    // Where they stand changes nothing in their number.
    let anywhere = Home {
        partition: String::new(),
        account: String::new(),
        region: String::new(),
    };
    let set = of(given, &anywhere, true)?;
    Some(set.values().filter(|endpoint| !endpoint.is_gateway).count())
}

fn shape(name: &str, home: &Home, service: &Attr<String>, policy: Attr<String>) -> EndpointShape {
    EndpointShape {
        service: service
            .known()
            .cloned()
            .unwrap_or_else(|| service_name(home, name)),
        is_gateway: EndpointService::named(name).is_some_and(EndpointService::is_gateway),
        policy,
    }
}
