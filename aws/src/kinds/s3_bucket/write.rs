//! Writes a bucket's sub-settings, one call each. Repeating any of them is safe.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLoggingStatus, BucketVersioningStatus, LoggingEnabled,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use aws_smithy_types::error::operation::BuildError;
use cloister_composite::{PartError, PartKind, Tags};

use super::{
    S3Bucket,
    lifecycle::sdk_rule,
    settings::{
        AccessLog, Encryption, LifecycleRule, Ownership, PublicAccessBlock, S3BucketDesired,
        Versioning,
    },
};
use crate::{
    calls::Operation,
    kinds::{settled::settled, tags::is_reserved},
    session::Aws,
};

const PUT_ACCESS_BLOCK: Operation =
    Operation::idempotent("s3:PutPublicAccessBlock").allowed_by("s3:PutBucketPublicAccessBlock");
const PUT_OWNERSHIP: Operation = Operation::idempotent("s3:PutBucketOwnershipControls");
const PUT_ENCRYPTION: Operation =
    Operation::idempotent("s3:PutBucketEncryption").allowed_by("s3:PutEncryptionConfiguration");
const DELETE_ENCRYPTION: Operation =
    Operation::idempotent("s3:DeleteBucketEncryption").allowed_by("s3:PutEncryptionConfiguration");
const PUT_VERSIONING: Operation = Operation::idempotent("s3:PutBucketVersioning");
const PUT_LIFECYCLE: Operation = Operation::idempotent("s3:PutBucketLifecycleConfiguration")
    .allowed_by("s3:PutLifecycleConfiguration");
const DELETE_LIFECYCLE: Operation =
    Operation::idempotent("s3:DeleteBucketLifecycle").allowed_by("s3:PutLifecycleConfiguration");
const PUT_LOGGING: Operation = Operation::idempotent("s3:PutBucketLogging");
const PUT_TAGS: Operation = Operation::idempotent("s3:PutBucketTagging");
const DELETE_TAGS: Operation =
    Operation::idempotent("s3:DeleteBucketTagging").allowed_by("s3:PutBucketTagging");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    PUT_ACCESS_BLOCK,
    PUT_OWNERSHIP,
    PUT_ENCRYPTION,
    DELETE_ENCRYPTION,
    PUT_VERSIONING,
    PUT_LIFECYCLE,
    DELETE_LIFECYCLE,
    PUT_LOGGING,
    PUT_TAGS,
    DELETE_TAGS,
];

/// The sub-settings, in the order in which they are written: what closes the bucket comes first.
pub(super) const SETTINGS: [&str; 7] = [
    "public_access_block",
    "ownership",
    "encryption",
    "versioning",
    "lifecycle",
    "access_log",
    "tags",
];

/// The sub-settings that `desired` states; the others are as S3 makes them.
pub(super) fn stated(desired: &S3BucketDesired) -> impl Iterator<Item = &'static str> {
    [
        ("public_access_block", desired.public_access_block.is_some()),
        ("ownership", desired.ownership.is_some()),
        ("encryption", desired.encryption.is_some()),
        (
            "versioning",
            desired.versioning == Some(Versioning::Enabled),
        ),
        (
            "lifecycle",
            desired
                .lifecycle
                .as_ref()
                .is_some_and(|rules| !rules.is_empty()),
        ),
        ("access_log", desired.access_log.is_some()),
    ]
    .into_iter()
    .filter_map(|(setting, stated)| stated.then_some(setting))
}

/// Makes one sub-setting what `desired` says; absent means as in new buckets.
pub(super) async fn put(
    aws: &Aws,
    desired: &S3BucketDesired,
    observed_tags: &Tags,
    setting: &str,
) -> Result<(), PartError> {
    let name = desired.name.as_str();
    let written = match setting {
        "public_access_block" => {
            put_access_block(
                aws,
                name,
                desired
                    .public_access_block
                    .unwrap_or(PublicAccessBlock::ALL),
            )
            .await
        }
        "ownership" => {
            put_ownership(
                aws,
                name,
                desired.ownership.unwrap_or(Ownership::BucketOwnerEnforced),
            )
            .await
        }
        "encryption" => put_encryption(aws, name, desired.encryption.as_ref()).await,
        "versioning" => put_versioning(aws, name, desired.versioning).await,
        "lifecycle" => {
            put_lifecycle(aws, name, desired.lifecycle.as_deref().unwrap_or_default()).await
        }
        "access_log" => put_access_log(aws, name, desired.access_log.as_ref()).await,
        "tags" => put_tags(aws, name, &desired.tags, observed_tags).await,
        _ => Err(PartError::bug(
            S3Bucket::KIND,
            format!("there is no setting `{setting}`"),
        )),
    };
    written.map_err(|error| {
        if error.setting.is_none() {
            error.about(setting)
        } else {
            error
        }
    })
}

async fn put_access_block(
    aws: &Aws,
    name: &str,
    block: PublicAccessBlock,
) -> Result<(), PartError> {
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build();
    let request = aws
        .s3()
        .put_public_access_block()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .public_access_block_configuration(configuration);
    aws.call(PUT_ACCESS_BLOCK, name, || request.clone().send())
        .await
        .map(|_| ())
}

async fn put_ownership(aws: &Aws, name: &str, ownership: Ownership) -> Result<(), PartError> {
    let ownership = match ownership {
        Ownership::BucketOwnerEnforced => ObjectOwnership::BucketOwnerEnforced,
        Ownership::BucketOwnerPreferred => ObjectOwnership::BucketOwnerPreferred,
        Ownership::ObjectWriter => ObjectOwnership::ObjectWriter,
    };
    let rule = OwnershipControlsRule::builder()
        .object_ownership(ownership)
        .build()
        .map_err(unbuilt)?;
    let request = aws
        .s3()
        .put_bucket_ownership_controls()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .ownership_controls(
            OwnershipControls::builder()
                .rules(rule)
                .build()
                .map_err(unbuilt)?,
        );
    aws.call(PUT_OWNERSHIP, name, || request.clone().send())
        .await
        .map(|_| ())
}

async fn put_encryption(
    aws: &Aws,
    name: &str,
    encryption: Option<&Encryption>,
) -> Result<(), PartError> {
    let Some(encryption) = encryption else {
        let request = aws
            .s3()
            .delete_bucket_encryption()
            .bucket(name)
            .expected_bucket_owner(aws.account_id());
        return aws
            .call(DELETE_ENCRYPTION, name, || request.clone().send())
            .await
            .map(|_| ());
    };
    let key = encryption
        .kms_key_arn
        .as_ref()
        .map(|key| settled(key, S3Bucket::KIND, "encryption/kms_key_arn").map(ToString::to_string))
        .transpose()?;
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(encryption.algorithm.as_str()))
        .set_kms_master_key_id(key)
        .build()
        .map_err(unbuilt)?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(encryption.bucket_key)
        .build();
    let request = aws
        .s3()
        .put_bucket_encryption()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .server_side_encryption_configuration(
            ServerSideEncryptionConfiguration::builder()
                .rules(rule)
                .build()
                .map_err(unbuilt)?,
        );
    aws.call(PUT_ENCRYPTION, name, || request.clone().send())
        .await
        .map(|_| ())
}

/// A bucket that once had versions cannot go back to never having had them.
async fn put_versioning(
    aws: &Aws,
    name: &str,
    versioning: Option<Versioning>,
) -> Result<(), PartError> {
    let status = match versioning {
        Some(Versioning::Enabled) => BucketVersioningStatus::Enabled,
        Some(Versioning::Suspended | Versioning::Disabled) | None => {
            BucketVersioningStatus::Suspended
        }
    };
    let request = aws
        .s3()
        .put_bucket_versioning()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .versioning_configuration(VersioningConfiguration::builder().status(status).build());
    aws.call(PUT_VERSIONING, name, || request.clone().send())
        .await
        .map(|_| ())
}

async fn put_lifecycle(aws: &Aws, name: &str, rules: &[LifecycleRule]) -> Result<(), PartError> {
    if rules.is_empty() {
        let request = aws
            .s3()
            .delete_bucket_lifecycle()
            .bucket(name)
            .expected_bucket_owner(aws.account_id());
        return aws
            .call(DELETE_LIFECYCLE, name, || request.clone().send())
            .await
            .map(|_| ());
    }
    let rules = rules.iter().map(sdk_rule).collect::<Result<Vec<_>, _>>()?;
    let configuration = BucketLifecycleConfiguration::builder()
        .set_rules(Some(rules))
        .build()
        .map_err(unbuilt)?;
    let request = aws
        .s3()
        .put_bucket_lifecycle_configuration()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .lifecycle_configuration(configuration);
    aws.call(PUT_LIFECYCLE, name, || request.clone().send())
        .await
        .map(|_| ())
}

async fn put_access_log(aws: &Aws, name: &str, log: Option<&AccessLog>) -> Result<(), PartError> {
    let enabled = log
        .map(|log| {
            LoggingEnabled::builder()
                .target_bucket(&log.bucket)
                .target_prefix(&log.prefix)
                .build()
        })
        .transpose()
        .map_err(unbuilt)?;
    let request = aws
        .s3()
        .put_bucket_logging()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .bucket_logging_status(
            BucketLoggingStatus::builder()
                .set_logging_enabled(enabled)
                .build(),
        );
    aws.call(PUT_LOGGING, name, || request.clone().send())
        .await
        .map(|_| ())
}

/// The call replaces the whole set, so what AWS itself has set goes along.
async fn put_tags(aws: &Aws, name: &str, desired: &Tags, observed: &Tags) -> Result<(), PartError> {
    let mut tags = desired.clone();
    tags.extend(
        observed
            .iter()
            .filter(|(key, _)| is_reserved(key))
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    if tags.is_empty() {
        let request = aws
            .s3()
            .delete_bucket_tagging()
            .bucket(name)
            .expected_bucket_owner(aws.account_id());
        return aws
            .call(DELETE_TAGS, name, || request.clone().send())
            .await
            .map(|_| ());
    }
    let tagging = Tagging::builder()
        .set_tag_set(Some(sdk_tags(&tags)?))
        .build()
        .map_err(unbuilt)?;
    let request = aws
        .s3()
        .put_bucket_tagging()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .tagging(tagging);
    aws.call(PUT_TAGS, name, || request.clone().send())
        .await
        .map(|_| ())
}

pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, PartError> {
    tags.iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(unbuilt)
        })
        .collect()
}

/// The SDK checks required fields when it builds; all of them are set here.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn unbuilt(error: BuildError) -> PartError {
    PartError::bug(S3Bucket::KIND, error.to_string())
}
