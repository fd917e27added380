//! `iam:group`: a group with its inline policies and what is attached to it.

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::PartError;
use futures::future::try_join;
use serde::Serialize;
use serde_json::Value;

use super::{
    iam_document::{is_meant, name_of, parse_document},
    settled::answered,
};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "iam:group";

const GET: Operation = Operation::read("iam:GetGroup");
const LIST_INLINE: Operation = Operation::read("iam:ListGroupPolicies");
const GET_INLINE: Operation = Operation::read("iam:GetGroupPolicy");
const LIST_ATTACHED: Operation = Operation::read("iam:ListAttachedGroupPolicies");

/// A group as IAM describes it, without its members.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamGroupObserved {
    /// The group's name.
    pub name: String,
    /// The group's path, such as `/team/`.
    pub path: String,
    /// The group's ARN.
    pub arn: String,
    /// The id that is never used again: `AGPA…`.
    pub unique_id: String,
    /// Its inline policies by name.
    pub inline_policies: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached_policies: BTreeSet<String>,
}

/// The group with this name or ARN, unless there is none.
pub(crate) async fn read_group(aws: &Aws, id: &str) -> Result<Option<IamGroupObserved>, PartError> {
    let name = name_of(id);
    // The answer lists members too, of whom the fewest that can be asked for are enough.
    let request = aws.iam().get_group().group_name(name).max_items(1);
    let answer = match aws.call(GET, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let group = answered(answer.group, GET.api, "Group")?;
    if !is_meant(id, &group.arn) {
        return Ok(None);
    }
    let (inline_policies, attached_policies) =
        try_join(read_inline(aws, name), read_attached(aws, name)).await?;
    Ok(Some(IamGroupObserved {
        name: group.group_name,
        path: group.path,
        arn: group.arn,
        unique_id: group.group_id,
        inline_policies,
        attached_policies,
    }))
}

async fn read_inline(aws: &Aws, name: &str) -> Result<BTreeMap<String, Value>, PartError> {
    let mut policies = BTreeMap::new();
    for policy in list_inline(aws, name).await? {
        let request = aws
            .iam()
            .get_group_policy()
            .group_name(name)
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
            .list_group_policies()
            .group_name(name)
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
            .list_attached_group_policies()
            .group_name(name)
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
