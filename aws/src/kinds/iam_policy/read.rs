//! Reads a managed policy by its ARN.

use aws_sdk_iam::types::Policy;
use cloister_composite::PartError;
use serde_json::Value;

use super::IamPolicyObserved;
use crate::{
    calls::Operation,
    kinds::{iam_document::parse_document, iam_tags::iam_tags, settled::answered},
    session::Aws,
};

const GET: Operation = Operation::read("iam:GetPolicy");
const GET_VERSION: Operation = Operation::read("iam:GetPolicyVersion");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[GET, GET_VERSION];

const VERSION: &str = "DefaultVersionId";

/// The policy with this ARN, unless there is none.
pub(super) async fn read_policy(
    aws: &Aws,
    arn: &str,
) -> Result<Option<IamPolicyObserved>, PartError> {
    let request = aws.iam().get_policy().policy_arn(arn);
    let answer = match aws.call(GET, arn, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let policy = answered(answer.policy, GET.api, "Policy")?;
    let version_id = answered(policy.default_version_id.clone(), GET.api, VERSION)?;
    let document = read_version(aws, arn, &version_id).await?;
    document
        .map(|document| described(policy, document, GET.api))
        .transpose()
}

/// The policy that the answer of `api` describes, with the document of its default version.
pub(super) fn described(
    policy: Policy,
    document: Value,
    api: &str,
) -> Result<IamPolicyObserved, PartError> {
    Ok(IamPolicyObserved {
        name: answered(policy.policy_name, api, "PolicyName")?,
        path: answered(policy.path, api, "Path")?,
        arn: answered(policy.arn, api, "Arn")?,
        description: policy.description.unwrap_or_default(),
        version_id: answered(policy.default_version_id, api, VERSION)?,
        policy: document,
        attachment_count: policy.attachment_count,
        tags: iam_tags(policy.tags),
    })
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
