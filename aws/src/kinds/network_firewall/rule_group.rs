//! `network-firewall:rule-group`: stateful rules, as a list of domains or as Suricata text. Capacity and rule order stay.

mod shape;

use std::collections::BTreeSet;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Readiness, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::shape::{observed, rule_group};
use super::common::{DELETING, Named, in_use, meet, put_tags, said, sdk_tags, still_deleting};
use crate::{
    calls::Operation,
    kinds::{
        arn::Arn,
        natural_key::natural_name,
        restate::restate_set,
        settled::answered,
        tags::{holds, settable},
    },
    session::Aws,
};

const CREATE: Operation = Operation::once("network-firewall:CreateRuleGroup");
const DESCRIBE: Operation = Operation::read("network-firewall:DescribeRuleGroup");
const UPDATE: Operation = Operation::idempotent("network-firewall:UpdateRuleGroup");
const DELETE: Operation = Operation::idempotent("network-firewall:DeleteRuleGroup");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[CREATE, DESCRIBE, UPDATE, DELETE]];

/// A stateful rule group.
#[derive(Debug)]
pub struct FirewallRuleGroup;

impl FirewallRuleGroup {
    /// The group's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The group's id.
    pub const ID: OutputName<String> = OutputName::new("id");
}

/// What a rule group is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirewallRuleGroupDesired {
    /// Its name.
    pub name: String,
    /// How many rules it can hold, for ever.
    pub capacity: i32,
    /// The rules.
    pub rules: FirewallRules,
    /// The networks that the rules protect, as CIDR blocks; absent means those of the firewall's own VPC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub home_net: Vec<Input<String>>,
    /// Whether rules hold in the order in which they are written, instead of by their action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict_order: bool,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The rules of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirewallRules {
    /// A list of domains, from which AWS makes rules.
    Domains(DomainList),
    /// Rules as Suricata reads them.
    Suricata(String),
}

/// Domains, and what becomes of traffic to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainList {
    /// The domains; one that begins with a dot stands for all below it too.
    pub targets: Vec<String>,
    /// Where they are looked for: `HTTP_HOST`, `TLS_SNI`.
    pub kinds: Vec<String>,
    /// `ALLOWLIST` or `DENYLIST`.
    pub action: String,
}

/// A rule group as Network Firewall describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirewallRuleGroupObserved {
    /// The group's name.
    pub name: String,
    /// The group's ARN.
    pub arn: String,
    /// The group's id.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// `ACTIVE`, `DELETING`, ...
    pub status: String,
    /// How many rules it can hold.
    pub capacity: i32,
    /// How much of that its rules take.
    pub consumed_capacity: Option<i32>,
    /// How many firewall policies use it.
    pub number_of_associations: Option<i32>,
    /// The rules; none where they are written in a way that is not ours.
    pub rules: Option<FirewallRules>,
    /// The IP set `HOME_NET`.
    pub home_net: BTreeSet<String>,
    /// Whether rules hold in the order in which they are written.
    pub strict_order: bool,
    /// All its tags.
    pub tags: Tags,
    /// What a change has to show.
    #[serde(skip)]
    pub(super) update_token: String,
}

#[async_trait]
impl PartKind for FirewallRuleGroup {
    const KIND: &'static str = "network-firewall:rule-group";
    const REPLACED_BY: &'static [&'static str] = &["name", "capacity", "strict_order"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = FirewallRuleGroupDesired;
    type Observed = FirewallRuleGroupObserved;
    type Disposal = ();

    fn id(observed: &FirewallRuleGroupObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &FirewallRuleGroupObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::ID.name(), observed.id.clone()),
        ])
    }

    fn settings(observed: &FirewallRuleGroupObserved) -> FirewallRuleGroupDesired {
        let none = || FirewallRules::Suricata(String::new());
        FirewallRuleGroupDesired {
            name: observed.name.clone(),
            capacity: observed.capacity,
            rules: observed.rules.clone().unwrap_or_else(none),
            home_net: observed.home_net.iter().cloned().map(Input::from).collect(),
            strict_order: observed.strict_order,
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "name")
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "home_net");
        let lists = (
            desired.pointer("/rules/domains"),
            observed.pointer_mut("/rules/domains"),
        );
        if let (Some(wanted), Some(shown)) = lists {
            restate_set(wanted, shown, "targets");
            restate_set(wanted, shown, "kinds");
        }
        observed
    }

    fn readiness(observed: &FirewallRuleGroupObserved) -> Readiness {
        match observed.status.as_str() {
            DELETING => Readiness::Failed("it is being deleted".to_owned()),
            "ERROR" => Readiness::Failed("its status is ERROR".to_owned()),
            _ => Readiness::Ready,
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, FirewallRuleGroupDesired>,
    ) -> Result<Option<FirewallRuleGroupObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_group(aws, &name).await?;
        Ok(found.filter(|group| group.status != DELETING && holds(&group.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, FirewallRuleGroupDesired>,
    ) -> Result<FirewallRuleGroupObserved, PartError> {
        let desired = making.desired;
        let name = desired.name.as_str();
        let group = rule_group(desired)?;
        let request = aws
            .networkfirewall()
            .create_rule_group()
            .rule_group_name(name)
            .r#type(aws_sdk_networkfirewall::types::RuleGroupType::Stateful)
            .capacity(desired.capacity)
            .rule_group(group.clone())
            .set_tags(sdk_tags(&desired.tags)?);
        match aws.call(CREATE, name, || request.clone().send()).await {
            Ok(answer) => {
                let response =
                    answered(answer.rule_group_response, CREATE.api, "RuleGroupResponse");
                observed(CREATE.api, response?, group, answer.update_token)
            }
            Err(error) => {
                let error = if error.class == ErrorClass::Refused {
                    error.about("rules")
                } else {
                    error
                };
                meet::<Self>(aws, desired, name, error, |group| &group.status).await
            }
        }
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<FirewallRuleGroupObserved>>, PartError> {
        read_each(ids, |id| async move { read_group(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, FirewallRuleGroupDesired, FirewallRuleGroupObserved>,
    ) -> Result<(), PartError> {
        let (desired, observed) = (changing.desired, changing.observed);
        if changing.touches("rules") || changing.touches("home_net") {
            put_rules(aws, desired, observed).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, &observed.arn, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, FirewallRuleGroupObserved, ()>,
    ) -> Result<(), PartError> {
        let group = deleting.observed;
        let name = group.name.as_str();
        if group.status != DELETING {
            let request = aws.networkfirewall().delete_rule_group();
            let request = request.rule_group_arn(&group.arn);
            match aws.call(DELETE, name, || request.clone().send()).await {
                Err(error) if error.is_not_found() => return Ok(()),
                answer => answer.map_err(|error| {
                    in_use(error, group.number_of_associations, "firewall policies")
                })?,
            };
        }
        match read_group(aws, name).await? {
            Some(_) => Err(still_deleting(DELETE.api, name, "the rule group")),
            None => Ok(()),
        }
    }
}

async fn put_rules(
    aws: &Aws,
    desired: &FirewallRuleGroupDesired,
    observed: &FirewallRuleGroupObserved,
) -> Result<(), PartError> {
    let request = aws
        .networkfirewall()
        .update_rule_group()
        .rule_group_arn(&observed.arn)
        .update_token(&observed.update_token)
        .set_description(said(&observed.description))
        .rule_group(rule_group(desired)?);
    aws.call(UPDATE, &observed.name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| error.about("rules"))
}

async fn read_group(aws: &Aws, id: &str) -> Result<Option<FirewallRuleGroupObserved>, PartError> {
    let Named { name, arn } = Named::by(id);
    let request = aws
        .networkfirewall()
        .describe_rule_group()
        .r#type(aws_sdk_networkfirewall::types::RuleGroupType::Stateful)
        .set_rule_group_name(name)
        .set_rule_group_arn(arn);
    let answer = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let response = answered(
        answer.rule_group_response,
        DESCRIBE.api,
        "RuleGroupResponse",
    )?;
    let group = answered(answer.rule_group, DESCRIBE.api, "RuleGroup")?;
    observed(DESCRIBE.api, response, group, answer.update_token).map(Some)
}
