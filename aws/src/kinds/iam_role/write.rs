//! Changes a role in place. Repeating any of these calls is safe.

use cloister_composite::{PartError, Tags};
use serde_json::Value;

use super::{IamRoleDesired, IamRoleObserved, USUAL_SESSION_SECONDS};
use crate::{
    calls::Operation,
    kinds::{arn::Arn, iam_tags::sdk_tags, settled::not_yet_seen, tags::difference},
    session::Aws,
};

const PUT_TRUST: Operation = Operation::idempotent("iam:UpdateAssumeRolePolicy");
const PUT_BOUNDARY: Operation = Operation::idempotent("iam:PutRolePermissionsBoundary");
const DELETE_BOUNDARY: Operation = Operation::idempotent("iam:DeleteRolePermissionsBoundary");
const UPDATE: Operation = Operation::idempotent("iam:UpdateRole");
const TAG: Operation = Operation::idempotent("iam:TagRole");
const UNTAG: Operation = Operation::idempotent("iam:UntagRole");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] =
    &[PUT_TRUST, PUT_BOUNDARY, DELETE_BOUNDARY, UPDATE, TAG, UNTAG];

pub(super) async fn put_trust(aws: &Aws, name: &str, trust: &Value) -> Result<(), PartError> {
    let request = aws.iam().update_assume_role_policy().role_name(name);
    let request = request.policy_document(trust.to_string());
    aws.call(PUT_TRUST, name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| error.about("trust"))
}

pub(super) async fn put_boundary(
    aws: &Aws,
    name: &str,
    boundary: Option<&Arn>,
) -> Result<(), PartError> {
    let Some(arn) = boundary else {
        let request = aws.iam().delete_role_permissions_boundary().role_name(name);
        let sent = aws.call(DELETE_BOUNDARY, name, || request.clone().send());
        return match sent.await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        };
    };
    let request = aws.iam().put_role_permissions_boundary().role_name(name);
    let request = request.permissions_boundary(arn.as_str());
    aws.call(PUT_BOUNDARY, name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| not_yet_seen(error).about("boundary_arn"))
}

/// Writes description and session length, which one call sets: what it does not name falls back to the default.
pub(super) async fn put_description(
    aws: &Aws,
    name: &str,
    desired: &IamRoleDesired,
) -> Result<(), PartError> {
    let seconds = desired.max_session_seconds.unwrap_or(USUAL_SESSION_SECONDS);
    let request = aws
        .iam()
        .update_role()
        .role_name(name)
        .description(desired.description.as_deref().unwrap_or_default())
        .max_session_duration(seconds);
    aws.call(UPDATE, name, || request.clone().send())
        .await
        .map(|_| ())
}

pub(super) async fn put_tags(
    aws: &Aws,
    observed: &IamRoleObserved,
    desired: &Tags,
) -> Result<(), PartError> {
    let name = observed.name.as_str();
    let (set, removed) = difference(desired, &observed.tags);
    if !set.is_empty() {
        let request = aws.iam().tag_role().role_name(name);
        let request = request.set_tags(Some(sdk_tags(&set)?));
        aws.call(TAG, name, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = aws.iam().untag_role().role_name(name);
        let request = request.set_tag_keys(Some(removed));
        aws.call(UNTAG, name, || request.clone().send()).await?;
    }
    Ok(())
}
