//! Looks security groups up.

use aws_sdk_ec2::types::{Filter, SecurityGroup};
use cloister_composite::PartError;

use super::search::filter;
use crate::{calls::Operation, session::Aws};

/// Describes groups with their rules.
pub(crate) const DESCRIBE_GROUPS: Operation = Operation::read("ec2:DescribeSecurityGroups");

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
