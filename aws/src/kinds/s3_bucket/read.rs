//! Reads a bucket: one call per sub-setting, all at once.

use std::future::Future;

use aws_sdk_s3::types::{BucketVersioningStatus, ObjectOwnership};
use cloister_composite::{PartError, Tags};

use super::{
    lifecycle::parse_rule,
    settings::{
        AccessLog, Encryption, LifecycleRule, Ownership, PublicAccessBlock, S3BucketObserved,
        Versioning,
    },
};
use crate::{calls::Operation, kinds::arn::Arn, session::Aws};

/// Tells whether a bucket exists as well. `HeadBucket` is no use for that: it takes `s3:ListBucket`, which a locked
/// bucket denies to everybody outside.
pub(super) const GET_TAGS: Operation = Operation::read("s3:GetBucketTagging");
const GET_VERSIONING: Operation = Operation::read("s3:GetBucketVersioning");
const GET_ENCRYPTION: Operation =
    Operation::read("s3:GetBucketEncryption").allowed_by("s3:GetEncryptionConfiguration");
const GET_ACCESS_BLOCK: Operation =
    Operation::read("s3:GetPublicAccessBlock").allowed_by("s3:GetBucketPublicAccessBlock");
const GET_OWNERSHIP: Operation = Operation::read("s3:GetBucketOwnershipControls");
const GET_LIFECYCLE: Operation = Operation::read("s3:GetBucketLifecycleConfiguration")
    .allowed_by("s3:GetLifecycleConfiguration");
const GET_LOGGING: Operation = Operation::read("s3:GetBucketLogging");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    GET_TAGS,
    GET_VERSIONING,
    GET_ENCRYPTION,
    GET_ACCESS_BLOCK,
    GET_OWNERSHIP,
    GET_LIFECYCLE,
    GET_LOGGING,
];

/// The bucket, unless there is none of this name.
pub(super) async fn read_bucket(
    aws: &Aws,
    name: &str,
) -> Result<Option<S3BucketObserved>, PartError> {
    let parts = futures::try_join!(
        read_versioning(aws, name),
        read_encryption(aws, name),
        read_access_block(aws, name),
        read_ownership(aws, name),
        read_lifecycle(aws, name),
        read_access_log(aws, name),
        read_set_tags(aws, name),
    );
    let (versioning, encryption, public_access_block, ownership, lifecycle, access_log, tags) =
        match parts {
            Err(error) if is_no_bucket(&error) => return Ok(None),
            parts => parts?,
        };
    Ok(Some(S3BucketObserved {
        name: name.to_owned(),
        region: aws.region().to_owned(),
        arn: bucket_arn(aws, name),
        account_id: aws.account_id().to_owned(),
        versioning,
        encryption,
        public_access_block,
        ownership,
        lifecycle,
        access_log,
        tags,
    }))
}

/// The bucket's tags, unless there is no bucket of this name.
pub(super) async fn read_tags(aws: &Aws, name: &str) -> Result<Option<Tags>, PartError> {
    match read_set_tags(aws, name).await {
        Err(error) if is_no_bucket(&error) => Ok(None),
        tags => tags.map(Some),
    }
}

pub(super) fn bucket_arn(aws: &Aws, name: &str) -> String {
    format!("arn:{}:s3:::{name}", aws.partition().id)
}

/// HEAD-less calls name the missing thing: a missing sub-setting is an answer, a missing bucket is another.
fn is_no_bucket(error: &PartError) -> bool {
    error.code.as_deref() == Some("NoSuchBucket")
}

/// The answer, or nothing where the bucket has no such setting.
async fn if_set<T>(
    call: impl Future<Output = Result<T, PartError>>,
) -> Result<Option<T>, PartError> {
    match call.await {
        Err(error) if error.is_not_found() && !is_no_bucket(&error) => Ok(None),
        answer => answer.map(Some),
    }
}

async fn read_set_tags(aws: &Aws, name: &str) -> Result<Tags, PartError> {
    let request = aws
        .s3()
        .get_bucket_tagging()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = if_set(aws.call(GET_TAGS, name, || request.clone().send())).await?;
    let tags = answer.map(|answer| answer.tag_set).unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

async fn read_versioning(aws: &Aws, name: &str) -> Result<Versioning, PartError> {
    let request = aws
        .s3()
        .get_bucket_versioning()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = aws
        .call(GET_VERSIONING, name, || request.clone().send())
        .await?;
    Ok(match answer.status {
        Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
        Some(_) => Versioning::Suspended,
        None => Versioning::Disabled,
    })
}

async fn read_encryption(aws: &Aws, name: &str) -> Result<Encryption, PartError> {
    let request = aws
        .s3()
        .get_bucket_encryption()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = if_set(aws.call(GET_ENCRYPTION, name, || request.clone().send())).await?;
    let rule = answer
        .and_then(|answer| answer.server_side_encryption_configuration)
        .and_then(|configuration| configuration.rules.into_iter().next());
    let Some(rule) = rule else {
        return Ok(Encryption::usual());
    };
    let bucket_key = rule.bucket_key_enabled.unwrap_or(false);
    Ok(match rule.apply_server_side_encryption_by_default {
        Some(default) => Encryption {
            algorithm: default.sse_algorithm.as_str().to_owned(),
            kms_key_arn: default.kms_master_key_id.map(|key| Arn::from(key).into()),
            bucket_key,
        },
        None => Encryption {
            bucket_key,
            ..Encryption::usual()
        },
    })
}

/// Without the setting nothing is refused: S3 gives it to new buckets, so someone has taken it away.
async fn read_access_block(aws: &Aws, name: &str) -> Result<PublicAccessBlock, PartError> {
    let request = aws
        .s3()
        .get_public_access_block()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = if_set(aws.call(GET_ACCESS_BLOCK, name, || request.clone().send())).await?;
    let Some(block) = answer.and_then(|answer| answer.public_access_block_configuration) else {
        return Ok(PublicAccessBlock::NONE);
    };
    Ok(PublicAccessBlock {
        block_public_acls: block.block_public_acls.unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls.unwrap_or(false),
        block_public_policy: block.block_public_policy.unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or(false),
    })
}

/// Without the setting the writer owns, as in buckets from before there was one.
async fn read_ownership(aws: &Aws, name: &str) -> Result<Ownership, PartError> {
    let request = aws
        .s3()
        .get_bucket_ownership_controls()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = if_set(aws.call(GET_OWNERSHIP, name, || request.clone().send())).await?;
    let rule = answer
        .and_then(|answer| answer.ownership_controls)
        .and_then(|controls| controls.rules.into_iter().next());
    match rule.map(|rule| rule.object_ownership) {
        None | Some(ObjectOwnership::ObjectWriter) => Ok(Ownership::ObjectWriter),
        Some(ObjectOwnership::BucketOwnerEnforced) => Ok(Ownership::BucketOwnerEnforced),
        Some(ObjectOwnership::BucketOwnerPreferred) => Ok(Ownership::BucketOwnerPreferred),
        Some(other) => Err(PartError::bug(
            GET_OWNERSHIP.api,
            format!("the answer has an unknown ownership `{}`", other.as_str()),
        )),
    }
}

async fn read_lifecycle(aws: &Aws, name: &str) -> Result<Vec<LifecycleRule>, PartError> {
    let request = aws
        .s3()
        .get_bucket_lifecycle_configuration()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = if_set(aws.call(GET_LIFECYCLE, name, || request.clone().send())).await?;
    let rules = answer.and_then(|answer| answer.rules).unwrap_or_default();
    Ok(rules.into_iter().map(parse_rule).collect())
}

async fn read_access_log(aws: &Aws, name: &str) -> Result<Option<AccessLog>, PartError> {
    let request = aws
        .s3()
        .get_bucket_logging()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    let answer = aws
        .call(GET_LOGGING, name, || request.clone().send())
        .await?;
    let Some(logging) = answer.logging_enabled else {
        return Ok(None);
    };
    Ok(Some(AccessLog {
        bucket: logging.target_bucket,
        prefix: logging.target_prefix,
    }))
}
