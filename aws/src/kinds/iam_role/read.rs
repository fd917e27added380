//! Reads a role by its name, its ARN or that of one of its sessions.

use cloister_composite::PartError;

use super::IamRoleObserved;
use crate::{
    calls::Operation,
    kinds::{
        iam_document::{is_meant, name_of, parse_document},
        iam_tags::iam_tags,
        settled::answered,
    },
    session::Aws,
};

const GET: Operation = Operation::read("iam:GetRole");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[GET];

/// The role with this name or ARN, unless there is none.
pub(super) async fn read_role(aws: &Aws, id: &str) -> Result<Option<IamRoleObserved>, PartError> {
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
    Ok(Some(IamRoleObserved {
        name: role.role_name,
        path: role.path,
        arn: role.arn,
        unique_id: role.role_id,
        description: role.description.unwrap_or_default(),
        max_session_seconds: role.max_session_duration,
        trust_policy: parse_document(&trust, GET.api)?,
        permissions_boundary: boundary,
        tags: iam_tags(role.tags),
    }))
}
