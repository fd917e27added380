//! `network-firewall:firewall`: a firewall with one endpoint in each zone. Zones come and go in place.
//!
//! Routes lead to the endpoints, so that a zone, or the firewall, only goes once its routes are gone.

mod blocked;
mod read;
mod write;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_networkfirewall::types::SubnetMapping;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Readiness, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    blocked::explain,
    read::{observed, read_firewall},
    write::{Change, subnet_mappings},
};
use super::{
    common::{DELETING, meet, said, sdk_tags, still_deleting},
    logging::remove_logging,
};
use crate::{
    calls::Operation,
    kinds::{
        arn::Arn,
        natural_key::natural_name,
        restate::{restate, restate_set},
        settled::{answered, settled},
        tags::{holds, settable},
    },
    session::Aws,
};

const CREATE: Operation = Operation::once("network-firewall:CreateFirewall");
const DELETE: Operation = Operation::idempotent("network-firewall:DeleteFirewall");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] =
    &[&[CREATE, DELETE], blocked::CALLS, read::CALLS, write::CALLS];

/// A firewall.
#[derive(Debug)]
pub struct Firewall;

impl Firewall {
    /// The firewall's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The firewall's id.
    pub const ID: OutputName<String> = OutputName::new("id");

    /// The name of the output that is the id of the endpoint in `zone`, where routes lead to.
    pub fn endpoint(zone: &str) -> String {
        format!("endpoint-{zone}")
    }
}

/// What a firewall is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirewallDesired {
    /// Its name.
    pub name: String,
    /// The VPC that it guards.
    pub vpc_id: Input<String>,
    /// The subnets of its endpoints, each in a zone of its own.
    pub subnet_ids: Vec<Input<String>>,
    /// The ARN of its policy.
    pub policy_arn: Input<Arn>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether AWS refuses to delete it; a delete of ours lifts that first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_protection: bool,
    /// Whether AWS refuses other subnets; a change of ours lifts that for its time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub subnet_change_protection: bool,
    /// Whether AWS refuses another policy; a change of ours lifts that for its time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub policy_change_protection: bool,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A firewall as Network Firewall describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirewallObserved {
    /// The firewall's name.
    pub name: String,
    /// The firewall's ARN.
    pub arn: String,
    /// The firewall's id.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// `PROVISIONING`, `READY`, `DELETING`, ...
    pub status: String,
    /// Whether the rules have reached every endpoint: `IN_SYNC`, `PENDING`, `CAPACITY_CONSTRAINED`.
    pub sync: String,
    /// The VPC that it guards.
    pub vpc_id: String,
    /// The subnets of its endpoints, without those whose endpoint is being deleted.
    pub subnet_ids: BTreeSet<String>,
    /// Its endpoints by zone.
    pub endpoints: BTreeMap<String, FirewallEndpoint>,
    /// The ARN of its policy.
    pub policy_arn: String,
    /// Whether AWS refuses to delete it.
    pub delete_protection: bool,
    /// Whether AWS refuses other subnets.
    pub subnet_change_protection: bool,
    /// Whether AWS refuses another policy.
    pub policy_change_protection: bool,
    /// How many further endpoints others made for it.
    pub number_of_associations: Option<i32>,
    /// All its tags.
    pub tags: Tags,
    /// What a change has to show.
    #[serde(skip)]
    pub(super) update_token: Option<String>,
}

/// The endpoint of a firewall in one zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FirewallEndpoint {
    /// Its id, once it can be used.
    pub endpoint_id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// `CREATING`, `READY`, `DELETING`, ...
    pub status: String,
    /// Why, where it failed.
    pub status_message: Option<String>,
}

#[async_trait]
impl PartKind for Firewall {
    const KIND: &'static str = "network-firewall:firewall";
    const REPLACED_BY: &'static [&'static str] = &["name", "vpc_id"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;
    const PREPARES: bool = true;

    type Context = Aws;
    type Desired = FirewallDesired;
    type Observed = FirewallObserved;
    type Disposal = ();

    fn id(observed: &FirewallObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &FirewallObserved) -> Outputs {
        let mut outputs = outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::ID.name(), observed.id.clone()),
        ]);
        for (zone, endpoint) in &observed.endpoints {
            if let Some(id) = endpoint.endpoint_id.clone().filter(|_| endpoint.serves()) {
                outputs.insert(Cow::Owned(Self::endpoint(zone)), id);
            }
        }
        outputs
    }

    fn settings(observed: &FirewallObserved) -> FirewallDesired {
        FirewallDesired {
            name: observed.name.clone(),
            vpc_id: observed.vpc_id.clone().into(),
            subnet_ids: observed
                .subnet_ids
                .iter()
                .cloned()
                .map(Input::from)
                .collect(),
            policy_arn: Arn::from(observed.policy_arn.as_str()).into(),
            description: said(&observed.description),
            delete_protection: observed.delete_protection,
            subnet_change_protection: observed.subnet_change_protection,
            policy_change_protection: observed.policy_change_protection,
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "name")
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "subnet_ids");
        restate(desired, observed, &json!({"description": ""}))
    }

    fn readiness(observed: &FirewallObserved) -> Readiness {
        if observed.status == DELETING {
            return Readiness::Failed("it is being deleted".to_owned());
        }
        if let Some(reason) = observed.failure() {
            return Readiness::Failed(reason);
        }
        if observed.is_ready() {
            Readiness::Ready
        } else {
            Readiness::Pending
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, FirewallDesired>,
    ) -> Result<Option<FirewallObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_firewall(aws, &name).await?;
        Ok(found.filter(|found| found.status != DELETING && holds(&found.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, FirewallDesired>,
    ) -> Result<FirewallObserved, PartError> {
        let desired = making.desired;
        match create_firewall(aws, desired).await {
            Ok(made) => Ok(made),
            Err(error) => {
                meet::<Self>(aws, desired, &desired.name, error, |found| &found.status).await
            }
        }
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<FirewallObserved>>, PartError> {
        read_each(ids, |id| async move { read_firewall(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, FirewallDesired, FirewallObserved>,
    ) -> Result<(), PartError> {
        let mut change = Change::of(aws, changing.observed);
        match change.make(&changing).await {
            Err(error) if error.class == ErrorClass::Busy => {
                Err(explain(aws, changing.observed, error).await)
            }
            answer => answer,
        }
    }

    async fn before_delete(
        aws: &Aws,
        deleting: Deleting<'_, FirewallObserved, ()>,
    ) -> Result<(), PartError> {
        if deleting.observed.status == DELETING {
            return Ok(());
        }
        Change::of(aws, deleting.observed).lift_all().await
    }

    /// Routes to it are others' to remove: while there are some, AWS refuses.
    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, FirewallObserved, ()>,
    ) -> Result<(), PartError> {
        let firewall = deleting.observed;
        let name = firewall.name.as_str();
        if firewall.status != DELETING {
            Change::of(aws, firewall).lift_all().await?;
            remove_logging(aws, &firewall.arn).await?;
            let request = aws.networkfirewall().delete_firewall();
            let request = request.firewall_arn(&firewall.arn);
            match aws.call(DELETE, name, || request.clone().send()).await {
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) => return Err(explain(aws, firewall, error).await),
                Ok(_) => {}
            }
        }
        match read_firewall(aws, name).await? {
            Some(left) => Err(still_deleting(DELETE.api, name, &left.words())),
            None => Ok(()),
        }
    }

    fn usual_duration() -> Duration {
        Duration::from_secs(330)
    }
}

async fn create_firewall(
    aws: &Aws,
    desired: &FirewallDesired,
) -> Result<FirewallObserved, PartError> {
    let name = desired.name.as_str();
    let subnets = subnets(desired)?;
    let request = aws
        .networkfirewall()
        .create_firewall()
        .firewall_name(name)
        .vpc_id(settled(&desired.vpc_id, Firewall::KIND, "vpc_id")?)
        .set_subnet_mappings(Some(mappings(&subnets)?))
        .firewall_policy_arn(policy(desired)?.as_str())
        .set_description(desired.description.clone())
        .delete_protection(desired.delete_protection)
        .subnet_change_protection(desired.subnet_change_protection)
        .firewall_policy_change_protection(desired.policy_change_protection)
        .set_tags(sdk_tags(&desired.tags)?);
    let answer = aws.call(CREATE, name, || request.clone().send()).await?;
    let firewall = answered(answer.firewall, CREATE.api, "Firewall")?;
    let status = answered(answer.firewall_status, CREATE.api, "FirewallStatus")?;
    observed(CREATE.api, firewall, status, None)
}

fn mappings(subnets: &BTreeSet<String>) -> Result<Vec<SubnetMapping>, PartError> {
    subnet_mappings(subnets.iter())
}

/// The wanted subnets, settled.
fn subnets(desired: &FirewallDesired) -> Result<BTreeSet<String>, PartError> {
    let subnets = desired.subnet_ids.iter();
    subnets
        .map(|subnet| settled(subnet, Firewall::KIND, "subnet_ids").cloned())
        .collect()
}

/// The wanted policy, settled.
fn policy(desired: &FirewallDesired) -> Result<&Arn, PartError> {
    settled(&desired.policy_arn, Firewall::KIND, "policy_arn")
}
