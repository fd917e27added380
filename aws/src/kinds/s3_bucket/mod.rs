//! `s3:bucket`: a general purpose bucket with its sub-settings. Only the name cannot change.

mod create;
mod empty;
mod lifecycle;
mod read;
mod settings;
mod write;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Journal, Making, OutputName, Outputs, PartError,
    PartKind, outputs, read_each,
};
use serde_json::Value;

use super::{arn::Arn, restate::restate, tags::holds};
use crate::{calls::Operation, session::Aws};

pub use settings::{
    AccessLog, Encryption, LifecycleRule, Ownership, PublicAccessBlock, S3BucketDesired,
    S3BucketDisposal, S3BucketObserved, Transition, Versioning,
};

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[create::CALLS, empty::CALLS, read::CALLS, write::CALLS];

/// An S3 bucket.
#[derive(Debug)]
pub struct S3Bucket;

impl S3Bucket {
    /// The bucket's name.
    pub const NAME: OutputName<String> = OutputName::new("name");
    /// The bucket's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
}

#[async_trait]
impl PartKind for S3Bucket {
    const KIND: &'static str = "s3:bucket";
    const REPLACED_BY: &'static [&'static str] = &["name"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;
    const WITNESS: bool = true;

    type Context = Aws;
    type Desired = S3BucketDesired;
    type Observed = S3BucketObserved;
    type Disposal = S3BucketDisposal;

    fn id(observed: &S3BucketObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &S3BucketObserved) -> Outputs {
        outputs([
            (Self::NAME.name(), observed.name.clone()),
            (Self::ARN.name(), observed.arn.clone()),
        ])
    }

    fn settings(observed: &S3BucketObserved) -> S3BucketDesired {
        settings::settings(observed)
    }

    fn natural_id(settings: &Value) -> Option<String> {
        settings.get("name")?.as_str().map(str::to_owned)
    }

    fn align(desired: &Value, observed: Value) -> Value {
        lifecycle::in_order_of(desired, restate(desired, observed, &settings::defaults()))
    }

    /// Found is only a bucket of this account that carries the part's tags: another one is not ours to take.
    async fn find(
        aws: &Aws,
        finding: Finding<'_, S3BucketDesired>,
    ) -> Result<Option<S3BucketObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let tags = match read::read_tags(aws, &name).await {
            Err(refusal) if refusal.class == ErrorClass::Denied => {
                // Another account's bucket is not ours, and no reason to stop; one of ours that is closed to us is.
                return match create::told_apart(aws, &name, refusal).await {
                    error if error.class == ErrorClass::AlreadyExists => Ok(None),
                    error => Err(error),
                };
            }
            answer => answer?,
        };
        match tags {
            Some(tags) if holds(&tags, finding.tags) => read::read_bucket(aws, &name).await,
            _ => Ok(None),
        }
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, S3BucketDesired>,
    ) -> Result<S3BucketObserved, PartError> {
        create::create(aws, making.desired).await
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<S3BucketObserved>>, PartError> {
        read_each(
            ids,
            |name| async move { read::read_bucket(aws, &name).await },
        )
        .await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, S3BucketDesired, S3BucketObserved>,
    ) -> Result<(), PartError> {
        // One after the other: S3 answers OperationAborted to changes of one bucket at the same time.
        for setting in write::SETTINGS {
            if changing.touches(setting) {
                write::put(aws, changing.desired, &changing.observed.tags, setting).await?;
            }
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, S3BucketObserved, S3BucketDisposal>,
    ) -> Result<(), PartError> {
        empty::delete(aws, &deleting.observed.name, deleting.disposal.empty).await
    }
}
