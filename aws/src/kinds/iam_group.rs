//! `iam:group`: a group with its inline policies and what is attached to it.

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::PartError;
use serde::Serialize;
use serde_json::Value;

use super::{
    iam_document::{is_meant, name_of},
    iam_policies::{Holder, read_policies},
    settled::answered,
};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "iam:group";

const GET: Operation = Operation::read("iam:GetGroup");

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
    let policies = read_policies(aws, Holder::Group(name)).await?;
    Ok(policies.map(|policies| IamGroupObserved {
        name: group.group_name,
        path: group.path,
        arn: group.arn,
        unique_id: group.group_id,
        inline_policies: policies.inline,
        attached_policies: policies.attached,
    }))
}
