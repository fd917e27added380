//! `ec2:subnet`: a range of a VPC in one zone. All of it is for good but its tags and whether it gives public addresses.

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, ResourceType, Subnet};
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Readiness, Tags, outputs,
};
use serde::{Deserialize, Serialize};

use super::{
    arn::Arn,
    ec2::{
        delete_forgotten, filter, find_tagged, put_tags, read_by_id, tag_specifications, tags_of,
        within,
    },
    settled::{answered, not_yet_seen, settled},
    tags::{are_of_part, settable},
};
use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeSubnets");
const CREATE: Operation = Operation::once("ec2:CreateSubnet");
const MODIFY: Operation = Operation::idempotent("ec2:ModifySubnetAttribute");
const DELETE: Operation = Operation::idempotent("ec2:DeleteSubnet");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DESCRIBE, CREATE, MODIFY, DELETE]];

/// A subnet.
#[derive(Debug)]
pub struct Ec2Subnet;

impl Ec2Subnet {
    /// The subnet's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The subnet's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// Its range of addresses.
    pub const CIDR: OutputName<String> = OutputName::new("cidr");
    /// Its zone.
    pub const AVAILABILITY_ZONE: OutputName<String> = OutputName::new("availability_zone");
}

/// What a subnet is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2SubnetDesired {
    /// The VPC it lies in.
    pub vpc_id: Input<String>,
    /// Its range of addresses.
    pub cidr: String,
    /// Its zone, by name.
    pub availability_zone: String,
    /// Whether what starts in it gets a public address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub map_public_ip: bool,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A subnet as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2SubnetObserved {
    /// The subnet's id.
    pub id: String,
    /// The subnet's ARN.
    pub arn: String,
    /// `pending`, `available` or `unavailable`.
    pub state: String,
    /// The VPC it lies in.
    pub vpc_id: String,
    /// Its range of addresses.
    pub cidr: String,
    /// Its zone, by name.
    pub availability_zone: String,
    /// Its zone, by the id that all accounts share.
    pub availability_zone_id: Option<String>,
    /// How many addresses are free.
    pub available_ip_address_count: Option<i32>,
    /// Whether what starts in it gets a public address.
    pub map_public_ip_on_launch: bool,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2Subnet {
    const KIND: &'static str = "ec2:subnet";
    const REPLACED_BY: &'static [&'static str] = &["vpc_id", "cidr", "availability_zone"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = Ec2SubnetDesired;
    type Observed = Ec2SubnetObserved;
    type Disposal = ();

    fn id(observed: &Ec2SubnetObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2SubnetObserved) -> Outputs {
        outputs([
            (Self::ID.name(), observed.id.clone()),
            (Self::ARN.name(), observed.arn.clone()),
            (Self::CIDR.name(), observed.cidr.clone()),
            (
                Self::AVAILABILITY_ZONE.name(),
                observed.availability_zone.clone(),
            ),
        ])
    }

    fn settings(observed: &Ec2SubnetObserved) -> Ec2SubnetDesired {
        Ec2SubnetDesired {
            vpc_id: observed.vpc_id.clone().into(),
            cidr: observed.cidr.clone(),
            availability_zone: observed.availability_zone.clone(),
            map_public_ip: observed.map_public_ip_on_launch,
            tags: settable(&observed.tags),
        }
    }

    fn readiness(observed: &Ec2SubnetObserved) -> Readiness {
        match observed.state.as_str() {
            "available" => Readiness::Ready,
            "pending" => Readiness::Pending,
            state => Readiness::Failed(format!("the subnet is `{state}`")),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2SubnetDesired>,
    ) -> Result<Option<Ec2SubnetObserved>, PartError> {
        let describe = |filters| describe_subnets(aws, filters);
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2SubnetDesired>,
    ) -> Result<Ec2SubnetObserved, PartError> {
        let desired = making.desired;
        let made = create_subnet(aws, desired).await?;
        if made.map_public_ip_on_launch != desired.map_public_ip {
            let put = put_public_ip(aws, &made.id, desired.map_public_ip).await;
            put.map_err(not_yet_seen)?;
        }
        Ok(Ec2SubnetObserved {
            map_public_ip_on_launch: desired.map_public_ip,
            ..made
        })
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<Ec2SubnetObserved>>, PartError> {
        let describe = |filters| describe_subnets(aws, filters);
        read_by_id(ids, "subnet-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2SubnetDesired, Ec2SubnetObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        if changing.touches("map_public_ip") {
            put_public_ip(aws, &observed.id, desired.map_public_ip).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, &observed.id, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2SubnetObserved, ()>,
    ) -> Result<(), PartError> {
        let id = deleting.observed.id.as_str();
        let request = aws.ec2().delete_subnet().subnet_id(id);
        match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) if error.class == ErrorClass::Busy => {
                let named = delete_forgotten(aws, id, within("subnet-id", id)).await?;
                let left = if named.is_empty() {
                    "No other network interface is left in it.".to_owned()
                } else {
                    format!("Network interfaces in it: {}", named.join("; "))
                };
                let message = format!("{} {left}", error.message);
                Err(PartError { message, ..error })
            }
            answer => answer.map(|_| ()),
        }
    }
}

fn id_of(observed: &Ec2SubnetObserved) -> &str {
    &observed.id
}

async fn create_subnet(
    aws: &Aws,
    desired: &Ec2SubnetDesired,
) -> Result<Ec2SubnetObserved, PartError> {
    let vpc = settled(&desired.vpc_id, Ec2Subnet::KIND, "vpc_id")?;
    let request = aws
        .ec2()
        .create_subnet()
        .vpc_id(vpc)
        .cidr_block(&desired.cidr)
        .availability_zone(&desired.availability_zone)
        .set_tag_specifications(tag_specifications(&ResourceType::Subnet, &desired.tags));
    match aws
        .call(CREATE, &desired.cidr, || request.clone().send())
        .await
    {
        Ok(answer) => observed(answered(answer.subnet, CREATE.api, "Subnet")?),
        // Our own create of a moment ago, or a range that somebody else has.
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            let filters = vec![
                filter("vpc-id", [vpc]),
                filter("cidr-block", [&desired.cidr]),
            ];
            let found = describe_subnets(aws, filters).await?;
            let own = found
                .into_iter()
                .find(|subnet| are_of_part(&subnet.tags, &desired.tags));
            own.ok_or_else(|| error.about("cidr"))
        }
        Err(error) => Err(not_yet_seen(error)),
    }
}

async fn put_public_ip(aws: &Aws, id: &str, wanted: bool) -> Result<(), PartError> {
    let wanted = AttributeBooleanValue::builder().value(wanted).build();
    let request = aws
        .ec2()
        .modify_subnet_attribute()
        .subnet_id(id)
        .map_public_ip_on_launch(wanted);
    aws.call(MODIFY, id, || request.clone().send())
        .await
        .map(|_| ())
}

pub(super) async fn describe_subnets(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2SubnetObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_subnets()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "subnets", || request.clone().send())
            .await?;
        for subnet in page.subnets.unwrap_or_default() {
            found.push(observed(subnet)?);
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

fn observed(subnet: Subnet) -> Result<Ec2SubnetObserved, PartError> {
    let api = DESCRIBE.api;
    let state = subnet.state.map(|state| state.as_str().to_owned());
    Ok(Ec2SubnetObserved {
        id: answered(subnet.subnet_id, api, "SubnetId")?,
        arn: answered(subnet.subnet_arn, api, "SubnetArn")?,
        state: answered(state, api, "State")?,
        vpc_id: answered(subnet.vpc_id, api, "VpcId")?,
        cidr: answered(subnet.cidr_block, api, "CidrBlock")?,
        availability_zone: answered(subnet.availability_zone, api, "AvailabilityZone")?,
        availability_zone_id: subnet.availability_zone_id,
        available_ip_address_count: subnet.available_ip_address_count,
        map_public_ip_on_launch: subnet.map_public_ip_on_launch.unwrap_or(false),
        owner_id: subnet.owner_id,
        tags: tags_of(subnet.tags),
    })
}
