//! Reads endpoints, and what EC2 leaves of one that is gone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, NetworkInterface, VpcEndpoint};
use cloister_composite::{ErrorClass, PartError, Tags};
use serde::Serialize;
use serde_json::Value;

use crate::{
    calls::Operation,
    kinds::{
        ec2::{describe_interfaces, filter, interface_id, tags_of},
        settled::{answered, parse_policy},
    },
    session::Aws,
};

pub(super) const DESCRIBE: Operation = Operation::read("ec2:DescribeVpcEndpoints");
const DESCRIBE_LISTS: Operation = Operation::read("ec2:DescribeManagedPrefixLists");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE, DESCRIBE_LISTS];

const GATEWAY: &str = "Gateway";
/// The state of an endpoint of which only network interfaces are left.
const DELETED: &str = "deleted";
/// How EC2 describes the network interfaces of an endpoint.
const INTERFACE_OF: &str = "VPC Endpoint Interface ";

/// An endpoint as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ec2VpcEndpointObserved {
    /// The endpoint's id.
    pub id: String,
    /// The endpoint's ARN.
    pub arn: String,
    /// The VPC it belongs to.
    pub vpc_id: String,
    /// The service it leads to, such as `com.amazonaws.eu-west-1.s3`; empty where only network interfaces are left.
    pub service_name: String,
    /// `Gateway`, `Interface` or `GatewayLoadBalancer`, where EC2 says so.
    pub endpoint_type: Option<String>,
    /// `available`, `pending`, `deleting`, ... in the letters that EC2 uses.
    pub state: String,
    /// Why it is not available.
    pub failure_reason: Option<String>,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// Its policy; endpoints that can have none let everything pass.
    pub policy: Option<Value>,
    /// Whether the service's usual name leads to the endpoint.
    pub private_dns_enabled: Option<bool>,
    /// The names of an interface endpoint, that for all its zones first.
    pub dns_names: Vec<String>,
    /// The prefix list of the service that a gateway endpoint leads to, unless the caller may not look it up.
    pub prefix_list_id: Option<String>,
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

impl Ec2VpcEndpointObserved {
    /// Whether its deletion has begun.
    pub(super) fn is_going(&self) -> bool {
        matches!(self.state.to_lowercase().as_str(), "deleting" | DELETED)
    }
}

/// All endpoints that pass the filters, with their prefix lists.
pub(in crate::kinds) async fn describe_endpoints(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2VpcEndpointObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_vpc_endpoints()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "endpoints", || request.clone().send())
            .await?;
        for endpoint in page.vpc_endpoints.unwrap_or_default() {
            let endpoint = observed(aws, DESCRIBE.api, endpoint)?;
            // EC2 may list one for a while after it is gone.
            if !endpoint.state.eq_ignore_ascii_case(DELETED) {
                found.push(endpoint);
            }
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return with_prefix_lists(aws, found).await;
        }
    }
}

/// An endpoint in an answer of `api`.
pub(super) fn observed(
    aws: &Aws,
    api: &str,
    endpoint: VpcEndpoint,
) -> Result<Ec2VpcEndpointObserved, PartError> {
    let state = endpoint.state.map(|state| state.as_str().to_owned());
    let groups = endpoint.groups.unwrap_or_default();
    let last_error = endpoint.last_error.and_then(|error| error.message);
    let names = endpoint.dns_entries.unwrap_or_default();
    let policy = endpoint
        .policy_document
        .filter(|text| !text.is_empty())
        .map(|text| parse_policy(&text, api))
        .transpose()?;
    let id = answered(endpoint.vpc_endpoint_id, api, "VpcEndpointId")?;
    Ok(Ec2VpcEndpointObserved {
        arn: arn(aws, &id),
        id,
        vpc_id: answered(endpoint.vpc_id, api, "VpcId")?,
        service_name: answered(endpoint.service_name, api, "ServiceName")?,
        endpoint_type: endpoint
            .vpc_endpoint_type
            .map(|kind| kind.as_str().to_owned()),
        state: answered(state, api, "State")?,
        failure_reason: endpoint.failure_reason.or(last_error),
        owner_id: endpoint.owner_id,
        policy,
        private_dns_enabled: endpoint.private_dns_enabled,
        dns_names: names.into_iter().filter_map(|name| name.dns_name).collect(),
        prefix_list_id: None,
        route_table_ids: set(endpoint.route_table_ids),
        subnet_ids: set(endpoint.subnet_ids),
        security_group_ids: groups
            .into_iter()
            .filter_map(|group| group.group_id)
            .collect(),
        network_interface_ids: set(endpoint.network_interface_ids),
        tags: tags_of(endpoint.tags),
    })
}

/// Adds the prefix lists of gateway endpoints, looked up together. Who may not look is still told all the rest: a
/// decision about access needs the endpoint's policy only.
pub(super) async fn with_prefix_lists(
    aws: &Aws,
    mut endpoints: Vec<Ec2VpcEndpointObserved>,
) -> Result<Vec<Ec2VpcEndpointObserved>, PartError> {
    let is_gateway =
        |endpoint: &Ec2VpcEndpointObserved| endpoint.endpoint_type.as_deref() == Some(GATEWAY);
    let services: BTreeSet<String> = endpoints
        .iter()
        .filter(|endpoint| is_gateway(endpoint))
        .map(|endpoint| endpoint.service_name.clone())
        .collect();
    if services.is_empty() {
        return Ok(endpoints);
    }
    let request = aws
        .ec2()
        .describe_managed_prefix_lists()
        .filters(filter("prefix-list-name", services));
    let answer = aws.call(DESCRIBE_LISTS, "prefix lists of services", || {
        request.clone().send()
    });
    let lists = match answer.await {
        Err(error) if error.class == ErrorClass::Denied => return Ok(endpoints),
        answer => answer?.prefix_lists.unwrap_or_default(),
    };
    let by_service: BTreeMap<String, String> = lists
        .into_iter()
        .filter_map(|list| Some((list.prefix_list_name?, list.prefix_list_id?)))
        .collect();
    for endpoint in endpoints.iter_mut().filter(|endpoint| is_gateway(endpoint)) {
        endpoint.prefix_list_id = by_service.get(&endpoint.service_name).cloned();
    }
    Ok(endpoints)
}

/// The filter for the network interfaces of endpoints.
pub(super) fn of_endpoints<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<Filter> {
    let described = ids.into_iter().map(|id| format!("{INTERFACE_OF}{id}"));
    vec![filter("description", described)]
}

/// What is left of endpoints that are gone: their network interfaces outlive them by a minute, and hold what they use.
pub(super) async fn lingering(
    aws: &Aws,
    ids: &[String],
) -> Result<BTreeMap<String, Ec2VpcEndpointObserved>, PartError> {
    let mut left: BTreeMap<String, Ec2VpcEndpointObserved> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(left);
    }
    let filters = of_endpoints(ids.iter().map(String::as_str));
    for interface in describe_interfaces(aws, &ids.join(", "), filters).await? {
        let described = interface.description().unwrap_or_default();
        let Some(id) = described.strip_prefix(INTERFACE_OF).map(str::to_owned) else {
            continue;
        };
        let endpoint = left.entry(id).or_insert_with_key(|id| remains(aws, id));
        endpoint.take_in(&interface);
    }
    Ok(left)
}

fn remains(aws: &Aws, id: &str) -> Ec2VpcEndpointObserved {
    Ec2VpcEndpointObserved {
        id: id.to_owned(),
        arn: arn(aws, id),
        vpc_id: String::new(),
        service_name: String::new(),
        endpoint_type: None,
        state: DELETED.to_owned(),
        failure_reason: None,
        owner_id: None,
        policy: None,
        private_dns_enabled: None,
        dns_names: Vec::new(),
        prefix_list_id: None,
        route_table_ids: BTreeSet::new(),
        subnet_ids: BTreeSet::new(),
        security_group_ids: BTreeSet::new(),
        network_interface_ids: BTreeSet::new(),
        tags: Tags::new(),
    }
}

impl Ec2VpcEndpointObserved {
    fn take_in(&mut self, interface: &NetworkInterface) {
        let vpc = interface.vpc_id().unwrap_or_default();
        vpc.clone_into(&mut self.vpc_id);
        self.subnet_ids
            .extend(interface.subnet_id().map(str::to_owned));
        self.network_interface_ids
            .insert(interface_id(interface).to_owned());
        let groups = interface.groups().iter();
        self.security_group_ids
            .extend(groups.filter_map(|group| group.group_id.clone()));
    }
}

fn arn(aws: &Aws, id: &str) -> String {
    aws.arn("ec2", &format!("vpc-endpoint/{id}"))
}

fn set(ids: Option<Vec<String>>) -> BTreeSet<String> {
    ids.unwrap_or_default().into_iter().collect()
}
