//! `ec2:security-group-rules`: all rules of one security group, owned whole, AWS's own first rule included.

use async_trait::async_trait;
use aws_sdk_ec2::types::SecurityGroup;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, outputs,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ec2::{
        DESCRIBE_GROUPS, GroupRules, Rule, RuleObserved, describe_group, describe_groups,
        put_rules, read_by_id,
    },
    restate::restate_set,
    settled::{answered, settled},
};
use crate::session::Aws;

/// The rules of a security group.
#[derive(Debug)]
pub struct Ec2SecurityGroupRules;

impl Ec2SecurityGroupRules {
    /// The group's id: what takes it from here waits until the rules stand.
    pub const GROUP_ID: OutputName<String> = OutputName::new("group_id");
}

/// What the rules are to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2SecurityGroupRulesDesired {
    /// The group.
    pub group_id: Input<String>,
    /// What may come in; absent means nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<Rule>,
    /// What may go out; absent means nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<Rule>,
}

/// The rules as EC2 describes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2SecurityGroupRulesObserved {
    /// The group.
    pub group_id: String,
    /// Its rules.
    #[serde(flatten)]
    pub rules: GroupRules,
}

#[async_trait]
impl PartKind for Ec2SecurityGroupRules {
    const KIND: &'static str = "ec2:security-group-rules";
    const REPLACED_BY: &'static [&'static str] = &["group_id"];
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = Ec2SecurityGroupRulesDesired;
    type Observed = Ec2SecurityGroupRulesObserved;
    type Disposal = ();

    fn id(observed: &Ec2SecurityGroupRulesObserved) -> String {
        observed.group_id.clone()
    }

    fn outputs(observed: &Ec2SecurityGroupRulesObserved) -> Outputs {
        outputs([(Self::GROUP_ID.name(), observed.group_id.clone())])
    }

    fn settings(observed: &Ec2SecurityGroupRulesObserved) -> Ec2SecurityGroupRulesDesired {
        let rules = |rules: &[RuleObserved]| rules.iter().cloned().map(Rule::from).collect();
        Ec2SecurityGroupRulesDesired {
            group_id: observed.group_id.clone().into(),
            ingress: rules(&observed.rules.ingress),
            egress: rules(&observed.rules.egress),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        let id = settings.get("group_id")?.as_str()?;
        id.starts_with("sg-").then(|| id.to_owned())
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "ingress");
        restate_set(desired, &mut observed, "egress");
        observed
    }

    /// A group has rules as long as it stands, be they none at all.
    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2SecurityGroupRulesDesired>,
    ) -> Result<Option<Ec2SecurityGroupRulesObserved>, PartError> {
        let Some(id) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let group = describe_group(aws, &id).await?;
        group.as_ref().map(observed).transpose()
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2SecurityGroupRulesDesired>,
    ) -> Result<Ec2SecurityGroupRulesObserved, PartError> {
        let id = settled(&making.desired.group_id, Self::KIND, "group_id")?;
        let Some(group) = describe_group(aws, id).await? else {
            return Err(PartError::new(
                ErrorClass::Propagation,
                DESCRIBE_GROUPS.iam_action,
                id,
                "the group is not seen yet",
            ));
        };
        let wanted = wanted(making.desired)?;
        put_rules(aws, id, &GroupRules::of(&group)?, &wanted).await?;
        Ok(Ec2SecurityGroupRulesObserved {
            group_id: id.clone(),
            rules: wanted,
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2SecurityGroupRulesObserved>>, PartError> {
        let describe = async |filters| {
            let groups = describe_groups(aws, filters).await?;
            groups.iter().map(observed).collect()
        };
        read_by_id(ids, "group-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2SecurityGroupRulesDesired, Ec2SecurityGroupRulesObserved>,
    ) -> Result<(), PartError> {
        let observed = changing.observed;
        let wanted = wanted(changing.desired)?;
        put_rules(aws, &observed.group_id, &observed.rules, &wanted).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2SecurityGroupRulesObserved, ()>,
    ) -> Result<(), PartError> {
        let observed = deleting.observed;
        let none = GroupRules::default();
        match put_rules(aws, &observed.group_id, &observed.rules, &none).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer,
        }
    }
}

fn id_of(observed: &Ec2SecurityGroupRulesObserved) -> &str {
    &observed.group_id
}

fn observed(group: &SecurityGroup) -> Result<Ec2SecurityGroupRulesObserved, PartError> {
    Ok(Ec2SecurityGroupRulesObserved {
        group_id: answered(group.group_id.clone(), DESCRIBE_GROUPS.api, "GroupId")?,
        rules: GroupRules::of(group)?,
    })
}

fn wanted(desired: &Ec2SecurityGroupRulesDesired) -> Result<GroupRules, PartError> {
    let rules = |rules: &[Rule], name| {
        let rules = rules.iter();
        rules
            .map(|rule| rule.observed(Ec2SecurityGroupRules::KIND, name))
            .collect::<Result<Vec<_>, _>>()
    };
    let (mut ingress, mut egress) = (
        rules(&desired.ingress, "ingress")?,
        rules(&desired.egress, "egress")?,
    );
    ingress.sort();
    egress.sort();
    Ok(GroupRules { ingress, egress })
}
