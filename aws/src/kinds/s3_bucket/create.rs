//! Makes a bucket, or goes on with one that an earlier run left half made. Nobody else's bucket is ever taken.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use cloister_composite::{ErrorClass, PartError, Tags};

use super::{
    read::{bucket_arn, read_bucket, read_tags},
    settings::{
        Encryption, Ownership, PublicAccessBlock, S3BucketDesired, S3BucketObserved, Versioning,
    },
    write::{SETTINGS, put, sdk_tags, stated},
};
use crate::{
    calls::Operation,
    kinds::{settled::not_yet_seen, tags::are_of_part},
    session::Aws,
};

const CREATE: Operation = Operation::once("s3:CreateBucket");
const LIST_BUCKETS: Operation = Operation::read("s3:ListBuckets").allowed_by("s3:ListAllMyBuckets");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[CREATE, LIST_BUCKETS];

/// The region whose buckets take no location. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
const WITHOUT_LOCATION: &str = "us-east-1";

pub(super) async fn create(
    aws: &Aws,
    desired: &S3BucketDesired,
) -> Result<S3BucketObserved, PartError> {
    let name = desired.name.as_str();
    // Looking comes first: in us-east-1, S3 answers 200 to a repeat and resets the bucket's access control lists.
    match read_tags(aws, name).await {
        Ok(None) => {}
        Ok(Some(tags)) if are_of_part(&tags, &desired.tags) => {
            return resume(aws, desired, &tags).await;
        }
        Ok(Some(_)) => {
            return Err(taken(
                name,
                "this account has it already, and it is not this resource's",
            ));
        }
        Err(error) if is_elsewhere(&error) => {
            return Err(taken(name, "it exists, in another region"));
        }
        Err(error) if error.class == ErrorClass::Denied => {
            return Err(told_apart(aws, name, error).await);
        }
        Err(error) => return Err(error),
    }
    let request = aws
        .s3()
        .create_bucket()
        .bucket(name)
        .set_create_bucket_configuration(configuration(aws, &desired.tags)?);
    aws.call(CREATE, name, || request.clone().send())
        .await
        .map_err(|error| explained(error, name))?;
    for setting in stated(desired) {
        put(aws, desired, &desired.tags, setting)
            .await
            .map_err(not_yet_seen)?;
    }
    Ok(made(aws, desired))
}

/// Goes on where an earlier run stopped: every setting is written, since nobody knows how far it came.
async fn resume(
    aws: &Aws,
    desired: &S3BucketDesired,
    tags: &Tags,
) -> Result<S3BucketObserved, PartError> {
    for setting in SETTINGS {
        put(aws, desired, tags, setting).await?;
    }
    read_bucket(aws, &desired.name).await?.ok_or_else(|| {
        PartError::new(
            ErrorClass::Propagation,
            CREATE.iam_action,
            &desired.name,
            "the bucket went away while it was being set up",
        )
    })
}

fn is_elsewhere(error: &PartError) -> bool {
    matches!(
        error.code.as_deref(),
        Some(
            "PermanentRedirect"
                | "AuthorizationHeaderMalformed"
                | "IllegalLocationConstraintException"
        )
    )
}

fn taken(name: &str, why: &str) -> PartError {
    PartError::new(
        ErrorClass::AlreadyExists,
        CREATE.iam_action,
        name,
        format!("the name `{name}` is taken: {why}; bucket names are unique in all of AWS, so choose another"),
    )
    .about("name")
}

/// A name that is taken says so in S3's own words and in ours.
fn explained(error: PartError, name: &str) -> PartError {
    match error.code.as_deref() {
        Some("BucketAlreadyExists") => PartError {
            code: error.code.clone(),
            request_id: error.request_id.clone(),
            ..taken(name, "another account has it")
        },
        Some("BucketAlreadyOwnedByYou") => PartError {
            code: error.code.clone(),
            request_id: error.request_id.clone(),
            ..taken(name, "this account has it already")
        },
        Some("InvalidBucketName") => error.about("name"),
        _ => error,
    }
}

/// A refusal means another account's bucket, or one of ours that hides from the caller: the list of buckets tells.
pub(super) async fn told_apart(aws: &Aws, name: &str, refusal: PartError) -> PartError {
    let request = aws.s3().list_buckets().prefix(name).max_buckets(1000);
    let Ok(answer) = aws
        .call(LIST_BUCKETS, name, || request.clone().send())
        .await
    else {
        return taken(
            name,
            "it exists, and either another account has it or `s3:GetBucketTagging` on it is denied to the caller",
        );
    };
    let buckets = answer.buckets.unwrap_or_default();
    if buckets
        .iter()
        .any(|bucket| bucket.name.as_deref() == Some(name))
    {
        return refusal;
    }
    taken(name, "another account has it")
}

fn configuration(aws: &Aws, tags: &Tags) -> Result<Option<CreateBucketConfiguration>, PartError> {
    let location =
        (aws.region() != WITHOUT_LOCATION).then(|| BucketLocationConstraint::from(aws.region()));
    let tags = (!tags.is_empty()).then(|| sdk_tags(tags)).transpose()?;
    Ok((location.is_some() || tags.is_some()).then(|| {
        CreateBucketConfiguration::builder()
            .set_location_constraint(location)
            .set_tags(tags)
            .build()
    }))
}

/// The bucket as it is after all settings were written: reading it back at once could show it as it was before.
fn made(aws: &Aws, desired: &S3BucketDesired) -> S3BucketObserved {
    S3BucketObserved {
        name: desired.name.clone(),
        region: aws.region().to_owned(),
        arn: bucket_arn(aws, &desired.name),
        account_id: aws.account_id().to_owned(),
        versioning: desired
            .versioning
            .filter(|versioning| *versioning == Versioning::Enabled)
            .unwrap_or(Versioning::Disabled),
        encryption: desired.encryption.clone().unwrap_or_else(Encryption::usual),
        public_access_block: desired
            .public_access_block
            .unwrap_or(PublicAccessBlock::ALL),
        ownership: desired.ownership.unwrap_or(Ownership::BucketOwnerEnforced),
        lifecycle: desired.lifecycle.clone().unwrap_or_default(),
        access_log: desired.access_log.clone(),
        tags: desired.tags.clone(),
    }
}
