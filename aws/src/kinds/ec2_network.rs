//! `ec2:network`: a VPC with what lies in it. It is looked at, not made: its pieces are kinds of their own.
//!
//! What a network is open to follows from none of its pieces alone, and a piece that somebody added is in no state: so
//! that all of them are found by the VPC that they lie in.

use std::collections::BTreeMap;

use cloister_composite::PartError;
use futures::try_join;
use serde::Serialize;

use super::{
    ec2::within,
    ec2_internet_gateway::{self, Ec2InternetGatewayObserved},
    ec2_nat_gateway::{self, Ec2NatGatewayObserved},
    ec2_route_table::{Ec2RouteTableObserved, describe_tables},
    ec2_security_group::{self, Ec2SecurityGroupObserved},
    ec2_subnet::{Ec2SubnetObserved, describe_subnets},
    ec2_vpc::{Ec2VpcObserved, describe_vpcs},
    ec2_vpc_endpoint::{Ec2VpcEndpointObserved, describe_endpoints},
};
use crate::session::Aws;

/// The kind's name.
pub(crate) const KIND: &str = "ec2:network";

/// A VPC and what lies in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkObserved {
    /// The VPC.
    pub vpc: Ec2VpcObserved,
    /// Its subnets.
    pub subnets: Vec<Ec2SubnetObserved>,
    /// Its route tables with their routes, the main one among them.
    pub route_tables: Vec<Ec2RouteTableObserved>,
    /// Its security groups with their rules.
    pub security_groups: Vec<Ec2SecurityGroupObserved>,
    /// The internet gateway that is attached to it, if there is one.
    pub internet_gateways: Vec<Ec2InternetGatewayObserved>,
    /// Its NAT gateways; those that were deleted stay for an hour.
    pub nat_gateways: Vec<Ec2NatGatewayObserved>,
    /// Its endpoints by what they lead to: what the service's name ends with, behind the region, with hyphens for dots,
    /// such as `sagemaker-api`.
    pub endpoints: BTreeMap<String, Vec<Ec2VpcEndpointObserved>>,
}

/// The network of this VPC, unless there is none.
pub(crate) async fn read_network(
    aws: &Aws,
    vpc: &str,
) -> Result<Option<NetworkObserved>, PartError> {
    let inside = || within("vpc-id", vpc);
    let Some(found) = describe_vpcs(aws, inside()).await?.into_iter().next() else {
        return Ok(None);
    };
    let attached = within("attachment.vpc-id", vpc);
    let (subnets, route_tables, security_groups, internet_gateways, nat_gateways, endpoints) = try_join!(
        describe_subnets(aws, inside()),
        describe_tables(aws, inside()),
        ec2_security_group::described(aws, inside()),
        ec2_internet_gateway::describe_gateways(aws, attached),
        ec2_nat_gateway::describe_gateways(aws, inside()),
        describe_endpoints(aws, inside()),
    )?;
    Ok(Some(NetworkObserved {
        vpc: found,
        subnets,
        route_tables,
        security_groups,
        internet_gateways,
        nat_gateways,
        endpoints: by_service(endpoints, aws.region()),
    }))
}

fn by_service(
    endpoints: Vec<Ec2VpcEndpointObserved>,
    region: &str,
) -> BTreeMap<String, Vec<Ec2VpcEndpointObserved>> {
    let mut services: BTreeMap<String, Vec<Ec2VpcEndpointObserved>> = BTreeMap::new();
    for endpoint in endpoints {
        let service = short_name(&endpoint.service_name, region);
        services.entry(service).or_default().push(endpoint);
    }
    services
}

/// What comes behind the region: `com.amazonaws.REGION.NAME`, `aws.sagemaker.REGION.studio`. A service that is not
/// AWS's has no such name, and its whole one stands for it.
fn short_name(service: &str, region: &str) -> String {
    let behind = service.split_once(&format!(".{region}."));
    behind.map_or(service, |(_, name)| name).replace('.', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_called_by_what_comes_behind_the_region() {
        for (service, expected) in [
            ("com.amazonaws.eu-west-1.s3", "s3"),
            ("com.amazonaws.eu-west-1.sagemaker.api", "sagemaker-api"),
            ("aws.sagemaker.eu-west-1.studio", "studio"),
            (
                "cn.com.amazonaws.cn-north-1.kms",
                "cn-com-amazonaws-cn-north-1-kms",
            ),
        ] {
            assert_eq!(short_name(service, "eu-west-1"), expected);
        }
        assert_eq!(
            short_name("cn.com.amazonaws.cn-north-1.kms", "cn-north-1"),
            "kms"
        );
    }
}
