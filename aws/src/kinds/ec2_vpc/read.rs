//! Reads VPCs with what belongs to them but is described elsewhere: names, the default group, the main route table.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, Vpc, VpcAttributeName};
use cloister_composite::PartError;
use futures::{StreamExt, TryStreamExt, future::try_join3, stream};

use super::Ec2VpcObserved;
use crate::{
    calls::Operation,
    kinds::{
        ec2::{describe_groups, filter, tags_of},
        settled::answered,
    },
    session::Aws,
};

pub(super) const DESCRIBE: Operation = Operation::read("ec2:DescribeVpcs");
const ATTRIBUTE: Operation = Operation::read("ec2:DescribeVpcAttribute");
const TABLES: Operation = Operation::read("ec2:DescribeRouteTables");

/// How many VPCs are asked for their attributes together: EC2 tells one attribute of one VPC a call.
const AT_ONCE: usize = 8;

/// What came with each of some VPCs, by the VPC's id.
type Companions = BTreeMap<String, String>;

/// The VPC as `api` answers it, without what is described elsewhere; the names are as a new VPC has them.
pub(super) fn observed(aws: &Aws, api: &str, vpc: Vpc) -> Result<Ec2VpcObserved, PartError> {
    let id = answered(vpc.vpc_id, api, "VpcId")?;
    let cidrs = vpc.cidr_block_association_set.unwrap_or_default();
    let state = vpc.state.map(|state| state.as_str().to_owned());
    Ok(Ec2VpcObserved {
        arn: aws.arn("ec2", &format!("vpc/{id}")),
        state: answered(state, api, "State")?,
        cidr: answered(vpc.cidr_block, api, "CidrBlock")?,
        cidrs: cidrs.into_iter().filter_map(|one| one.cidr_block).collect(),
        dns_hostnames: false,
        dns_support: true,
        instance_tenancy: vpc.instance_tenancy.map(|one| one.as_str().to_owned()),
        is_default: vpc.is_default.unwrap_or(false),
        owner_id: vpc.owner_id,
        dhcp_options_id: vpc.dhcp_options_id,
        default_security_group_id: None,
        main_route_table_id: None,
        tags: tags_of(vpc.tags),
        id,
    })
}

/// All VPCs that pass the filters, whole.
pub(in crate::kinds) async fn describe_vpcs(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2VpcObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_vpcs()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "VPCs", || request.clone().send())
            .await?;
        for vpc in page.vpcs.unwrap_or_default() {
            found.push(observed(aws, DESCRIBE.api, vpc)?);
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    if found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<String> = found.iter().map(|vpc| vpc.id.clone()).collect();
    let (named, groups, tables) = try_join3(
        with_names(aws, found),
        default_groups(aws, &ids),
        main_tables(aws, &ids),
    )
    .await?;
    Ok(named
        .into_iter()
        .map(|vpc| Ec2VpcObserved {
            default_security_group_id: groups.get(&vpc.id).cloned(),
            main_route_table_id: tables.get(&vpc.id).cloned(),
            ..vpc
        })
        .collect())
}

/// Fills in the names; a VPC that went away meanwhile is left out.
async fn with_names(
    aws: &Aws,
    vpcs: Vec<Ec2VpcObserved>,
) -> Result<Vec<Ec2VpcObserved>, PartError> {
    stream::iter(vpcs)
        .map(|vpc| async move {
            let names = futures::future::try_join(
                attribute(aws, &vpc.id, VpcAttributeName::EnableDnsHostnames),
                attribute(aws, &vpc.id, VpcAttributeName::EnableDnsSupport),
            );
            match names.await {
                Ok((dns_hostnames, dns_support)) => Ok(Some(Ec2VpcObserved {
                    dns_hostnames,
                    dns_support,
                    ..vpc
                })),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
        .buffered(AT_ONCE)
        .try_filter_map(|vpc| async move { Ok(vpc) })
        .try_collect()
        .await
}

async fn attribute(aws: &Aws, id: &str, name: VpcAttributeName) -> Result<bool, PartError> {
    let request = aws
        .ec2()
        .describe_vpc_attribute()
        .vpc_id(id)
        .attribute(name.clone());
    let answer = aws.call(ATTRIBUTE, id, || request.clone().send()).await?;
    let value = match name {
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames,
        _ => answer.enable_dns_support,
    };
    answered(
        value.and_then(|value| value.value),
        ATTRIBUTE.api,
        name.as_str(),
    )
}

async fn default_groups(aws: &Aws, vpcs: &[String]) -> Result<Companions, PartError> {
    let filters = vec![filter("vpc-id", vpcs), filter("group-name", ["default"])];
    let groups = describe_groups(aws, filters).await?;
    Ok(groups
        .into_iter()
        .filter_map(|group| Some((group.vpc_id?, group.group_id?)))
        .collect())
}

async fn main_tables(aws: &Aws, vpcs: &[String]) -> Result<Companions, PartError> {
    let request = aws
        .ec2()
        .describe_route_tables()
        .filters(filter("vpc-id", vpcs))
        .filters(filter("association.main", ["true"]));
    let answer = aws
        .call(TABLES, "main route tables", || request.clone().send())
        .await?;
    let tables = answer.route_tables.unwrap_or_default();
    Ok(tables
        .into_iter()
        .filter_map(|table| Some((table.vpc_id?, table.route_table_id?)))
        .collect())
}
