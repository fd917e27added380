//! Changes a managed policy by new versions, and deletes it with all of them.

use aws_sdk_iam::types::PolicyVersion;
use cloister_composite::{ErrorClass, PartError, Tags};
use serde_json::Value;

use super::{CREATE, IamPolicyObserved, read::read_policy};
use crate::{
    calls::Operation,
    kinds::{
        iam_document::{length, says},
        iam_policies::{Page, all, page},
        iam_tags::sdk_tags,
        settled::answered,
        tags::difference,
    },
    session::Aws,
};

/// How long a managed policy may be, white space not counted, and how many versions of it IAM keeps.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const LONGEST: usize = 6144;
const MOST_VERSIONS: usize = 5;

const LIST_VERSIONS: Operation = Operation::read("iam:ListPolicyVersions");
const LIST_HOLDERS: Operation = Operation::read("iam:ListEntitiesForPolicy");
const CREATE_VERSION: Operation = Operation::once("iam:CreatePolicyVersion");
const DELETE_VERSION: Operation = Operation::idempotent("iam:DeletePolicyVersion");
const DELETE: Operation = Operation::idempotent("iam:DeletePolicy");
const TAG: Operation = Operation::idempotent("iam:TagPolicy");
const UNTAG: Operation = Operation::idempotent("iam:UntagPolicy");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    LIST_VERSIONS,
    LIST_HOLDERS,
    CREATE_VERSION,
    DELETE_VERSION,
    DELETE,
    TAG,
    UNTAG,
];

/// IAM would say no more than that a quota is exceeded.
pub(super) fn check_length(subject: &str, document: &Value) -> Result<(), PartError> {
    let length = length(document);
    if length <= LONGEST {
        return Ok(());
    }
    let message = format!(
        "the policy has {length} characters without white space, and a managed policy can have {LONGEST}"
    );
    let error = PartError::new(ErrorClass::Refused, CREATE.iam_action, subject, message);
    Err(error.about("policy"))
}

/// Puts a new version in force. Where IAM keeps no more of them, the oldest one that is not in force makes room.
pub(super) async fn put_document(aws: &Aws, arn: &str, document: &Value) -> Result<(), PartError> {
    check_length(arn, document)?;
    let idle = idle_versions(aws, arn).await?;
    if let Some(oldest) = idle.first().filter(|_| idle.len() + 1 >= MOST_VERSIONS) {
        delete_version(aws, arn, oldest).await?;
    }
    match create_version(aws, arn, document).await {
        Err(error) if error.class == ErrorClass::Uncertain => {
            confirm(aws, arn, document, error).await
        }
        answer => answer.map_err(about_document),
    }
}

async fn create_version(aws: &Aws, arn: &str, document: &Value) -> Result<(), PartError> {
    let request = aws
        .iam()
        .create_policy_version()
        .policy_arn(arn)
        .policy_document(document.to_string())
        .set_as_default(true);
    aws.call(CREATE_VERSION, arn, || request.clone().send())
        .await
        .map(|_| ())
}

/// The answer was lost. A second version with the same document could push out one that is worth keeping, so that the
/// policy is looked at first.
async fn confirm(
    aws: &Aws,
    arn: &str,
    document: &Value,
    uncertain: PartError,
) -> Result<(), PartError> {
    let found = read_policy(aws, arn).await?;
    if found.is_some_and(|found| says(&found.policy, document)) {
        return Ok(());
    }
    Err(uncertain)
}

/// Names the document where IAM could not read it.
pub(super) fn about_document(error: PartError) -> PartError {
    let code = error.code.as_deref().unwrap_or_default();
    if code.starts_with("MalformedPolicyDocument") {
        return error.about("policy");
    }
    error
}

pub(super) async fn put_tags(
    aws: &Aws,
    observed: &IamPolicyObserved,
    desired: &Tags,
) -> Result<(), PartError> {
    let (set, removed) = difference(desired, &observed.tags);
    let arn = observed.arn.as_str();
    if !set.is_empty() {
        let request = aws.iam().tag_policy().policy_arn(arn);
        let request = request.set_tags(Some(sdk_tags(&set)?));
        aws.call(TAG, arn, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = aws.iam().untag_policy().policy_arn(arn);
        let request = request.set_tag_keys(Some(removed));
        aws.call(UNTAG, arn, || request.clone().send()).await?;
    }
    Ok(())
}

/// Deletes the versions that are not in force, then the policy with the one that is.
pub(super) async fn delete_policy(aws: &Aws, arn: &str) -> Result<(), PartError> {
    match delete_all(aws, arn).await {
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) if error.class == ErrorClass::Busy => Err(held(aws, arn, error).await),
        answer => answer,
    }
}

async fn delete_all(aws: &Aws, arn: &str) -> Result<(), PartError> {
    for version in idle_versions(aws, arn).await? {
        delete_version(aws, arn, &version).await?;
    }
    let request = aws.iam().delete_policy().policy_arn(arn);
    aws.call(DELETE, arn, || request.clone().send())
        .await
        .map(|_| ())
}

async fn delete_version(aws: &Aws, arn: &str, version_id: &str) -> Result<(), PartError> {
    let request = aws.iam().delete_policy_version().policy_arn(arn);
    let request = request.version_id(version_id);
    let sent = aws.call(DELETE_VERSION, arn, || request.clone().send());
    match sent.await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}

/// The versions that are not in force, oldest first.
async fn idle_versions(aws: &Aws, arn: &str) -> Result<Vec<String>, PartError> {
    let mut idle = all(|marker| versions_page(aws, arn, marker))
        .await?
        .into_iter()
        .filter(|version| !version.is_default_version)
        .map(|version| answered(version.version_id, LIST_VERSIONS.api, "VersionId"))
        .collect::<Result<Vec<_>, _>>()?;
    // `v9` is older than `v10`.
    idle.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    Ok(idle)
}

async fn versions_page(
    aws: &Aws,
    arn: &str,
    marker: Option<String>,
) -> Result<Page<PolicyVersion>, PartError> {
    let list = aws.iam().list_policy_versions().policy_arn(arn);
    let list = list.set_marker(marker);
    let sent = aws.call(LIST_VERSIONS, arn, || list.clone().send());
    let found = sent.await?;
    let versions = found.versions.unwrap_or_default();
    page(
        LIST_VERSIONS.api,
        versions,
        found.is_truncated,
        found.marker,
    )
}

/// IAM says that the policy is attached, and not to whom.
async fn held(aws: &Aws, arn: &str, mut error: PartError) -> PartError {
    // Whoever may not list them gets at least what IAM said.
    let holders = all(|marker| holders_page(aws, arn, marker)).await;
    let holders = holders.unwrap_or_default();
    if !holders.is_empty() {
        error.message = format!(
            "{} It is attached to {}.",
            error.message,
            holders.join(", ")
        );
    }
    error
}

async fn holders_page(
    aws: &Aws,
    arn: &str,
    marker: Option<String>,
) -> Result<Page<String>, PartError> {
    let list = aws.iam().list_entities_for_policy().policy_arn(arn);
    let list = list.set_marker(marker);
    let sent = aws.call(LIST_HOLDERS, arn, || list.clone().send());
    let found = sent.await?;
    let (roles, users, groups) = (found.policy_roles, found.policy_users, found.policy_groups);
    let roles = roles
        .into_iter()
        .flatten()
        .map(|one| ("role", one.role_name));
    let users = users
        .into_iter()
        .flatten()
        .map(|one| ("user", one.user_name));
    let groups = groups
        .into_iter()
        .flatten()
        .map(|one| ("group", one.group_name));
    let named = roles.chain(users).chain(groups);
    let holders = named
        .filter_map(|(holder, name)| Some(format!("{holder} `{}`", name?)))
        .collect();
    page(LIST_HOLDERS.api, holders, found.is_truncated, found.marker)
}
