//! `ec2:route-table`: a route table and the subnets that use it. What its routes are is `ec2:routes`.

mod associations;
mod read;

use async_trait::async_trait;
use aws_sdk_ec2::types::ResourceType;
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, OutputName, Outputs, PartError, PartKind,
    Tags, outputs,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{
    associations::{associate, disassociate},
    read::{DESCRIBE, observed},
};
use super::{
    arn::Arn,
    ec2::{find_tagged, put_tags, read_by_id, tag_specifications},
    restate::restate_set,
    settled::{answered, not_yet_seen, settled, settled_all},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

pub(super) use self::read::describe_tables;
pub use self::read::{Association, Ec2RouteTableObserved, RouteObserved};

const CREATE: Operation = Operation::once("ec2:CreateRouteTable");
const DELETE: Operation = Operation::idempotent("ec2:DeleteRouteTable");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE, DELETE], associations::CALLS, read::CALLS];

/// A route table.
#[derive(Debug)]
pub struct Ec2RouteTable;

impl Ec2RouteTable {
    /// The table's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The table's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
}

/// What a route table is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2RouteTableDesired {
    /// The VPC it routes in.
    pub vpc_id: Input<String>,
    /// The subnets that use it, whole; each subnet uses one table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Input<String>>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2RouteTable {
    const KIND: &'static str = "ec2:route-table";
    const REPLACED_BY: &'static [&'static str] = &["vpc_id"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Token;

    type Context = Aws;
    type Desired = Ec2RouteTableDesired;
    type Observed = Ec2RouteTableObserved;
    type Disposal = ();

    fn id(observed: &Ec2RouteTableObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2RouteTableObserved) -> Outputs {
        outputs([
            (Self::ID.name(), observed.id.clone()),
            (Self::ARN.name(), observed.arn.clone()),
        ])
    }

    fn settings(observed: &Ec2RouteTableObserved) -> Ec2RouteTableDesired {
        let subnets = observed.subnet_ids.iter().cloned();
        Ec2RouteTableDesired {
            vpc_id: observed.vpc_id.clone().into(),
            subnet_ids: subnets.map(Input::Known).collect(),
            tags: settable(&observed.tags),
        }
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "subnet_ids");
        observed
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2RouteTableDesired>,
    ) -> Result<Option<Ec2RouteTableObserved>, PartError> {
        let describe = |filters| describe_tables(aws, filters);
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2RouteTableDesired>,
    ) -> Result<Ec2RouteTableObserved, PartError> {
        let desired = making.desired;
        let vpc = settled(&desired.vpc_id, Self::KIND, "vpc_id")?;
        let subnets = settled_all(&desired.subnet_ids, Self::KIND, "subnet_ids")?;
        let tags = tag_specifications(&ResourceType::RouteTable, &desired.tags);
        let request = aws
            .ec2()
            .create_route_table()
            .vpc_id(vpc)
            .client_token(making.token)
            .set_tag_specifications(tags);
        let answer = aws
            .call(CREATE, vpc, || request.clone().send())
            .await
            .map_err(not_yet_seen)?;
        let table = answered(answer.route_table, CREATE.api, "RouteTable")?;
        let made = observed(aws, CREATE.api, table)?;
        for subnet in &subnets {
            associate(aws, &made.id, subnet)
                .await
                .map_err(not_yet_seen)?;
        }
        Ok(Ec2RouteTableObserved {
            subnet_ids: subnets.into_iter().cloned().collect(),
            ..made
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2RouteTableObserved>>, PartError> {
        let describe = |filters| describe_tables(aws, filters);
        read_by_id(ids, "route-table-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2RouteTableDesired, Ec2RouteTableObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        let id = observed.id.as_str();
        if changing.touches("subnet_ids") {
            let wanted = settled_all(&desired.subnet_ids, Self::KIND, "subnet_ids")?;
            for subnet in &wanted {
                if !observed.subnet_ids.contains(*subnet) {
                    associate(aws, id, subnet).await?;
                }
            }
            disassociate(aws, observed, |subnet| !wanted.contains(&subnet)).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, id, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2RouteTableObserved, ()>,
    ) -> Result<(), PartError> {
        let id = deleting.observed.id.as_str();
        disassociate(aws, deleting.observed, |_| true).await?;
        let request = aws.ec2().delete_route_table().route_table_id(id);
        match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

fn id_of(observed: &Ec2RouteTableObserved) -> &str {
    &observed.id
}
