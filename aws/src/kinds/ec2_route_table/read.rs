//! Reads route tables, with their associations and their routes.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, Route, RouteTable, RouteTableAssociation};
use cloister_composite::{PartError, Tags};
use serde::Serialize;

use crate::{
    calls::Operation,
    kinds::{ec2::tags_of, settled::answered},
    session::Aws,
};

pub(super) const DESCRIBE: Operation = Operation::read("ec2:DescribeRouteTables");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE];

/// A route table as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2RouteTableObserved {
    /// The table's id.
    pub id: String,
    /// The table's ARN.
    pub arn: String,
    /// The VPC it routes in.
    pub vpc_id: String,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// Whether it is the table of all subnets that have none of their own.
    pub is_main: bool,
    /// The subnets that use it by an association of their own.
    pub subnet_ids: BTreeSet<String>,
    /// What uses it, and by which association.
    pub associations: Vec<Association>,
    /// The virtual private gateways that may add routes.
    pub propagating_gateway_ids: BTreeSet<String>,
    /// Its routes, sorted by destination; those that AWS itself put there are among them.
    pub routes: Vec<RouteObserved>,
    /// All its tags.
    pub tags: Tags,
}

/// What uses a route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Association {
    /// The association's id.
    pub id: String,
    /// The subnet, if it is one.
    pub subnet_id: Option<String>,
    /// The gateway, if it is one.
    pub gateway_id: Option<String>,
    /// `associated`, `associating`, ... in the letters that EC2 uses.
    pub state: Option<String>,
}

/// A route as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RouteObserved {
    /// A range of addresses, or the id of a prefix list.
    pub destination: String,
    /// `local`, an internet gateway, or a gateway endpoint.
    pub gateway_id: Option<String>,
    /// A NAT gateway.
    pub nat_gateway_id: Option<String>,
    /// An endpoint of a firewall or a load balancer.
    pub vpc_endpoint_id: Option<String>,
    /// A target of any other sort.
    pub other_target: Option<String>,
    /// `active`, or `blackhole` where the target is gone.
    pub state: Option<String>,
    /// What put it there: `CreateRoute`, `CreateRouteTable` or `EnableVgwRoutePropagation`.
    pub origin: Option<String>,
}

/// All route tables that pass the filters.
pub(crate) async fn describe_tables(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2RouteTableObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_route_tables()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "route tables", || request.clone().send())
            .await?;
        for table in page.route_tables.unwrap_or_default() {
            found.push(observed(aws, DESCRIBE.api, table)?);
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// The table as `api` answers it.
pub(super) fn observed(
    aws: &Aws,
    api: &str,
    table: RouteTable,
) -> Result<Ec2RouteTableObserved, PartError> {
    let id = answered(table.route_table_id, api, "RouteTableId")?;
    let all = table.associations.unwrap_or_default();
    let is_main = all.iter().any(|one| one.main == Some(true));
    let associations: Vec<Association> = all.into_iter().filter_map(association).collect();
    let gateways = table.propagating_vgws.unwrap_or_default();
    let routes = table.routes.unwrap_or_default().into_iter();
    let mut routes = routes
        .map(|one| route(api, one))
        .collect::<Result<Vec<_>, _>>()?;
    routes.sort();
    Ok(Ec2RouteTableObserved {
        arn: aws.arn("ec2", &format!("route-table/{id}")),
        vpc_id: answered(table.vpc_id, api, "VpcId")?,
        owner_id: table.owner_id,
        is_main,
        subnet_ids: associations
            .iter()
            .filter_map(|one| one.subnet_id.clone())
            .collect(),
        associations,
        propagating_gateway_ids: gateways
            .into_iter()
            .filter_map(|gateway| gateway.gateway_id)
            .collect(),
        routes,
        tags: tags_of(table.tags),
        id,
    })
}

/// The association, unless it ended, or is that of the main table with all subnets that have no other.
fn association(one: RouteTableAssociation) -> Option<Association> {
    let state = one.association_state.and_then(|state| state.state);
    let state = state.map(|state| state.as_str().to_owned());
    let ended = matches!(
        state.as_deref(),
        Some("disassociating" | "disassociated" | "failed")
    );
    if ended || one.main == Some(true) {
        return None;
    }
    Some(Association {
        id: one.route_table_association_id?,
        subnet_id: one.subnet_id,
        gateway_id: one.gateway_id,
        state,
    })
}

fn route(api: &str, route: Route) -> Result<RouteObserved, PartError> {
    let destination = route
        .destination_cidr_block
        .or(route.destination_ipv6_cidr_block)
        .or(route.destination_prefix_list_id);
    let destination = answered(destination, api, "DestinationCidrBlock")?;
    // EC2 shows the endpoint of a firewall as a gateway, and so does the endpoint of S3, whose destination is a list.
    let is_endpoint = !destination.starts_with("pl-")
        && (route.gateway_id.as_deref()).is_some_and(|gateway| gateway.starts_with("vpce-"));
    let (vpc_endpoint_id, gateway_id) = if is_endpoint {
        (route.gateway_id, None)
    } else {
        (None, route.gateway_id)
    };
    Ok(RouteObserved {
        destination,
        gateway_id,
        nat_gateway_id: route.nat_gateway_id,
        vpc_endpoint_id,
        // An instance stands beside its interface.
        other_target: route
            .network_interface_id
            .or(route.instance_id)
            .or(route.transit_gateway_id)
            .or(route.vpc_peering_connection_id)
            .or(route.egress_only_internet_gateway_id)
            .or(route.local_gateway_id)
            .or(route.carrier_gateway_id)
            .or(route.core_network_arn)
            .or(route.odb_network_arn),
        state: route.state.map(|state| state.as_str().to_owned()),
        origin: route.origin.map(|origin| origin.as_str().to_owned()),
    })
}
