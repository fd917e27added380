//! `ec2:internet-gateway`: a VPC's way to the internet, made and attached.

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, InternetGateway, ResourceType};
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, OutputName, Outputs, PartError, PartKind,
    Tags, outputs,
};
use serde::{Deserialize, Serialize};

use super::{
    ec2::{find_tagged, put_tags, read_by_id, tag_specifications, tags_of},
    settled::{answered, half_made, settled},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeInternetGateways");
const CREATE: Operation = Operation::once("ec2:CreateInternetGateway");
const ATTACH: Operation = Operation::idempotent("ec2:AttachInternetGateway");
const DETACH: Operation = Operation::idempotent("ec2:DetachInternetGateway");
const DELETE: Operation = Operation::idempotent("ec2:DeleteInternetGateway");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DESCRIBE, CREATE, ATTACH, DETACH, DELETE]];

/// An internet gateway.
#[derive(Debug)]
pub struct Ec2InternetGateway;

impl Ec2InternetGateway {
    /// The gateway's id.
    pub const ID: OutputName<String> = OutputName::new("id");
}

/// What an internet gateway is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2InternetGatewayDesired {
    /// The VPC it is attached to; empty is how one shows that is attached to none.
    pub vpc_id: Input<String>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// An internet gateway as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2InternetGatewayObserved {
    /// The gateway's id.
    pub id: String,
    /// The VPC it is attached to.
    pub vpc_id: Option<String>,
    /// How far the attachment is, in the letters that EC2 uses.
    pub attachment_state: Option<String>,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2InternetGateway {
    const KIND: &'static str = "ec2:internet-gateway";
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Intent;

    type Context = Aws;
    type Desired = Ec2InternetGatewayDesired;
    type Observed = Ec2InternetGatewayObserved;
    type Disposal = ();

    fn id(observed: &Ec2InternetGatewayObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2InternetGatewayObserved) -> Outputs {
        outputs([(Self::ID.name(), observed.id.clone())])
    }

    fn settings(observed: &Ec2InternetGatewayObserved) -> Ec2InternetGatewayDesired {
        Ec2InternetGatewayDesired {
            vpc_id: observed.vpc_id.clone().unwrap_or_default().into(),
            tags: settable(&observed.tags),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2InternetGatewayDesired>,
    ) -> Result<Option<Ec2InternetGatewayObserved>, PartError> {
        let describe = |filters| describe_gateways(aws, filters);
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2InternetGatewayDesired>,
    ) -> Result<Ec2InternetGatewayObserved, PartError> {
        let desired = making.desired;
        let vpc = settled(&desired.vpc_id, Self::KIND, "vpc_id")?;
        let tags = tag_specifications(&ResourceType::InternetGateway, &desired.tags);
        let request = aws
            .ec2()
            .create_internet_gateway()
            .set_tag_specifications(tags);
        let answer = aws.call(CREATE, vpc, || request.clone().send()).await?;
        let gateway = answered(answer.internet_gateway, CREATE.api, "InternetGateway")?;
        let made = observed(CREATE.api, gateway)?;
        attach(aws, &made.id, vpc).await.map_err(half_made)?;
        Ok(Ec2InternetGatewayObserved {
            vpc_id: Some(vpc.clone()),
            ..made
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2InternetGatewayObserved>>, PartError> {
        let describe = |filters| describe_gateways(aws, filters);
        read_by_id(ids, "internet-gateway-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2InternetGatewayDesired, Ec2InternetGatewayObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        let vpc = settled(&desired.vpc_id, Self::KIND, "vpc_id")?;
        if observed.vpc_id.as_ref() != Some(vpc) {
            detach(aws, observed).await?;
            attach(aws, &observed.id, vpc).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, &observed.id, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2InternetGatewayObserved, ()>,
    ) -> Result<(), PartError> {
        let id = deleting.observed.id.as_str();
        detach(aws, deleting.observed).await?;
        let request = aws.ec2().delete_internet_gateway().internet_gateway_id(id);
        match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

fn id_of(observed: &Ec2InternetGatewayObserved) -> &str {
    &observed.id
}

async fn attach(aws: &Aws, id: &str, vpc: &str) -> Result<(), PartError> {
    let request = aws
        .ec2()
        .attach_internet_gateway()
        .internet_gateway_id(id)
        .vpc_id(vpc);
    match aws.call(ATTACH, id, || request.clone().send()).await {
        // An attach whose answer was lost meets itself.
        Err(error) if error.code.as_deref() == Some("Resource.AlreadyAssociated") => {
            let found =
                describe_gateways(aws, vec![super::ec2::filter("internet-gateway-id", [id])]);
            let attached = found
                .await?
                .into_iter()
                .any(|gateway| gateway.vpc_id.as_deref() == Some(vpc));
            if attached { Ok(()) } else { Err(error) }
        }
        answer => answer.map(|_| ()).map_err(|error| error.about("vpc_id")),
    }
}

async fn detach(aws: &Aws, observed: &Ec2InternetGatewayObserved) -> Result<(), PartError> {
    let Some(vpc) = &observed.vpc_id else {
        return Ok(());
    };
    let id = observed.id.as_str();
    let request = aws
        .ec2()
        .detach_internet_gateway()
        .internet_gateway_id(id)
        .vpc_id(vpc);
    match aws.call(DETACH, id, || request.clone().send()).await {
        Err(error)
            if error.is_not_found() || error.code.as_deref() == Some("Gateway.NotAttached") =>
        {
            Ok(())
        }
        answer => answer.map(|_| ()),
    }
}

pub(super) async fn describe_gateways(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2InternetGatewayObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_internet_gateways()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "internet gateways", || request.clone().send())
            .await?;
        for gateway in page.internet_gateways.unwrap_or_default() {
            found.push(observed(DESCRIBE.api, gateway)?);
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// A gateway is attached to one VPC at most; an attachment that goes away is none.
fn observed(api: &str, gateway: InternetGateway) -> Result<Ec2InternetGatewayObserved, PartError> {
    let attachment = gateway
        .attachments
        .unwrap_or_default()
        .into_iter()
        .find(|one| {
            let state = one
                .state
                .as_ref()
                .map(aws_sdk_ec2::types::AttachmentStatus::as_str);
            !matches!(state, Some("detaching" | "detached"))
        });
    let (vpc_id, state) = attachment.map_or((None, None), |one| (one.vpc_id, one.state));
    Ok(Ec2InternetGatewayObserved {
        id: answered(gateway.internet_gateway_id, api, "InternetGatewayId")?,
        vpc_id,
        attachment_state: state.map(|state| state.as_str().to_owned()),
        owner_id: gateway.owner_id,
        tags: tags_of(gateway.tags),
    })
}
