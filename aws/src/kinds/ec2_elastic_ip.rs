//! `ec2:elastic-ip`: a public address that stays the account's until it is released.

use async_trait::async_trait;
use aws_sdk_ec2::types::{Address, DomainType, Filter, ResourceType};
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Journal, Making, OutputName, Outputs, PartError,
    PartKind, Tags, outputs,
};
use serde::{Deserialize, Serialize};

use super::{
    arn::Arn,
    ec2::{find_tagged, put_tags, read_by_id, tag_specifications, tags_of},
    settled::answered,
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeAddresses");
const ALLOCATE: Operation = Operation::once("ec2:AllocateAddress");
const RELEASE: Operation = Operation::idempotent("ec2:ReleaseAddress");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DESCRIBE, ALLOCATE, RELEASE]];

/// An Elastic IP address.
#[derive(Debug)]
pub struct Ec2ElasticIp;

impl Ec2ElasticIp {
    /// The id of the allocation.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The allocation's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The address.
    pub const PUBLIC_IP: OutputName<String> = OutputName::new("public_ip");
}

/// What an address is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2ElasticIpDesired {
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// An address as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2ElasticIpObserved {
    /// The id of the allocation.
    pub id: String,
    /// The allocation's ARN.
    pub arn: String,
    /// The address.
    pub public_ip: String,
    /// How it hangs on what uses it.
    pub association_id: Option<String>,
    /// The network interface that uses it.
    pub network_interface_id: Option<String>,
    /// The private address behind it.
    pub private_ip: Option<String>,
    /// Where AWS announces it.
    pub network_border_group: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2ElasticIp {
    const KIND: &'static str = "ec2:elastic-ip";
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Intent;

    type Context = Aws;
    type Desired = Ec2ElasticIpDesired;
    type Observed = Ec2ElasticIpObserved;
    type Disposal = ();

    fn id(observed: &Ec2ElasticIpObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2ElasticIpObserved) -> Outputs {
        outputs([
            (Self::ID.name(), observed.id.clone()),
            (Self::ARN.name(), observed.arn.clone()),
            (Self::PUBLIC_IP.name(), observed.public_ip.clone()),
        ])
    }

    fn settings(observed: &Ec2ElasticIpObserved) -> Ec2ElasticIpDesired {
        Ec2ElasticIpDesired {
            tags: settable(&observed.tags),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2ElasticIpDesired>,
    ) -> Result<Option<Ec2ElasticIpObserved>, PartError> {
        let describe = |filters| describe_addresses(aws, filters);
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2ElasticIpDesired>,
    ) -> Result<Ec2ElasticIpObserved, PartError> {
        let tags = &making.desired.tags;
        let request = aws
            .ec2()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_tag_specifications(tag_specifications(&ResourceType::ElasticIp, tags));
        let answer = aws
            .call(ALLOCATE, "address", || request.clone().send())
            .await?;
        let id = answered(answer.allocation_id, ALLOCATE.api, "AllocationId")?;
        Ok(Ec2ElasticIpObserved {
            arn: arn(aws, &id),
            id,
            public_ip: answered(answer.public_ip, ALLOCATE.api, "PublicIp")?,
            association_id: None,
            network_interface_id: None,
            private_ip: None,
            network_border_group: answer.network_border_group,
            tags: tags.clone(),
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2ElasticIpObserved>>, PartError> {
        let describe = |filters| describe_addresses(aws, filters);
        read_by_id(ids, "allocation-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2ElasticIpDesired, Ec2ElasticIpObserved>,
    ) -> Result<(), PartError> {
        let observed = changing.observed;
        put_tags(aws, &observed.id, &observed.tags, &changing.desired.tags).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2ElasticIpObserved, ()>,
    ) -> Result<(), PartError> {
        let observed = deleting.observed;
        let id = observed.id.as_str();
        let request = aws.ec2().release_address().allocation_id(id);
        match aws.call(RELEASE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            // EC2 refuses to release what a NAT gateway still holds, in words of missing permissions.
            Err(error) if is_held(observed, &error) => {
                let holder = observed
                    .network_interface_id
                    .as_deref()
                    .unwrap_or("an interface");
                let message = format!("{} It is still associated with {holder}.", error.message);
                Err(PartError {
                    class: ErrorClass::Busy,
                    message,
                    ..error
                })
            }
            answer => answer.map(|_| ()),
        }
    }
}

fn id_of(observed: &Ec2ElasticIpObserved) -> &str {
    &observed.id
}

fn arn(aws: &Aws, id: &str) -> String {
    aws.arn("ec2", &format!("elastic-ip/{id}"))
}

fn is_held(observed: &Ec2ElasticIpObserved, error: &PartError) -> bool {
    let refused = error.class == ErrorClass::Busy || error.code.as_deref() == Some("AuthFailure");
    refused && observed.association_id.is_some()
}

/// All addresses that pass the filters; EC2 tells them in one page.
async fn describe_addresses(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2ElasticIpObserved>, PartError> {
    let request = aws.ec2().describe_addresses().set_filters(Some(filters));
    let answer = aws
        .call(DESCRIBE, "addresses", || request.clone().send())
        .await?;
    let found = answer.addresses.unwrap_or_default().into_iter();
    found.map(|address| observed(aws, address)).collect()
}

fn observed(aws: &Aws, address: Address) -> Result<Ec2ElasticIpObserved, PartError> {
    let id = answered(address.allocation_id, DESCRIBE.api, "AllocationId")?;
    Ok(Ec2ElasticIpObserved {
        arn: arn(aws, &id),
        id,
        public_ip: answered(address.public_ip, DESCRIBE.api, "PublicIp")?,
        association_id: address.association_id,
        network_interface_id: address.network_interface_id,
        private_ip: address.private_ip_address,
        network_border_group: address.network_border_group,
        tags: tags_of(address.tags),
    })
}
