//! Reads VPCs with what EC2 tells of each by itself: whether there are names.

use aws_sdk_ec2::types::{Filter, Vpc, VpcAttributeName};
use cloister_composite::PartError;
use futures::{StreamExt, TryStreamExt, stream};

use super::Ec2VpcObserved;
use crate::{
    calls::Operation,
    kinds::{ec2::tags_of, settled::answered},
    session::Aws,
};

pub(super) const DESCRIBE: Operation = Operation::read("ec2:DescribeVpcs");
const ATTRIBUTE: Operation = Operation::read("ec2:DescribeVpcAttribute");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE, ATTRIBUTE];

/// How many VPCs are asked for their attributes together: EC2 tells one attribute of one VPC a call.
const AT_ONCE: usize = 8;

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
    with_names(aws, found).await
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
