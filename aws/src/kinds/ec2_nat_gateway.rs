//! `ec2:nat-gateway`: the way out of private subnets, under one public address. It takes minutes to come and to go.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, NatGateway, NatGatewayAddress, ResourceType};
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Readiness, Tags,
};
use serde::{Deserialize, Serialize};

use super::{
    arn::Arn,
    ec2::{filter, find_tagged, put_tags, read_by_id, tag_specifications, tags_of},
    settled::{answered, not_yet_seen, settled},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeNatGateways");
const CREATE: Operation = Operation::once("ec2:CreateNatGateway");
const DELETE: Operation = Operation::idempotent("ec2:DeleteNatGateway");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DESCRIBE, CREATE, DELETE]];

/// The failures that are AWS's own and pass; all others follow from what was asked for.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>
const PASSING: &str = "InternalError";

/// A NAT gateway.
#[derive(Debug)]
pub struct Ec2NatGateway;

impl Ec2NatGateway {
    /// The gateway's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The gateway's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// Its public address.
    pub const PUBLIC_IP: OutputName<String> = OutputName::new("public_ip");
    /// Its private address.
    pub const PRIVATE_IP: OutputName<String> = OutputName::new("private_ip");
    /// Its network interface.
    pub const NETWORK_INTERFACE_ID: OutputName<String> = OutputName::new("network_interface_id");
}

/// What a NAT gateway is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2NatGatewayDesired {
    /// The public subnet it stands in.
    pub subnet_id: Input<String>,
    /// The allocation of its public address.
    pub allocation_id: Input<String>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A NAT gateway as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2NatGatewayObserved {
    /// The gateway's id.
    pub id: String,
    /// The gateway's ARN.
    pub arn: String,
    /// `pending`, `available`, `failed`, `deleting` or `deleted`.
    pub state: String,
    /// Why it failed: a code and EC2's words.
    pub failure: Option<String>,
    /// The VPC it belongs to.
    pub vpc_id: Option<String>,
    /// The subnet it stands in.
    pub subnet_id: String,
    /// `public` or `private`.
    pub connectivity_type: Option<String>,
    /// The allocation of its public address.
    pub allocation_id: Option<String>,
    /// Its public address.
    pub public_ip: Option<String>,
    /// Its private address.
    pub private_ip: Option<String>,
    /// Its network interface.
    pub network_interface_id: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2NatGateway {
    const KIND: &'static str = "ec2:nat-gateway";
    const REPLACED_BY: &'static [&'static str] = &["subnet_id", "allocation_id"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Token;

    type Context = Aws;
    type Desired = Ec2NatGatewayDesired;
    type Observed = Ec2NatGatewayObserved;
    type Disposal = ();

    fn id(observed: &Ec2NatGatewayObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2NatGatewayObserved) -> Outputs {
        let known = [
            (Self::ID.name(), Some(&observed.id)),
            (Self::ARN.name(), Some(&observed.arn)),
            (Self::PUBLIC_IP.name(), observed.public_ip.as_ref()),
            (Self::PRIVATE_IP.name(), observed.private_ip.as_ref()),
            (
                Self::NETWORK_INTERFACE_ID.name(),
                observed.network_interface_id.as_ref(),
            ),
        ];
        known
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), value?.clone())))
            .collect()
    }

    fn settings(observed: &Ec2NatGatewayObserved) -> Ec2NatGatewayDesired {
        let allocation = observed.allocation_id.clone();
        Ec2NatGatewayDesired {
            subnet_id: observed.subnet_id.clone().into(),
            allocation_id: allocation.unwrap_or_default().into(),
            tags: settable(&observed.tags),
        }
    }

    fn readiness(observed: &Ec2NatGatewayObserved) -> Readiness {
        let reason = || {
            let failure = observed.failure.as_deref().unwrap_or("EC2 gives no reason");
            format!("the NAT gateway is `{}`: {failure}", observed.state)
        };
        match (observed.state.as_str(), &observed.failure) {
            ("available", _) => Readiness::Ready,
            ("pending", _) => Readiness::Pending,
            ("failed", Some(failure)) if failure.starts_with(PASSING) => {
                Readiness::Broken(reason())
            }
            _ => Readiness::Failed(reason()),
        }
    }

    /// Gateways that fail or are deleted stay visible for an hour: they are not what is looked for.
    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2NatGatewayDesired>,
    ) -> Result<Option<Ec2NatGatewayObserved>, PartError> {
        let describe = |mut filters: Vec<Filter>| {
            filters.push(filter("state", ["pending", "available"]));
            describe_gateways(aws, filters)
        };
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2NatGatewayDesired>,
    ) -> Result<Ec2NatGatewayObserved, PartError> {
        let desired = making.desired;
        let subnet = settled(&desired.subnet_id, Self::KIND, "subnet_id")?;
        let allocation = settled(&desired.allocation_id, Self::KIND, "allocation_id")?;
        let request = aws
            .ec2()
            .create_nat_gateway()
            .subnet_id(subnet)
            .allocation_id(allocation)
            .client_token(making.token)
            .set_tag_specifications(tag_specifications(&ResourceType::Natgateway, &desired.tags));
        let answer = aws
            .call(CREATE, subnet, || request.clone().send())
            .await
            .map_err(not_yet_seen)?;
        let gateway = answered(answer.nat_gateway, CREATE.api, "NatGateway")?;
        observed(aws, CREATE.api, gateway)
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2NatGatewayObserved>>, PartError> {
        let describe = |filters| describe_gateways(aws, filters);
        let found = read_by_id(ids, "nat-gateway-id", id_of, describe).await?;
        let is_there = |gateway: &Ec2NatGatewayObserved| gateway.state != "deleted";
        Ok(found
            .into_iter()
            .map(|gateway| gateway.filter(is_there))
            .collect())
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2NatGatewayDesired, Ec2NatGatewayObserved>,
    ) -> Result<(), PartError> {
        let observed = changing.observed;
        put_tags(aws, &observed.id, &observed.tags, &changing.desired.tags).await
    }

    /// Its interface and its address are in use until it is `deleted`, which is why that is waited for.
    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2NatGatewayObserved, ()>,
    ) -> Result<(), PartError> {
        let observed = deleting.observed;
        let id = observed.id.as_str();
        if observed.state != "deleting" {
            let request = aws.ec2().delete_nat_gateway().nat_gateway_id(id);
            match aws.call(DELETE, id, || request.clone().send()).await {
                Err(error) if error.is_not_found() => return Ok(()),
                answer => answer?,
            };
        }
        let interface = observed.network_interface_id.as_deref().unwrap_or("none");
        Err(PartError::new(
            ErrorClass::Busy,
            DELETE.iam_action,
            id,
            format!("the NAT gateway is being deleted; its network interface is `{interface}`"),
        ))
    }

    fn usual_duration() -> Duration {
        Duration::from_secs(100)
    }
}

fn id_of(observed: &Ec2NatGatewayObserved) -> &str {
    &observed.id
}

pub(super) async fn describe_gateways(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2NatGatewayObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_nat_gateways()
            .set_filter(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "NAT gateways", || request.clone().send())
            .await?;
        for gateway in page.nat_gateways.unwrap_or_default() {
            found.push(observed(aws, DESCRIBE.api, gateway)?);
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// The gateway as `api` answers it; further addresses are not cloister's doing and are left out.
fn observed(aws: &Aws, api: &str, gateway: NatGateway) -> Result<Ec2NatGatewayObserved, PartError> {
    let id = answered(gateway.nat_gateway_id, api, "NatGatewayId")?;
    let state = gateway.state.map(|state| state.as_str().to_owned());
    let failure = gateway
        .failure_code
        .map(|code| match gateway.failure_message {
            Some(message) => format!("{code}: {message}"),
            None => code,
        });
    let mut addresses = gateway.nat_gateway_addresses.unwrap_or_default();
    addresses.sort_by_key(|address| address.is_primary != Some(true));
    let address = addresses.into_iter().next();
    let of_address = |field: fn(&NatGatewayAddress) -> Option<&str>| {
        address.as_ref().and_then(field).map(str::to_owned)
    };
    let kind = gateway.connectivity_type;
    Ok(Ec2NatGatewayObserved {
        arn: aws.arn("ec2", &format!("natgateway/{id}")),
        id,
        state: answered(state, api, "State")?,
        failure,
        vpc_id: gateway.vpc_id,
        subnet_id: answered(gateway.subnet_id, api, "SubnetId")?,
        connectivity_type: kind.map(|kind| kind.as_str().to_owned()),
        allocation_id: of_address(NatGatewayAddress::allocation_id),
        public_ip: of_address(NatGatewayAddress::public_ip),
        private_ip: of_address(NatGatewayAddress::private_ip),
        network_interface_id: of_address(NatGatewayAddress::network_interface_id),
        tags: tags_of(gateway.tags),
    })
}
