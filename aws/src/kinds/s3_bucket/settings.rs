//! What a bucket is to be, what it is, and how the two compare.

use cloister_composite::{Input, Tags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::lifecycle::sorted;
use crate::kinds::{arn::Arn, tags::settable};

/// What a bucket is to be. What is absent is as S3 makes new buckets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3BucketDesired {
    /// Its name.
    pub name: String,
    /// Whether overwritten and deleted objects stay as versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versioning: Option<Versioning>,
    /// How objects are encrypted that arrive without a choice of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// What is refused of public access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_access_block: Option<PublicAccessBlock>,
    /// Who owns objects that others write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<Ownership>,
    /// When objects move or go, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Vec<LifecycleRule>>,
    /// Where S3 writes who asked for what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_log: Option<AccessLog>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Whether overwritten and deleted objects stay as versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// They do.
    Enabled,
    /// They did once.
    Suspended,
    /// They never did; as a wish it is the same as `Suspended`.
    Disabled,
}

/// How objects are encrypted that arrive without a choice of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The key; AWS's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Input<Arn>>,
    /// Whether one data key serves many objects, which saves KMS calls.
    #[serde(default)]
    pub bucket_key: bool,
}

/// What is refused of public access.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four switches are what S3 has"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// New public access control lists.
    pub block_public_acls: bool,
    /// The effect of existing ones.
    pub ignore_public_acls: bool,
    /// New public policies.
    pub block_public_policy: bool,
    /// The effect of existing ones on others than the account itself.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything is refused.
    pub const ALL: Self = Self::of(true);
    /// Nothing is refused.
    pub const NONE: Self = Self::of(false);

    const fn of(refused: bool) -> Self {
        Self {
            block_public_acls: refused,
            ignore_public_acls: refused,
            block_public_policy: refused,
            restrict_public_buckets: refused,
        }
    }
}

/// Who owns objects that others write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// The bucket's owner, always; access control lists have no effect.
    BucketOwnerEnforced,
    /// The bucket's owner, if the writer agrees.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

/// When the objects under a prefix move or go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// Its name.
    pub id: String,
    /// Only objects whose keys begin so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Days until an object goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_days: Option<u32>,
    /// Days until an old version goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_expire_days: Option<u32>,
    /// Days until an unfinished upload goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_multipart_days: Option<u32>,
    /// When objects move to cheaper storage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// When old versions do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noncurrent_transitions: Vec<Transition>,
    /// What else a live rule says, which no blueprint asks for: shown as drift.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<String>,
}

/// A move to cheaper storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Days until it.
    pub days: u32,
    /// `STANDARD_IA`, `GLACIER`, ...
    pub storage_class: String,
}

/// Where S3 writes who asked for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLog {
    /// The bucket that takes the logs.
    pub bucket: String,
    /// What their keys begin with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}

/// A bucket as S3 describes it, with nothing left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct S3BucketObserved {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its ARN.
    pub arn: String,
    /// The account that owns it.
    pub account_id: String,
    /// Whether overwritten and deleted objects stay as versions.
    pub versioning: Versioning,
    /// How objects are encrypted that arrive without a choice of their own.
    pub encryption: Encryption,
    /// What is refused of public access.
    pub public_access_block: PublicAccessBlock,
    /// Who owns objects that others write.
    pub ownership: Ownership,
    /// When objects move or go.
    pub lifecycle: Vec<LifecycleRule>,
    /// Where S3 writes who asked for what.
    pub access_log: Option<AccessLog>,
    /// All its tags.
    pub tags: Tags,
}

/// How a bucket goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3BucketDisposal {
    /// Whether everything in it goes as well. Without it, a bucket that holds anything stays.
    #[serde(default)]
    pub empty: bool,
}

impl Encryption {
    /// What S3 does for new buckets.
    pub(super) fn usual() -> Self {
        Self {
            algorithm: "AES256".to_owned(),
            kms_key_arn: None,
            bucket_key: false,
        }
    }
}

/// The observed bucket in the shape of the desired one, without what equals the state of new buckets.
///
/// New buckets: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html>
pub(super) fn settings(observed: &S3BucketObserved) -> S3BucketDesired {
    let rules = sorted(observed.lifecycle.clone());
    S3BucketDesired {
        name: observed.name.clone(),
        versioning: (observed.versioning == Versioning::Enabled).then_some(Versioning::Enabled),
        encryption: unless(observed.encryption.clone(), &Encryption::usual()),
        public_access_block: unless(observed.public_access_block, &PublicAccessBlock::ALL),
        ownership: unless(observed.ownership, &Ownership::BucketOwnerEnforced),
        lifecycle: (!rules.is_empty()).then_some(rules),
        access_log: observed.access_log.clone(),
        tags: settable(&observed.tags),
    }
}

/// What a new bucket has, for settings that spell it out.
pub(super) fn defaults() -> Value {
    json!({
        "versioning": "Suspended",
        "encryption": {"algorithm": "AES256", "bucket_key": false},
        "public_access_block": PublicAccessBlock::ALL,
        "ownership": Ownership::BucketOwnerEnforced,
        "lifecycle": [],
        "tags": {},
    })
}

fn unless<T: PartialEq>(value: T, usual: &T) -> Option<T> {
    (value != *usual).then_some(value)
}

#[cfg(test)]
pub(super) fn new_bucket(name: &str) -> S3BucketObserved {
    S3BucketObserved {
        name: name.to_owned(),
        region: "eu-west-1".to_owned(),
        arn: format!("arn:aws:s3:::{name}"),
        account_id: "111122223333".to_owned(),
        versioning: Versioning::Disabled,
        encryption: Encryption::usual(),
        public_access_block: PublicAccessBlock::ALL,
        ownership: Ownership::BucketOwnerEnforced,
        lifecycle: Vec::new(),
        access_log: None,
        tags: Tags::new(),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use cloister_composite::PartKind;

    use super::*;
    use crate::kinds::s3_bucket::S3Bucket;

    #[test]
    fn a_new_bucket_has_no_settings_but_its_name() {
        let settings = serde_json::to_value(settings(&new_bucket("logs"))).unwrap();
        assert_eq!(settings, json!({"name": "logs"}));
    }

    #[test]
    fn settings_that_spell_out_the_state_of_new_buckets_show_no_difference() {
        let spelled = json!({
            "name": "logs",
            "versioning": "Suspended",
            "encryption": {"algorithm": "AES256", "bucket_key": false},
            "public_access_block": PublicAccessBlock::ALL,
            "ownership": "BucketOwnerEnforced",
        });
        let observed = serde_json::to_value(settings(&new_bucket("logs"))).unwrap();
        assert_eq!(S3Bucket::align(&spelled, observed), spelled);
    }

    #[test]
    fn lifting_one_block_of_public_access_shows() {
        let lifted = PublicAccessBlock {
            block_public_policy: false,
            ..PublicAccessBlock::ALL
        };
        let observed = S3BucketObserved {
            public_access_block: lifted,
            ..new_bucket("logs")
        };
        assert_eq!(settings(&observed).public_access_block, Some(lifted));
    }
}
