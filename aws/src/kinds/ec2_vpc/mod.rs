//! `ec2:vpc`: a network. Its range is for good; names in it change in place.

mod read;
mod teardown;

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType};
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Journal, Making, OutputName, Outputs, PartError,
    PartKind, Readiness, Tags, outputs,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    read::{DESCRIBE, observed},
    teardown::{delete_guard_duty, what_is_left},
};
use super::{
    arn::Arn,
    ec2::{find_tagged, put_tags, read_by_id, tag_specifications},
    restate::restate,
    settled::{answered, half_made},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

pub(super) use self::read::describe_vpcs;

const CREATE: Operation = Operation::once("ec2:CreateVpc");
const MODIFY: Operation = Operation::idempotent("ec2:ModifyVpcAttribute");
const DELETE: Operation = Operation::idempotent("ec2:DeleteVpc");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] =
    &[&[CREATE, MODIFY, DELETE], read::CALLS, teardown::CALLS];

/// A VPC.
#[derive(Debug)]
pub struct Ec2Vpc;

impl Ec2Vpc {
    /// The VPC's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The VPC's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
}

/// What a VPC is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2VpcDesired {
    /// Its range of addresses.
    pub cidr: String,
    /// Whether instances get names; private names of endpoints need it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dns_hostnames: bool,
    /// Whether the VPC's resolver answers; absent means yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_support: Option<bool>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A VPC as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2VpcObserved {
    /// The VPC's id.
    pub id: String,
    /// The VPC's ARN.
    pub arn: String,
    /// `pending` or `available`.
    pub state: String,
    /// Its first range of addresses.
    pub cidr: String,
    /// All its ranges of addresses.
    pub cidrs: Vec<String>,
    /// Whether instances get names.
    pub dns_hostnames: bool,
    /// Whether the VPC's resolver answers.
    pub dns_support: bool,
    /// `default` or `dedicated`.
    pub instance_tenancy: Option<String>,
    /// Whether it is the region's default VPC.
    pub is_default: bool,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// What its instances learn of names and time.
    pub dhcp_options_id: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2Vpc {
    const KIND: &'static str = "ec2:vpc";
    const REPLACED_BY: &'static [&'static str] = &["cidr"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Intent;
    const WITNESS: bool = true;

    type Context = Aws;
    type Desired = Ec2VpcDesired;
    type Observed = Ec2VpcObserved;
    type Disposal = ();

    fn id(observed: &Ec2VpcObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2VpcObserved) -> Outputs {
        outputs([
            (Self::ID.name(), observed.id.clone()),
            (Self::ARN.name(), observed.arn.clone()),
        ])
    }

    fn settings(observed: &Ec2VpcObserved) -> Ec2VpcDesired {
        Ec2VpcDesired {
            cidr: observed.cidr.clone(),
            dns_hostnames: observed.dns_hostnames,
            dns_support: (!observed.dns_support).then_some(false),
            tags: settable(&observed.tags),
        }
    }

    fn align(desired: &Value, observed: Value) -> Value {
        let defaults = json!({"dns_hostnames": false, "dns_support": true});
        restate(desired, observed, &defaults)
    }

    fn readiness(observed: &Ec2VpcObserved) -> Readiness {
        if observed.state == "available" {
            Readiness::Ready
        } else {
            Readiness::Pending
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2VpcDesired>,
    ) -> Result<Option<Ec2VpcObserved>, PartError> {
        let describe = |filters| describe_vpcs(aws, filters);
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2VpcDesired>,
    ) -> Result<Ec2VpcObserved, PartError> {
        let desired = making.desired;
        let tags = tag_specifications(&ResourceType::Vpc, &desired.tags);
        let request = aws
            .ec2()
            .create_vpc()
            .cidr_block(&desired.cidr)
            .set_tag_specifications(tags);
        let answer = aws
            .call(CREATE, &desired.cidr, || request.clone().send())
            .await
            .map_err(|error| error.about("cidr"))?;
        let made = observed(aws, CREATE.api, answered(answer.vpc, CREATE.api, "Vpc")?)?;
        put_dns(aws, &made, desired).await.map_err(half_made)?;
        Ok(Ec2VpcObserved {
            dns_hostnames: desired.dns_hostnames,
            dns_support: desired.dns_support != Some(false),
            ..made
        })
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<Ec2VpcObserved>>, PartError> {
        read_by_id(ids, "vpc-id", id_of, |filters| describe_vpcs(aws, filters)).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2VpcDesired, Ec2VpcObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        if changing.touches("dns_support") || changing.touches("dns_hostnames") {
            put_dns(aws, observed, desired).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, &observed.id, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2VpcObserved, ()>,
    ) -> Result<(), PartError> {
        let id = deleting.observed.id.as_str();
        let request = aws.ec2().delete_vpc().vpc_id(id);
        match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) if error.class == ErrorClass::Busy => {
                delete_guard_duty(aws, id).await?;
                let left = what_is_left(aws, id).await?;
                let message = format!("{} It still holds: {left}", error.message);
                Err(PartError { message, ..error })
            }
            answer => answer.map(|_| ()),
        }
    }
}

fn id_of(observed: &Ec2VpcObserved) -> &str {
    &observed.id
}

/// Turns names on or off: one setting a call, and host names only while the resolver answers.
async fn put_dns(
    aws: &Aws,
    observed: &Ec2VpcObserved,
    desired: &Ec2VpcDesired,
) -> Result<(), PartError> {
    let id = observed.id.as_str();
    let change = |wanted: bool, now: bool| {
        (wanted != now).then(|| AttributeBooleanValue::builder().value(wanted).build())
    };
    let support = change(desired.dns_support != Some(false), observed.dns_support);
    let hostnames = change(desired.dns_hostnames, observed.dns_hostnames);
    let request = aws.ec2().modify_vpc_attribute().vpc_id(id);
    let with_support = support.map(|value| request.clone().enable_dns_support(value));
    let with_hostnames = hostnames.map(|value| request.enable_dns_hostnames(value));
    let in_order = if desired.dns_support == Some(false) {
        [with_hostnames, with_support]
    } else {
        [with_support, with_hostnames]
    };
    for request in in_order.into_iter().flatten() {
        aws.call(MODIFY, id, || request.clone().send()).await?;
    }
    Ok(())
}
