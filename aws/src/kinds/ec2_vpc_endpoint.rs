//! `ec2:vpc-endpoint`: the way from a VPC to one service, with the policy that limits what passes.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::VpcEndpoint;
use cloister_composite::{PartError, Tags};
use serde::Serialize;
use serde_json::Value;

use super::settled::{answered, parse_policy};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "ec2:vpc-endpoint";

const DESCRIBE: Operation = Operation::read("ec2:DescribeVpcEndpoints");

/// An endpoint as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VpcEndpointObserved {
    /// The endpoint's id.
    pub id: String,
    /// The VPC it belongs to.
    pub vpc_id: String,
    /// The service it leads to, such as `com.amazonaws.eu-west-1.s3`.
    pub service_name: String,
    /// `Gateway`, `Interface` or `GatewayLoadBalancer`, where EC2 says so.
    pub endpoint_type: Option<String>,
    /// `available`, `pending`, `deleting`, ... in the letters that EC2 uses.
    pub state: String,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// Its policy; endpoints that can have none let everything pass.
    pub policy: Option<Value>,
    /// Whether the service's usual name leads to the endpoint.
    pub private_dns_enabled: Option<bool>,
    /// The route tables that lead to a gateway endpoint.
    pub route_table_ids: BTreeSet<String>,
    /// The subnets of an interface endpoint.
    pub subnet_ids: BTreeSet<String>,
    /// The security groups of an interface endpoint.
    pub security_group_ids: BTreeSet<String>,
    /// The network interfaces of an interface endpoint.
    pub network_interface_ids: BTreeSet<String>,
    /// All its tags.
    pub tags: Tags,
}

/// The endpoint with this id, unless there is none in the region.
pub(crate) async fn read_endpoint(
    aws: &Aws,
    id: &str,
) -> Result<Option<VpcEndpointObserved>, PartError> {
    let request = aws.ec2().describe_vpc_endpoints().vpc_endpoint_ids(id);
    let answer = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let found = answer.vpc_endpoints.unwrap_or_default();
    found.into_iter().next().map(observed).transpose()
}

fn observed(endpoint: VpcEndpoint) -> Result<VpcEndpointObserved, PartError> {
    let state = endpoint.state.map(|state| state.as_str().to_owned());
    let groups = endpoint.groups.unwrap_or_default();
    let tags = endpoint.tags.unwrap_or_default();
    let policy = endpoint
        .policy_document
        .filter(|text| !text.is_empty())
        .map(|text| parse_policy(&text, DESCRIBE.api))
        .transpose()?;
    Ok(VpcEndpointObserved {
        id: answered(endpoint.vpc_endpoint_id, DESCRIBE.api, "VpcEndpointId")?,
        vpc_id: answered(endpoint.vpc_id, DESCRIBE.api, "VpcId")?,
        service_name: answered(endpoint.service_name, DESCRIBE.api, "ServiceName")?,
        endpoint_type: endpoint
            .vpc_endpoint_type
            .map(|kind| kind.as_str().to_owned()),
        state: answered(state, DESCRIBE.api, "State")?,
        owner_id: endpoint.owner_id,
        policy,
        private_dns_enabled: endpoint.private_dns_enabled,
        route_table_ids: set(endpoint.route_table_ids),
        subnet_ids: set(endpoint.subnet_ids),
        security_group_ids: groups
            .into_iter()
            .filter_map(|group| group.group_id)
            .collect(),
        network_interface_ids: set(endpoint.network_interface_ids),
        tags: tags
            .into_iter()
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect(),
    })
}

fn set(ids: Option<Vec<String>>) -> BTreeSet<String> {
    ids.unwrap_or_default().into_iter().collect()
}
