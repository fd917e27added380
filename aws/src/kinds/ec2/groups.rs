//! Looks security groups up, and clears the way for their end.

use aws_sdk_ec2::types::{Filter, SecurityGroup};
use cloister_composite::PartError;

use super::{
    rule_changes::revoke_rules,
    rules::GroupRules,
    search::{filter, within},
};
use crate::{calls::Operation, kinds::settled::answered, session::Aws};

/// Describes groups with their rules.
pub(crate) const DESCRIBE_GROUPS: Operation = Operation::read("ec2:DescribeSecurityGroups");

const DELETE: Operation = Operation::idempotent("ec2:DeleteSecurityGroup");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[DESCRIBE_GROUPS, DELETE]];

/// All groups that pass the filters.
pub(crate) async fn describe_groups(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<SecurityGroup>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_security_groups()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE_GROUPS, "security groups", || {
                request.clone().send()
            })
            .await?;
        found.extend(page.security_groups.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// The group with this id, unless there is none.
pub(crate) async fn describe_group(
    aws: &Aws,
    id: &str,
) -> Result<Option<SecurityGroup>, PartError> {
    let found = describe_groups(aws, vec![filter("group-id", [id])]).await?;
    Ok(found.into_iter().next())
}

/// Deletes the group. Not found is success.
pub(crate) async fn delete_group(aws: &Aws, id: &str) -> Result<(), PartError> {
    let request = aws.ec2().delete_security_group().group_id(id);
    match aws.call(DELETE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}

/// Revokes the rules of other groups that name this one: whoever made them, they hold it back.
pub(crate) async fn revoke_references(aws: &Aws, id: &str) -> Result<(), PartError> {
    for direction in ["ip-permission.group-id", "egress.ip-permission.group-id"] {
        for group in describe_groups(aws, within(direction, id)).await? {
            let other = answered(group.group_id.clone(), DESCRIBE_GROUPS.api, "GroupId")?;
            if other == id {
                continue;
            }
            let rules = GroupRules::of(&group)?;
            tracing::info!(group = id, other, "revoking the rules that name the group");
            match revoke_rules(aws, &other, &rules, &rules.naming(id)).await {
                Err(error) if error.is_not_found() => {}
                answer => answer?,
            }
        }
    }
    Ok(())
}
