//! `ec2:default-security-group`: the group that comes with a VPC, without any rule. Whatever names no group gets it.

use async_trait::async_trait;
use aws_sdk_ec2::types::SecurityGroup;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, outputs,
};
use serde::{Deserialize, Serialize};

use super::{
    ec2::{
        DESCRIBE_GROUPS, GroupRules, Rule, RuleObserved, describe_groups, filter, put_rules,
        read_by_id,
    },
    settled::{answered, settled},
};
use crate::session::Aws;

/// The default group of a VPC.
#[derive(Debug)]
pub struct Ec2DefaultSecurityGroup;

impl Ec2DefaultSecurityGroup {
    /// The group's id.
    pub const ID: OutputName<String> = OutputName::new("id");
}

/// Whose default group is to have no rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2DefaultSecurityGroupDesired {
    /// The VPC that it came with.
    pub vpc_id: Input<String>,
    /// What may come in: a rule is shown and never made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<Rule>,
    /// What may go out: a rule is shown and never made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<Rule>,
}

/// The default group as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2DefaultSecurityGroupObserved {
    /// The group's id.
    pub id: String,
    /// The VPC that it came with.
    pub vpc_id: String,
    /// Its rules.
    #[serde(flatten)]
    pub rules: GroupRules,
}

#[async_trait]
impl PartKind for Ec2DefaultSecurityGroup {
    const KIND: &'static str = "ec2:default-security-group";
    const REPLACED_BY: &'static [&'static str] = &["vpc_id"];
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = Ec2DefaultSecurityGroupDesired;
    type Observed = Ec2DefaultSecurityGroupObserved;
    type Disposal = ();

    fn id(observed: &Ec2DefaultSecurityGroupObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2DefaultSecurityGroupObserved) -> Outputs {
        outputs([(Self::ID.name(), observed.id.clone())])
    }

    fn settings(observed: &Ec2DefaultSecurityGroupObserved) -> Ec2DefaultSecurityGroupDesired {
        let shown = |rules: &[RuleObserved]| rules.iter().cloned().map(Rule::from).collect();
        Ec2DefaultSecurityGroupDesired {
            vpc_id: observed.vpc_id.clone().into(),
            ingress: shown(&observed.rules.ingress),
            egress: shown(&observed.rules.egress),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2DefaultSecurityGroupDesired>,
    ) -> Result<Option<Ec2DefaultSecurityGroupObserved>, PartError> {
        match finding.desired.and_then(|desired| desired.vpc_id.known()) {
            Some(vpc) => default_group(aws, vpc).await,
            None => Ok(None),
        }
    }

    /// Takes the rules away that EC2 gives every new group of this sort.
    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2DefaultSecurityGroupDesired>,
    ) -> Result<Ec2DefaultSecurityGroupObserved, PartError> {
        let vpc = settled(&making.desired.vpc_id, Self::KIND, "vpc_id")?;
        let Some(found) = default_group(aws, vpc).await? else {
            return Err(PartError::new(
                ErrorClass::Propagation,
                DESCRIBE_GROUPS.iam_action,
                vpc,
                "the VPC's default group is not seen yet",
            ));
        };
        strip(aws, &found).await?;
        Ok(Ec2DefaultSecurityGroupObserved {
            rules: GroupRules::default(),
            ..found
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2DefaultSecurityGroupObserved>>, PartError> {
        let describe = async |filters| {
            let groups = describe_groups(aws, filters).await?;
            groups.iter().map(observed).collect()
        };
        read_by_id(ids, "group-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2DefaultSecurityGroupDesired, Ec2DefaultSecurityGroupObserved>,
    ) -> Result<(), PartError> {
        strip(aws, changing.observed).await
    }

    /// The group goes with its VPC, and EC2 deletes it in no other way.
    async fn delete(
        _aws: &Aws,
        _deleting: Deleting<'_, Ec2DefaultSecurityGroupObserved, ()>,
    ) -> Result<(), PartError> {
        Ok(())
    }
}

fn id_of(observed: &Ec2DefaultSecurityGroupObserved) -> &str {
    &observed.id
}

async fn default_group(
    aws: &Aws,
    vpc: &str,
) -> Result<Option<Ec2DefaultSecurityGroupObserved>, PartError> {
    let filters = vec![filter("vpc-id", [vpc]), filter("group-name", ["default"])];
    let found = describe_groups(aws, filters).await?;
    found.first().map(observed).transpose()
}

async fn strip(aws: &Aws, group: &Ec2DefaultSecurityGroupObserved) -> Result<(), PartError> {
    put_rules(aws, &group.id, &group.rules, &GroupRules::default()).await
}

fn observed(group: &SecurityGroup) -> Result<Ec2DefaultSecurityGroupObserved, PartError> {
    let api = DESCRIBE_GROUPS.api;
    Ok(Ec2DefaultSecurityGroupObserved {
        id: answered(group.group_id.clone(), api, "GroupId")?,
        vpc_id: answered(group.vpc_id.clone(), api, "VpcId")?,
        rules: GroupRules::of(group)?,
    })
}
