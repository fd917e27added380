//! `iam:role`: a role with its trust policy, its inline policies and what is attached to it.

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::{PartError, Tags};
use futures::future::try_join;
use serde::Serialize;
use serde_json::Value;

use super::{
    iam_document::{is_meant, name_of, parse_document},
    iam_tags::iam_tags,
    settled::answered,
};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "iam:role";

const GET: Operation = Operation::read("iam:GetRole");
const LIST_INLINE: Operation = Operation::read("iam:ListRolePolicies");
const GET_INLINE: Operation = Operation::read("iam:GetRolePolicy");
const LIST_ATTACHED: Operation = Operation::read("iam:ListAttachedRolePolicies");

/// A role as IAM describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamRoleObserved {
    /// The role's name.
    pub name: String,
    /// The role's path, such as `/team/`.
    pub path: String,
    /// The role's ARN.
    pub arn: String,
    /// The id that is never used again: `AROA…`.
    pub unique_id: String,
    /// What it is for.
    pub description: String,
    /// How long a session may last.
    pub max_session_seconds: Option<i32>,
    /// Who may assume it.
    pub trust_policy: Value,
    /// The ARN of the policy that limits it.
    pub permissions_boundary: Option<String>,
    /// Its inline policies by name.
    pub inline_policies: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached_policies: BTreeSet<String>,
    /// All its tags.
    pub tags: Tags,
}

/// The role with this name or ARN, unless there is none.
pub(crate) async fn read_role(aws: &Aws, id: &str) -> Result<Option<IamRoleObserved>, PartError> {
    let name = name_of(id);
    let request = aws.iam().get_role().role_name(name);
    let answer = match aws.call(GET, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let role = answered(answer.role, GET.api, "Role")?;
    if !is_meant(id, &role.arn) {
        return Ok(None);
    }
    let trust = answered(
        role.assume_role_policy_document,
        GET.api,
        "AssumeRolePolicyDocument",
    )?;
    let boundary = role
        .permissions_boundary
        .and_then(|boundary| boundary.permissions_boundary_arn);
    let (inline_policies, attached_policies) =
        try_join(read_inline(aws, name), read_attached(aws, name)).await?;
    Ok(Some(IamRoleObserved {
        name: role.role_name,
        path: role.path,
        arn: role.arn,
        unique_id: role.role_id,
        description: role.description.unwrap_or_default(),
        max_session_seconds: role.max_session_duration,
        trust_policy: parse_document(&trust, GET.api)?,
        permissions_boundary: boundary,
        inline_policies,
        attached_policies,
        tags: iam_tags(role.tags),
    }))
}

async fn read_inline(aws: &Aws, name: &str) -> Result<BTreeMap<String, Value>, PartError> {
    let mut policies = BTreeMap::new();
    for policy in list_inline(aws, name).await? {
        let request = aws
            .iam()
            .get_role_policy()
            .role_name(name)
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
            .list_role_policies()
            .role_name(name)
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
            .list_attached_role_policies()
            .role_name(name)
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
