//! The VPC endpoints, each with the least policy that Studio and the personas need.

use std::collections::BTreeMap;

use cloister_aws::{Ec2VpcEndpoint, Ec2VpcEndpointDesired};
use cloister_composite::{Builder, Input, Tags, unknown_mark};
use cloister_framework::Attr;
use serde_json::Value;

use super::{
    Draft, named,
    network::{Groups, Lines},
    wire,
};
use crate::studio_domain::{
    endpoint_set::{EndpointShape, KMS, S3},
    policies::{
        Choice, Home,
        endpoints::{EndpointPolicies, EndpointService},
    },
    shape::{Ground, flag},
};
use crate::symbols::names;

/// The endpoints that others refer to.
pub(super) struct Endpoints {
    /// The KMS endpoint, the domain's or the network's own.
    pub(super) kms: Option<Input<String>>,
    /// S3's addresses, as the gateway endpoint routes them.
    pub(super) s3_prefixes: Option<Input<String>>,
    /// All that are made, as parts.
    pub(super) parts: Vec<String>,
}

impl Endpoints {
    /// Names of nothing, for proofs.
    pub(super) fn unmade() -> Self {
        Self {
            kms: Some(Input::Known("vpce-00000000000000000".to_owned())),
            s3_prefixes: None,
            parts: Vec::new(),
        }
    }
}

pub(super) fn lay_out(
    parts: &mut Builder,
    draft: &Draft<'_>,
    lines: &Lines,
    groups: &Groups,
) -> Endpoints {
    let mut made = BTreeMap::new();
    let mut s3_prefixes = None;
    let mut keys = Vec::new();
    for (name, shape) in &draft.shape.endpoints {
        let key = part_key(name);
        let part = parts
            .part::<Ec2VpcEndpoint>(&key, &desired(draft, name, shape, lines, groups))
            .from("", "endpoints")
            .from("policy", &format!("endpoints[\"{name}\"].policy"));
        made.insert(name.clone(), wire(&part.output(&Ec2VpcEndpoint::ID)));
        if name == S3 {
            s3_prefixes = Some(wire(&part.output(&Ec2VpcEndpoint::PREFIX_LIST_ID)));
        }
        keys.push(key);
    }
    parts.expose("endpoint_ids", &made);
    let of_others = match &draft.shape.ground {
        Ground::Existing(existing) => existing.kms_endpoint_id.clone().map(Input::Known),
        Ground::Own(_) => None,
    };
    Endpoints {
        kms: made.get(KMS).cloned().or(of_others),
        s3_prefixes,
        parts: keys,
    }
}

fn desired(
    draft: &Draft<'_>,
    name: &str,
    shape: &EndpointShape,
    lines: &Lines,
    groups: &Groups,
) -> Ec2VpcEndpointDesired {
    let interface = !shape.is_gateway;
    let only_if =
        |is_so: bool, ids: &[Input<String>]| if is_so { ids.to_vec() } else { Vec::new() };
    Ec2VpcEndpointDesired {
        vpc_id: lines.vpc_id.clone(),
        service: shape.service.clone(),
        endpoint_type: if interface { "Interface" } else { "Gateway" }.to_owned(),
        subnet_ids: only_if(interface, &lines.studio_subnets),
        security_group_ids: groups
            .endpoints
            .clone()
            .filter(|_| interface)
            .into_iter()
            .collect(),
        route_table_ids: only_if(!interface, &lines.studio_tables),
        private_dns: interface,
        policy: match &shape.policy {
            Attr::Null => usual_policy(draft, name),
            Attr::Unknown => Some(Value::String(unknown_mark())),
            Attr::Known(text) => serde_json::from_str(text).ok(),
        },
        tags: Tags::new(),
    }
}

/// Services that are known here go by their names, with hyphens for dots.
fn part_key(name: &str) -> String {
    match EndpointService::named(name) {
        Some(known) => format!("endpoints/{}", known.name.replace('.', "-")),
        None => named("endpoints", name),
    }
}

fn usual_policy(draft: &Draft<'_>, name: &str) -> Option<Value> {
    let home = Home::of(draft.site);
    let buckets = names(&draft.shape.config.data_buckets);
    let jump_start = flag(draft.shape.studio().jump_start, false).unwrap_or(false);
    let policies = EndpointPolicies {
        buckets: buckets.iter().map(|bucket| home.s3(bucket)).collect(),
        jump_start: if jump_start {
            Choice::Allowed
        } else {
            Choice::Denied
        },
        home,
    };
    policies.document(name).map(|document| document.to_value())
}
