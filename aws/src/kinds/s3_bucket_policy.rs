//! `s3:bucket-policy`: the policy of one bucket, owned whole.

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, Outputs, PartError, PartKind, outputs,
    read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    restate::restate_policy,
    settled::{answered, not_yet_seen, parse_policy, settled},
};
use crate::{calls::Operation, session::Aws};

const GET: Operation = Operation::read("s3:GetBucketPolicy");
const PUT: Operation = Operation::idempotent("s3:PutBucketPolicy");
const DELETE: Operation = Operation::idempotent("s3:DeleteBucketPolicy");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[GET, PUT, DELETE]];

/// The policy of a bucket.
#[derive(Debug)]
pub struct S3BucketPolicy;

/// What the policy is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3BucketPolicyDesired {
    /// The bucket's name.
    pub bucket: Input<String>,
    /// The document, whole.
    pub policy: Value,
}

/// The policy as S3 returns it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct S3BucketPolicyObserved {
    /// The bucket's name.
    pub bucket: String,
    /// The document.
    pub policy: Value,
}

/// How the policy goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3BucketPolicyDisposal {
    /// The document that takes its place while the bucket is emptied: the lock would keep the emptying out as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relax: Option<Value>,
}

#[async_trait]
impl PartKind for S3BucketPolicy {
    const KIND: &'static str = "s3:bucket-policy";
    const REPLACED_BY: &'static [&'static str] = &["bucket"];
    const JOURNAL: Journal = Journal::NaturalKey;
    const PREPARES: bool = true;

    type Context = Aws;
    type Desired = S3BucketPolicyDesired;
    type Observed = S3BucketPolicyObserved;
    type Disposal = S3BucketPolicyDisposal;

    fn id(observed: &S3BucketPolicyObserved) -> String {
        observed.bucket.clone()
    }

    fn outputs(observed: &S3BucketPolicyObserved) -> Outputs {
        outputs([("bucket", observed.bucket.clone())])
    }

    fn settings(observed: &S3BucketPolicyObserved) -> S3BucketPolicyDesired {
        S3BucketPolicyDesired {
            bucket: observed.bucket.clone().into(),
            policy: observed.policy.clone(),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        settings
            .get("bucket")?
            .as_str()
            .filter(|name| is_name(name))
            .map(str::to_owned)
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_policy(desired, &mut observed, "policy");
        observed
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, S3BucketPolicyDesired>,
    ) -> Result<Option<S3BucketPolicyObserved>, PartError> {
        match Self::natural_id(finding.settings) {
            Some(bucket) => read_policy(aws, &bucket).await,
            None => Ok(None),
        }
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, S3BucketPolicyDesired>,
    ) -> Result<S3BucketPolicyObserved, PartError> {
        let bucket = settled(&making.desired.bucket, Self::KIND, "bucket")?;
        put(aws, bucket, &making.desired.policy)
            .await
            .map_err(not_yet_seen)?;
        Ok(S3BucketPolicyObserved {
            bucket: bucket.clone(),
            policy: making.desired.policy.clone(),
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<S3BucketPolicyObserved>>, PartError> {
        read_each(ids, |bucket| async move { read_policy(aws, &bucket).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, S3BucketPolicyDesired, S3BucketPolicyObserved>,
    ) -> Result<(), PartError> {
        if changing.touches("policy") {
            put(aws, &changing.observed.bucket, &changing.desired.policy).await?;
        }
        Ok(())
    }

    async fn before_delete(
        aws: &Aws,
        deleting: Deleting<'_, S3BucketPolicyObserved, S3BucketPolicyDisposal>,
    ) -> Result<(), PartError> {
        match &deleting.disposal.relax {
            Some(relaxed) => put(aws, &deleting.observed.bucket, relaxed).await,
            None => Ok(()),
        }
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, S3BucketPolicyObserved, S3BucketPolicyDisposal>,
    ) -> Result<(), PartError> {
        let bucket = deleting.observed.bucket.as_str();
        let request = aws
            .s3()
            .delete_bucket_policy()
            .bucket(bucket)
            .expected_bucket_owner(aws.account_id());
        match aws.call(DELETE, bucket, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

async fn read_policy(aws: &Aws, bucket: &str) -> Result<Option<S3BucketPolicyObserved>, PartError> {
    let request = aws
        .s3()
        .get_bucket_policy()
        .bucket(bucket)
        .expected_bucket_owner(aws.account_id());
    let answer = match aws.call(GET, bucket, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    Ok(Some(S3BucketPolicyObserved {
        bucket: bucket.to_owned(),
        policy: parse_policy(&answered(answer.policy, GET.api, "Policy")?, GET.api)?,
    }))
}

async fn put(aws: &Aws, bucket: &str, policy: &Value) -> Result<(), PartError> {
    let request = aws
        .s3()
        .put_bucket_policy()
        .bucket(bucket)
        .expected_bucket_owner(aws.account_id())
        .policy(policy.to_string());
    aws.call(PUT, bucket, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| error.about("policy"))
}

/// A reference that is not settled yet holds characters that no bucket's name can.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        })
}
