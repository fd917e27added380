//! `network-firewall:firewall-policy`: which rule groups hold, in which order, and what becomes of what none of them
//! names. Every packet goes to the stateful engine unless settings say otherwise.

mod shape;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, OutputName, Outputs, PartError, PartKind,
    Readiness, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::shape::{document, observed};
use super::common::{DELETING, Named, in_use, meet, put_tags, said, sdk_tags, still_deleting};
use crate::{
    calls::Operation,
    kinds::{
        arn::Arn,
        natural_key::natural_name,
        restate::{restate, restate_set},
        settled::answered,
        tags::{holds, settable},
    },
    session::Aws,
};

const CREATE: Operation = Operation::once("network-firewall:CreateFirewallPolicy");
const DESCRIBE: Operation = Operation::read("network-firewall:DescribeFirewallPolicy");
const UPDATE: Operation = Operation::idempotent("network-firewall:UpdateFirewallPolicy");
const DELETE: Operation = Operation::idempotent("network-firewall:DeleteFirewallPolicy");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[CREATE, DESCRIBE, UPDATE, DELETE]];

/// A firewall policy.
#[derive(Debug)]
pub struct FirewallPolicy;

impl FirewallPolicy {
    /// The policy's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The policy's id.
    pub const ID: OutputName<String> = OutputName::new("id");
}

/// What a policy is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirewallPolicyDesired {
    /// Its name.
    pub name: String,
    /// The ARNs of its stateful rule groups; in strict order, the first comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rule_group_arns: Vec<Input<Arn>>,
    /// What becomes of what no rule names, in strict order: `aws:drop_established`, `aws:alert_established`, ...
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stateful_defaults: Vec<String>,
    /// Whether rule groups hold in the order in which they stand, instead of by their rules' action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict_order: bool,
    /// What becomes of packets before the stateful engine sees them; absent means that it sees them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stateless: Option<Stateless>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// What becomes of packets before the stateful engine sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stateless {
    /// The actions for whole packets that no stateless rule names, such as `aws:forward_to_sfe`.
    pub packets: Vec<String>,
    /// The actions for fragments that no stateless rule names.
    pub fragments: Vec<String>,
    /// The ARNs of the stateless rule groups, the first one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rule_group_arns: Vec<String>,
}

impl Stateless {
    /// Everything goes on to the stateful engine.
    fn forwards() -> Self {
        let forward = || vec!["aws:forward_to_sfe".to_owned()];
        Self {
            packets: forward(),
            fragments: forward(),
            rule_group_arns: Vec::new(),
        }
    }
}

/// A policy as Network Firewall describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirewallPolicyObserved {
    /// The policy's name.
    pub name: String,
    /// The policy's ARN.
    pub arn: String,
    /// The policy's id.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// `ACTIVE`, `DELETING`, ...
    pub status: String,
    /// How many firewalls use it.
    pub number_of_associations: Option<i32>,
    /// The ARNs of its stateful rule groups, by priority.
    pub rule_group_arns: Vec<String>,
    /// What becomes of what no rule names.
    pub stateful_defaults: Vec<String>,
    /// Whether rule groups hold by priority.
    pub strict_order: bool,
    /// What becomes of packets before the stateful engine sees them.
    pub stateless: Stateless,
    /// All its tags.
    pub tags: Tags,
    /// What a change has to show.
    #[serde(skip)]
    pub(super) update_token: String,
}

#[async_trait]
impl PartKind for FirewallPolicy {
    const KIND: &'static str = "network-firewall:firewall-policy";
    const REPLACED_BY: &'static [&'static str] = &["name", "strict_order"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = FirewallPolicyDesired;
    type Observed = FirewallPolicyObserved;
    type Disposal = ();

    fn id(observed: &FirewallPolicyObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &FirewallPolicyObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::ID.name(), observed.id.clone()),
        ])
    }

    fn settings(observed: &FirewallPolicyObserved) -> FirewallPolicyDesired {
        let groups = observed.rule_group_arns.iter();
        FirewallPolicyDesired {
            name: observed.name.clone(),
            rule_group_arns: groups.map(|arn| Arn::from(arn.as_str()).into()).collect(),
            stateful_defaults: observed.stateful_defaults.clone(),
            strict_order: observed.strict_order,
            stateless: Some(observed.stateless.clone())
                .filter(|stateless| *stateless != Stateless::forwards()),
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "name")
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "stateful_defaults");
        // Without strict order there are no priorities, and the order says nothing.
        if observed.get("strict_order") != Some(&Value::Bool(true)) {
            restate_set(desired, &mut observed, "rule_group_arns");
        }
        restate(
            desired,
            observed,
            &json!({"stateless": Stateless::forwards()}),
        )
    }

    fn readiness(observed: &FirewallPolicyObserved) -> Readiness {
        match observed.status.as_str() {
            DELETING => Readiness::Failed("it is being deleted".to_owned()),
            "ERROR" => Readiness::Failed("its status is ERROR".to_owned()),
            _ => Readiness::Ready,
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, FirewallPolicyDesired>,
    ) -> Result<Option<FirewallPolicyObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_policy(aws, &name).await?;
        Ok(found.filter(|policy| policy.status != DELETING && holds(&policy.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, FirewallPolicyDesired>,
    ) -> Result<FirewallPolicyObserved, PartError> {
        let desired = making.desired;
        let name = desired.name.as_str();
        let document = document(desired)?;
        let request = aws
            .networkfirewall()
            .create_firewall_policy()
            .firewall_policy_name(name)
            .firewall_policy(document.clone())
            .set_tags(sdk_tags(&desired.tags)?);
        match aws.call(CREATE, name, || request.clone().send()).await {
            Ok(answer) => {
                let response = answer.firewall_policy_response;
                let response = answered(response, CREATE.api, "FirewallPolicyResponse")?;
                observed(CREATE.api, response, document, answer.update_token)
            }
            Err(error) => meet::<Self>(aws, desired, name, error, |policy| &policy.status).await,
        }
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<FirewallPolicyObserved>>, PartError> {
        read_each(ids, |id| async move { read_policy(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, FirewallPolicyDesired, FirewallPolicyObserved>,
    ) -> Result<(), PartError> {
        let (desired, observed) = (changing.desired, changing.observed);
        let parts = ["rule_group_arns", "stateful_defaults", "stateless"];
        if parts.iter().any(|name| changing.touches(name)) {
            put_document(aws, desired, observed).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, &observed.arn, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, FirewallPolicyObserved, ()>,
    ) -> Result<(), PartError> {
        let policy = deleting.observed;
        let name = policy.name.as_str();
        if policy.status != DELETING {
            let request = aws.networkfirewall().delete_firewall_policy();
            let request = request.firewall_policy_arn(&policy.arn);
            match aws.call(DELETE, name, || request.clone().send()).await {
                Err(error) if error.is_not_found() => return Ok(()),
                answer => answer
                    .map_err(|error| in_use(error, policy.number_of_associations, "firewalls"))?,
            };
        }
        match read_policy(aws, name).await? {
            Some(_) => Err(still_deleting(DELETE.api, name, "the firewall policy")),
            None => Ok(()),
        }
    }
}

async fn put_document(
    aws: &Aws,
    desired: &FirewallPolicyDesired,
    observed: &FirewallPolicyObserved,
) -> Result<(), PartError> {
    let request = aws
        .networkfirewall()
        .update_firewall_policy()
        .firewall_policy_arn(&observed.arn)
        .update_token(&observed.update_token)
        .set_description(said(&observed.description))
        .firewall_policy(document(desired)?);
    aws.call(UPDATE, &observed.name, || request.clone().send())
        .await
        .map(|_| ())
}

async fn read_policy(aws: &Aws, id: &str) -> Result<Option<FirewallPolicyObserved>, PartError> {
    let Named { name, arn } = Named::by(id);
    let request = aws
        .networkfirewall()
        .describe_firewall_policy()
        .set_firewall_policy_name(name)
        .set_firewall_policy_arn(arn);
    let answer = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let response = answer.firewall_policy_response;
    let response = answered(response, DESCRIBE.api, "FirewallPolicyResponse")?;
    let document = answered(answer.firewall_policy, DESCRIBE.api, "FirewallPolicy")?;
    observed(DESCRIBE.api, response, document, answer.update_token).map(Some)
}
