//! The policies that a role, a user or a group holds, which IAM gives out in the same way for each of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use aws_sdk_iam::types::AttachedPolicy;
use cloister_composite::PartError;
use futures::future::try_join;
use serde_json::Value;

use super::{iam_document::parse_document, settled::answered};
use crate::{calls::Operation, session::Aws};

const LIST_GROUP_INLINE: Operation = Operation::read("iam:ListGroupPolicies");
const GET_GROUP_INLINE: Operation = Operation::read("iam:GetGroupPolicy");
const LIST_GROUP_ATTACHED: Operation = Operation::read("iam:ListAttachedGroupPolicies");
const LIST_ROLE_INLINE: Operation = Operation::read("iam:ListRolePolicies");
const GET_ROLE_INLINE: Operation = Operation::read("iam:GetRolePolicy");
const LIST_ROLE_ATTACHED: Operation = Operation::read("iam:ListAttachedRolePolicies");
const LIST_USER_INLINE: Operation = Operation::read("iam:ListUserPolicies");
const GET_USER_INLINE: Operation = Operation::read("iam:GetUserPolicy");
const LIST_USER_ATTACHED: Operation = Operation::read("iam:ListAttachedUserPolicies");

/// Every call about the policies of a role.
pub(super) const ROLE_CALLS: &[&[Operation]] =
    &[&[LIST_ROLE_INLINE, GET_ROLE_INLINE, LIST_ROLE_ATTACHED]];

/// Whose policies are meant, by name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'a> {
    Group(&'a str),
    Role(&'a str),
    User(&'a str),
}

/// What a role, a user or a group holds.
#[derive(Debug, Default)]
pub(super) struct HeldPolicies {
    /// Inline policies by name.
    pub(super) inline: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached.
    pub(super) attached: BTreeSet<String>,
}

/// One page of a list, and where the next one begins.
pub(super) type Page<T> = (Vec<T>, Option<String>);

/// All policies of `holder`, unless it went between two calls.
pub(super) async fn read_policies(
    aws: &Aws,
    holder: Holder<'_>,
) -> Result<Option<HeldPolicies>, PartError> {
    match try_join(read_inline(aws, holder), read_attached(aws, holder)).await {
        Err(error) if error.is_not_found() => Ok(None),
        answer => answer.map(|(inline, attached)| Some(HeldPolicies { inline, attached })),
    }
}

/// The whole of a list that IAM gives out in pages.
pub(super) async fn all<T, F>(
    mut read_page: impl FnMut(Option<String>) -> F,
) -> Result<Vec<T>, PartError>
where
    F: Future<Output = Result<Page<T>, PartError>>,
{
    let mut items = Vec::new();
    let mut marker = None;
    loop {
        let (found, next) = read_page(marker).await?;
        items.extend(found);
        if next.is_none() {
            return Ok(items);
        }
        marker = next;
    }
}

/// A page in an answer of `api`.
pub(super) fn page<T>(
    api: &str,
    items: Vec<T>,
    is_truncated: bool,
    marker: Option<String>,
) -> Result<Page<T>, PartError> {
    let next = is_truncated.then(|| answered(marker, api, "Marker"));
    Ok((items, next.transpose()?))
}

async fn read_inline(aws: &Aws, holder: Holder<'_>) -> Result<BTreeMap<String, Value>, PartError> {
    let mut policies = BTreeMap::new();
    for name in all(|marker| inline_page(aws, holder, marker)).await? {
        match read_document(aws, holder, &name).await {
            // It went between two calls.
            Err(error) if error.is_not_found() => {}
            document => {
                policies.insert(name, document?);
            }
        }
    }
    Ok(policies)
}

async fn inline_page(
    aws: &Aws,
    holder: Holder<'_>,
    marker: Option<String>,
) -> Result<Page<String>, PartError> {
    let iam = aws.iam();
    match holder {
        Holder::Group(name) => {
            let list = iam.list_group_policies().group_name(name);
            let list = list.set_marker(marker);
            let sent = aws.call(LIST_GROUP_INLINE, name, || list.clone().send());
            let found = sent.await?;
            let api = LIST_GROUP_INLINE.api;
            page(api, found.policy_names, found.is_truncated, found.marker)
        }
        Holder::Role(name) => {
            let list = iam.list_role_policies().role_name(name);
            let list = list.set_marker(marker);
            let sent = aws.call(LIST_ROLE_INLINE, name, || list.clone().send());
            let found = sent.await?;
            let api = LIST_ROLE_INLINE.api;
            page(api, found.policy_names, found.is_truncated, found.marker)
        }
        Holder::User(name) => {
            let list = iam.list_user_policies().user_name(name);
            let list = list.set_marker(marker);
            let sent = aws.call(LIST_USER_INLINE, name, || list.clone().send());
            let found = sent.await?;
            let api = LIST_USER_INLINE.api;
            page(api, found.policy_names, found.is_truncated, found.marker)
        }
    }
}

async fn read_document(aws: &Aws, holder: Holder<'_>, policy: &str) -> Result<Value, PartError> {
    let iam = aws.iam();
    match holder {
        Holder::Group(name) => {
            let get = iam.get_group_policy().group_name(name);
            let get = get.policy_name(policy);
            let sent = aws.call(GET_GROUP_INLINE, name, || get.clone().send());
            parse_document(&sent.await?.policy_document, GET_GROUP_INLINE.api)
        }
        Holder::Role(name) => {
            let get = iam.get_role_policy().role_name(name).policy_name(policy);
            let sent = aws.call(GET_ROLE_INLINE, name, || get.clone().send());
            parse_document(&sent.await?.policy_document, GET_ROLE_INLINE.api)
        }
        Holder::User(name) => {
            let get = iam.get_user_policy().user_name(name).policy_name(policy);
            let sent = aws.call(GET_USER_INLINE, name, || get.clone().send());
            parse_document(&sent.await?.policy_document, GET_USER_INLINE.api)
        }
    }
}

async fn read_attached(aws: &Aws, holder: Holder<'_>) -> Result<BTreeSet<String>, PartError> {
    let attached = all(|marker| attached_page(aws, holder, marker)).await?;
    attached
        .into_iter()
        .map(|policy| answered(policy.policy_arn, LIST_ROLE_ATTACHED.api, "PolicyArn"))
        .collect()
}

async fn attached_page(
    aws: &Aws,
    holder: Holder<'_>,
    marker: Option<String>,
) -> Result<Page<AttachedPolicy>, PartError> {
    let iam = aws.iam();
    let (api, found, is_truncated, next) = match holder {
        Holder::Group(name) => {
            let list = iam.list_attached_group_policies().group_name(name);
            let list = list.set_marker(marker);
            let sent = aws.call(LIST_GROUP_ATTACHED, name, || list.clone().send());
            let found = sent.await?;
            let api = LIST_GROUP_ATTACHED.api;
            (
                api,
                found.attached_policies,
                found.is_truncated,
                found.marker,
            )
        }
        Holder::Role(name) => {
            let list = iam.list_attached_role_policies().role_name(name);
            let list = list.set_marker(marker);
            let sent = aws.call(LIST_ROLE_ATTACHED, name, || list.clone().send());
            let found = sent.await?;
            let api = LIST_ROLE_ATTACHED.api;
            (
                api,
                found.attached_policies,
                found.is_truncated,
                found.marker,
            )
        }
        Holder::User(name) => {
            let list = iam.list_attached_user_policies().user_name(name);
            let list = list.set_marker(marker);
            let sent = aws.call(LIST_USER_ATTACHED, name, || list.clone().send());
            let found = sent.await?;
            let api = LIST_USER_ATTACHED.api;
            (
                api,
                found.attached_policies,
                found.is_truncated,
                found.marker,
            )
        }
    };
    page(api, found.unwrap_or_default(), is_truncated, next)
}
