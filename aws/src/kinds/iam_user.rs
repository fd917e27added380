//! `iam:user`: a user with its inline policies, what is attached to it, and its groups.

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::{PartError, Tags};
use futures::future::try_join3;
use serde::Serialize;
use serde_json::Value;

use super::{
    iam_document::{is_meant, name_of, parse_document},
    iam_tags::iam_tags,
    settled::answered,
};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "iam:user";

const GET: Operation = Operation::read("iam:GetUser");
const LIST_INLINE: Operation = Operation::read("iam:ListUserPolicies");
const GET_INLINE: Operation = Operation::read("iam:GetUserPolicy");
const LIST_ATTACHED: Operation = Operation::read("iam:ListAttachedUserPolicies");
const LIST_GROUPS: Operation = Operation::read("iam:ListGroupsForUser");

/// A user as IAM describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamUserObserved {
    /// The user's name.
    pub name: String,
    /// The user's path, such as `/team/`.
    pub path: String,
    /// The user's ARN.
    pub arn: String,
    /// The id that is never used again: `AIDA…`.
    pub unique_id: String,
    /// The ARN of the policy that limits it.
    pub permissions_boundary: Option<String>,
    /// Its inline policies by name.
    pub inline_policies: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached_policies: BTreeSet<String>,
    /// The names of its groups, whose policies are its own too.
    pub groups: BTreeSet<String>,
    /// All its tags.
    pub tags: Tags,
}

/// The user with this name or ARN, unless there is none.
pub(crate) async fn read_user(aws: &Aws, id: &str) -> Result<Option<IamUserObserved>, PartError> {
    let name = name_of(id);
    let request = aws.iam().get_user().user_name(name);
    let answer = match aws.call(GET, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let user = answered(answer.user, GET.api, "User")?;
    if !is_meant(id, &user.arn) {
        return Ok(None);
    }
    let boundary = user
        .permissions_boundary
        .and_then(|boundary| boundary.permissions_boundary_arn);
    let (inline_policies, attached_policies, groups) = try_join3(
        read_inline(aws, name),
        read_attached(aws, name),
        read_groups(aws, name),
    )
    .await?;
    Ok(Some(IamUserObserved {
        name: user.user_name,
        path: user.path,
        arn: user.arn,
        unique_id: user.user_id,
        permissions_boundary: boundary,
        inline_policies,
        attached_policies,
        groups,
        tags: iam_tags(user.tags),
    }))
}

async fn read_inline(aws: &Aws, name: &str) -> Result<BTreeMap<String, Value>, PartError> {
    let mut policies = BTreeMap::new();
    for policy in list_inline(aws, name).await? {
        let request = aws
            .iam()
            .get_user_policy()
            .user_name(name)
            .policy_name(&policy);
        let answer = aws
            .call(GET_INLINE, name, || request.clone().send())
            .await?;
        let document = parse_document(&answer.policy_document, GET_INLINE.api)?;
        policies.insert(policy, document);
    }
    Ok(policies)
}

async fn list_inline(aws: &Aws, name: &str) -> Result<Vec<String>, PartError> {
    let mut names = Vec::new();
    let mut marker = None;
    loop {
        let request = aws
            .iam()
            .list_user_policies()
            .user_name(name)
            .set_marker(marker);
        let page = aws
            .call(LIST_INLINE, name, || request.clone().send())
            .await?;
        names.extend(page.policy_names);
        if !page.is_truncated {
            return Ok(names);
        }
        marker = Some(answered(page.marker, LIST_INLINE.api, "Marker")?);
    }
}

async fn read_attached(aws: &Aws, name: &str) -> Result<BTreeSet<String>, PartError> {
    let mut arns = BTreeSet::new();
    let mut marker = None;
    loop {
        let request = aws
            .iam()
            .list_attached_user_policies()
            .user_name(name)
            .set_marker(marker);
        let page = aws
            .call(LIST_ATTACHED, name, || request.clone().send())
            .await?;
        for policy in page.attached_policies.unwrap_or_default() {
            arns.insert(answered(policy.policy_arn, LIST_ATTACHED.api, "PolicyArn")?);
        }
        if !page.is_truncated {
            return Ok(arns);
        }
        marker = Some(answered(page.marker, LIST_ATTACHED.api, "Marker")?);
    }
}

async fn read_groups(aws: &Aws, name: &str) -> Result<BTreeSet<String>, PartError> {
    let mut groups = BTreeSet::new();
    let mut marker = None;
    loop {
        let request = aws
            .iam()
            .list_groups_for_user()
            .user_name(name)
            .set_marker(marker);
        let page = aws
            .call(LIST_GROUPS, name, || request.clone().send())
            .await?;
        groups.extend(page.groups.into_iter().map(|group| group.group_name));
        if !page.is_truncated {
            return Ok(groups);
        }
        marker = Some(answered(page.marker, LIST_GROUPS.api, "Marker")?);
    }
}
