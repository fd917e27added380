//! `iam:user`: a user with its inline policies, what is attached to it, and its groups.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::Group;
use cloister_composite::{PartError, Tags};
use futures::future::try_join;
use serde::Serialize;
use serde_json::Value;

use super::{
    iam_document::{is_meant, name_of},
    iam_policies::{Holder, Page, all, page, read_policies},
    iam_tags::iam_tags,
    settled::answered,
};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "iam:user";

const GET: Operation = Operation::read("iam:GetUser");
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
    let holder = Holder::User(name);
    let (policies, groups) =
        match try_join(read_policies(aws, holder), read_groups(aws, name)).await {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
    let Some(policies) = policies else {
        return Ok(None);
    };
    Ok(Some(IamUserObserved {
        name: user.user_name,
        path: user.path,
        arn: user.arn,
        unique_id: user.user_id,
        permissions_boundary: boundary,
        inline_policies: policies.inline,
        attached_policies: policies.attached,
        groups,
        tags: iam_tags(user.tags),
    }))
}

async fn read_groups(aws: &Aws, name: &str) -> Result<BTreeSet<String>, PartError> {
    let groups = all(|marker| groups_page(aws, name, marker)).await?;
    Ok(groups.into_iter().map(|group| group.group_name).collect())
}

async fn groups_page(
    aws: &Aws,
    name: &str,
    marker: Option<String>,
) -> Result<Page<Group>, PartError> {
    let list = aws.iam().list_groups_for_user().user_name(name);
    let list = list.set_marker(marker);
    let found = aws.call(LIST_GROUPS, name, || list.clone().send()).await?;
    page(
        LIST_GROUPS.api,
        found.groups,
        found.is_truncated,
        found.marker,
    )
}
