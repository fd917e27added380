//! `ec2:security-group`: a group without its rules, which are a part of their own. Only its tags change in place.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, SecurityGroup};
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Tags, outputs,
};
use serde::{Deserialize, Serialize};

use super::{
    arn::Arn,
    ec2::{
        DESCRIBE_GROUPS, GroupRules, delete_group, describe_groups, describe_interfaces, filter,
        find_tagged, interface_words, put_tags, read_by_id, revoke_references, tag_specifications,
        tags_of, within,
    },
    settled::{answered, not_yet_seen, settled},
    tags::{are_of_part, settable},
};
use crate::{calls::Operation, session::Aws};

// A repeat would meet the first group, which its tags then tell from another's.
const CREATE: Operation = Operation::once("ec2:CreateSecurityGroup");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE]];

/// A security group.
#[derive(Debug)]
pub struct Ec2SecurityGroup;

impl Ec2SecurityGroup {
    /// The group's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The group's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
}

/// What a security group is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2SecurityGroupDesired {
    /// The VPC it belongs to.
    pub vpc_id: Input<String>,
    /// Its name, unique in the VPC.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A security group as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2SecurityGroupObserved {
    /// The group's id.
    pub id: String,
    /// The group's ARN.
    pub arn: String,
    /// The VPC it belongs to.
    pub vpc_id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// Its rules.
    #[serde(flatten)]
    pub rules: GroupRules,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2SecurityGroup {
    const KIND: &'static str = "ec2:security-group";
    const REPLACED_BY: &'static [&'static str] = &["vpc_id", "name", "description"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = Ec2SecurityGroupDesired;
    type Observed = Ec2SecurityGroupObserved;
    type Disposal = ();

    fn id(observed: &Ec2SecurityGroupObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2SecurityGroupObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::ID.name(), observed.id.clone()),
        ])
    }

    fn settings(observed: &Ec2SecurityGroupObserved) -> Ec2SecurityGroupDesired {
        Ec2SecurityGroupDesired {
            vpc_id: observed.vpc_id.clone().into(),
            name: observed.name.clone(),
            description: observed.description.clone(),
            tags: settable(&observed.tags),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2SecurityGroupDesired>,
    ) -> Result<Option<Ec2SecurityGroupObserved>, PartError> {
        let describe = |filters| described(aws, filters);
        find_tagged(DESCRIBE_GROUPS, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2SecurityGroupDesired>,
    ) -> Result<Ec2SecurityGroupObserved, PartError> {
        let desired = making.desired;
        let vpc = settled(&desired.vpc_id, Self::KIND, "vpc_id")?;
        let request = aws
            .ec2()
            .create_security_group()
            .vpc_id(vpc)
            .group_name(&desired.name)
            .description(&desired.description)
            .set_tag_specifications(tag_specifications(
                &ResourceType::SecurityGroup,
                &desired.tags,
            ));
        let name = desired.name.as_str();
        let answer = match aws.call(CREATE, name, || request.clone().send()).await {
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                return own_group(aws, vpc, desired, error).await;
            }
            answer => answer.map_err(not_yet_seen)?,
        };
        let id = answered(answer.group_id, CREATE.api, "GroupId")?;
        Ok(Ec2SecurityGroupObserved {
            arn: aws.arn("ec2", &format!("security-group/{id}")),
            id,
            vpc_id: vpc.clone(),
            name: desired.name.clone(),
            description: desired.description.clone(),
            owner_id: Some(aws.account_id().to_owned()),
            rules: GroupRules::of_new_group(),
            tags: desired.tags.clone(),
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2SecurityGroupObserved>>, PartError> {
        let describe = |filters| described(aws, filters);
        read_by_id(ids, "group-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2SecurityGroupDesired, Ec2SecurityGroupObserved>,
    ) -> Result<(), PartError> {
        let observed = changing.observed;
        put_tags(aws, &observed.id, &observed.tags, &changing.desired.tags).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2SecurityGroupObserved, ()>,
    ) -> Result<(), PartError> {
        let id = deleting.observed.id.as_str();
        match delete_group(aws, id).await {
            Err(error) if error.class == ErrorClass::Busy => {}
            answer => return answer,
        }
        revoke_references(aws, id).await?;
        match delete_group(aws, id).await {
            Err(error) if error.class == ErrorClass::Busy => Err(in_use(aws, id, error).await?),
            answer => answer,
        }
    }
}

fn id_of(observed: &Ec2SecurityGroupObserved) -> &str {
    &observed.id
}

/// Our own create of a moment ago; a group of another part keeps its name.
async fn own_group(
    aws: &Aws,
    vpc: &str,
    desired: &Ec2SecurityGroupDesired,
    taken: PartError,
) -> Result<Ec2SecurityGroupObserved, PartError> {
    let filters = vec![
        filter("vpc-id", [vpc]),
        filter("group-name", [&desired.name]),
    ];
    let own = described(aws, filters).await?.into_iter().find(|group| {
        are_of_part(&group.tags, &desired.tags) && group.description == desired.description
    });
    let Some(own) = own else {
        return Err(taken.about("name"));
    };
    put_tags(aws, &own.id, &own.tags, &desired.tags).await?;
    Ok(Ec2SecurityGroupObserved {
        tags: desired.tags.clone(),
        ..own
    })
}

/// Says what still uses the group.
async fn in_use(aws: &Aws, id: &str, error: PartError) -> Result<PartError, PartError> {
    let found = describe_interfaces(aws, id, within("group-id", id)).await?;
    if found.is_empty() {
        return Ok(error);
    }
    let named: Vec<String> = found.iter().map(interface_words).collect();
    Ok(PartError {
        message: format!(
            "{} Network interfaces in it: {}",
            error.message,
            named.join("; ")
        ),
        ..error
    })
}

pub(super) async fn described(
    aws: &Aws,
    filters: Vec<aws_sdk_ec2::types::Filter>,
) -> Result<Vec<Ec2SecurityGroupObserved>, PartError> {
    let found = describe_groups(aws, filters).await?;
    found
        .into_iter()
        .map(|group| observed(aws, group))
        .collect()
}

fn observed(aws: &Aws, group: SecurityGroup) -> Result<Ec2SecurityGroupObserved, PartError> {
    let api = DESCRIBE_GROUPS.api;
    let rules = GroupRules::of(&group)?;
    let id = answered(group.group_id, api, "GroupId")?;
    Ok(Ec2SecurityGroupObserved {
        arn: group
            .security_group_arn
            .unwrap_or_else(|| aws.arn("ec2", &format!("security-group/{id}"))),
        id,
        vpc_id: answered(group.vpc_id, api, "VpcId")?,
        name: answered(group.group_name, api, "GroupName")?,
        description: answered(group.description, api, "Description")?,
        owner_id: group.owner_id,
        rules,
        tags: tags_of(group.tags),
    })
}
