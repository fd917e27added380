//! What keeps a VPC from being deleted: what `GuardDuty` put there goes with it, the rest is named.

use cloister_composite::{ErrorClass, PartError};
use futures::future::try_join_all;

use crate::{
    calls::Operation,
    kinds::ec2::{describe_groups, describe_interfaces, filter, interface_words, within},
    session::Aws,
};

const ENDPOINTS: Operation = Operation::read("ec2:DescribeVpcEndpoints");
const SUBNETS: Operation = Operation::read("ec2:DescribeSubnets");
const GATEWAYS: Operation = Operation::read("ec2:DescribeInternetGateways");
const NAT_GATEWAYS: Operation = Operation::read("ec2:DescribeNatGateways");
const TABLES: Operation = Operation::read("ec2:DescribeRouteTables");
const DELETE_ENDPOINTS: Operation = Operation::idempotent("ec2:DeleteVpcEndpoints");
const DELETE_GROUP: Operation = Operation::idempotent("ec2:DeleteSecurityGroup");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    ENDPOINTS,
    SUBNETS,
    GATEWAYS,
    NAT_GATEWAYS,
    TABLES,
    DELETE_ENDPOINTS,
    DELETE_GROUP,
];

/// How many things are named before the rest is only counted.
const NAMED_AT_MOST: usize = 20;

/// Deletes the endpoint and the group that `GuardDuty` makes in every VPC it watches: nobody else does.
///
/// <https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring-agent-resource-clean-up.html>
pub(super) async fn delete_guard_duty(aws: &Aws, vpc: &str) -> Result<(), PartError> {
    let request = aws
        .ec2()
        .describe_vpc_endpoints()
        .filters(filter("vpc-id", [vpc]))
        .filters(filter("tag:GuardDutyManaged", ["true"]));
    let answer = aws.call(ENDPOINTS, vpc, || request.clone().send()).await?;
    let endpoints = answer.vpc_endpoints.unwrap_or_default();
    let ids: Vec<String> = endpoints
        .into_iter()
        .filter_map(|endpoint| endpoint.vpc_endpoint_id)
        .collect();
    if !ids.is_empty() {
        tracing::info!(
            vpc,
            endpoints = ids.join(", "),
            "deleting what GuardDuty made"
        );
        let request = aws
            .ec2()
            .delete_vpc_endpoints()
            .set_vpc_endpoint_ids(Some(ids));
        aws.call(DELETE_ENDPOINTS, vpc, || request.clone().send())
            .await?;
    }
    let filters = vec![
        filter("vpc-id", [vpc]),
        filter("group-name", ["GuardDutyManagedSecurityGroup-*"]),
    ];
    for group in describe_groups(aws, filters).await? {
        let Some(id) = group.group_id else { continue };
        let request = aws.ec2().delete_security_group().group_id(&id);
        match aws.call(DELETE_GROUP, &id, || request.clone().send()).await {
            // Its endpoint still uses it: the next try finds it free.
            Err(error) if error.class == ErrorClass::Busy || error.is_not_found() => {}
            answer => {
                answer?;
            }
        }
    }
    Ok(())
}

/// What is still in the VPC, in words.
pub(super) async fn what_is_left(aws: &Aws, vpc: &str) -> Result<String, PartError> {
    let found = try_join_all([
        Box::pin(endpoints(aws, vpc)) as Listing<'_>,
        Box::pin(nat_gateways(aws, vpc)),
        Box::pin(interfaces(aws, vpc)),
        Box::pin(internet_gateways(aws, vpc)),
        Box::pin(subnets(aws, vpc)),
        Box::pin(groups(aws, vpc)),
        Box::pin(tables(aws, vpc)),
    ])
    .await?;
    let all: Vec<String> = found.into_iter().flatten().collect();
    let named = all.iter().take(NAMED_AT_MOST).cloned().collect::<Vec<_>>();
    Ok(match all.len() - named.len() {
        0 if named.is_empty() => "nothing that the caller may see".to_owned(),
        0 => named.join(", "),
        more => format!("{}, and {more} more", named.join(", ")),
    })
}

type Listing<'a> =
    std::pin::Pin<Box<dyn Future<Output = Result<Vec<String>, PartError>> + Send + 'a>>;

async fn endpoints(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let request = aws
        .ec2()
        .describe_vpc_endpoints()
        .filters(filter("vpc-id", [vpc]));
    let answer = aws.call(ENDPOINTS, vpc, || request.clone().send()).await?;
    let found = answer.vpc_endpoints.unwrap_or_default().into_iter();
    Ok(found
        .filter_map(|endpoint| {
            let service = endpoint.service_name.unwrap_or_default();
            Some(format!(
                "endpoint {} ({service})",
                endpoint.vpc_endpoint_id?
            ))
        })
        .collect())
}

async fn nat_gateways(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let request = aws
        .ec2()
        .describe_nat_gateways()
        .filter(filter("vpc-id", [vpc]))
        .filter(filter("state", ["pending", "available", "deleting"]));
    let answer = aws
        .call(NAT_GATEWAYS, vpc, || request.clone().send())
        .await?;
    let found = answer.nat_gateways.unwrap_or_default().into_iter();
    Ok(found
        .filter_map(|gateway| Some(format!("NAT gateway {}", gateway.nat_gateway_id?)))
        .collect())
}

async fn interfaces(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let found = describe_interfaces(aws, vpc, within("vpc-id", vpc)).await?;
    Ok(found
        .iter()
        .map(|one| format!("network interface {}", interface_words(one)))
        .collect())
}

async fn internet_gateways(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let request = aws
        .ec2()
        .describe_internet_gateways()
        .filters(filter("attachment.vpc-id", [vpc]));
    let answer = aws.call(GATEWAYS, vpc, || request.clone().send()).await?;
    let found = answer.internet_gateways.unwrap_or_default().into_iter();
    Ok(found
        .filter_map(|gateway| Some(format!("internet gateway {}", gateway.internet_gateway_id?)))
        .collect())
}

async fn subnets(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let request = aws
        .ec2()
        .describe_subnets()
        .filters(filter("vpc-id", [vpc]));
    let answer = aws.call(SUBNETS, vpc, || request.clone().send()).await?;
    let found = answer.subnets.unwrap_or_default().into_iter();
    Ok(found
        .filter_map(|subnet| Some(format!("subnet {}", subnet.subnet_id?)))
        .collect())
}

async fn groups(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let found = describe_groups(aws, within("vpc-id", vpc)).await?;
    Ok(found
        .into_iter()
        .filter(|group| group.group_name() != Some("default"))
        .filter_map(|group| {
            let name = group.group_name.unwrap_or_default();
            Some(format!("security group {} ({name})", group.group_id?))
        })
        .collect())
}

async fn tables(aws: &Aws, vpc: &str) -> Result<Vec<String>, PartError> {
    let request = aws
        .ec2()
        .describe_route_tables()
        .filters(filter("vpc-id", [vpc]));
    let answer = aws.call(TABLES, vpc, || request.clone().send()).await?;
    let found = answer.route_tables.unwrap_or_default().into_iter();
    Ok(found
        .filter(|table| {
            !table
                .associations()
                .iter()
                .any(|one| one.main == Some(true))
        })
        .filter_map(|table| Some(format!("route table {}", table.route_table_id?)))
        .collect())
}
