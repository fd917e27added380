//! `iam:policy`: a managed policy, AWS's own or the account's, in its default version.

use cloister_composite::{PartError, Tags};
use serde::Serialize;
use serde_json::Value;

use super::{iam_document::parse_document, iam_tags::iam_tags, settled::answered};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "iam:policy";

const GET: Operation = Operation::read("iam:GetPolicy");
const GET_VERSION: Operation = Operation::read("iam:GetPolicyVersion");

/// A managed policy as IAM describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamPolicyObserved {
    /// The policy's name.
    pub name: String,
    /// The policy's path, such as `/team/`.
    pub path: String,
    /// The policy's ARN.
    pub arn: String,
    /// What it is for.
    pub description: String,
    /// The version in force, such as `v1`.
    pub version_id: String,
    /// The document of that version.
    pub policy: Value,
    /// How many users, groups and roles it is attached to.
    pub attachment_count: Option<i32>,
    /// All its tags.
    pub tags: Tags,
}

/// The policy with this ARN, unless there is none.
pub(crate) async fn read_policy(
    aws: &Aws,
    arn: &str,
) -> Result<Option<IamPolicyObserved>, PartError> {
    let request = aws.iam().get_policy().policy_arn(arn);
    let answer = match aws.call(GET, arn, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let policy = answered(answer.policy, GET.api, "Policy")?;
    let version_id = answered(policy.default_version_id, GET.api, "DefaultVersionId")?;
    let Some(document) = read_version(aws, arn, &version_id).await? else {
        return Ok(None);
    };
    Ok(Some(IamPolicyObserved {
        name: answered(policy.policy_name, GET.api, "PolicyName")?,
        path: answered(policy.path, GET.api, "Path")?,
        arn: answered(policy.arn, GET.api, "Arn")?,
        description: policy.description.unwrap_or_default(),
        version_id,
        policy: document,
        attachment_count: policy.attachment_count,
        tags: iam_tags(policy.tags),
    }))
}

/// The document of one version; none where the policy went between two calls.
async fn read_version(aws: &Aws, arn: &str, version_id: &str) -> Result<Option<Value>, PartError> {
    let request = aws
        .iam()
        .get_policy_version()
        .policy_arn(arn)
        .version_id(version_id);
    let answer = match aws.call(GET_VERSION, arn, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let version = answered(answer.policy_version, GET_VERSION.api, "PolicyVersion")?;
    let document = answered(version.document, GET_VERSION.api, "Document")?;
    parse_document(&document, GET_VERSION.api).map(Some)
}
