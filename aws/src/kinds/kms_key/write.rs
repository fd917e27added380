//! Changes a key in place, one setting per call. Repeating any of them is safe.

use cloister_composite::{PartError, PartKind, TAG_COMPOSITE, TAG_PART, Tags};
use serde_json::Value;

use super::{KmsKey, KmsKeyObserved, POLICY_NAME, Rotation, USUAL_PERIOD_DAYS};
use crate::{calls::Operation, kinds::tags::difference, session::Aws};

/// The tag of a key that outlived its composite: the value of its tag `cloister:composite`.
const TAG_RETAINED_FROM: &str = "cloister:retained-from";

const ENABLE: Operation = Operation::idempotent("kms:EnableKey");
const DISABLE: Operation = Operation::idempotent("kms:DisableKey");
const PUT_DESCRIPTION: Operation = Operation::idempotent("kms:UpdateKeyDescription");
const PUT_POLICY: Operation = Operation::idempotent("kms:PutKeyPolicy");
const ENABLE_ROTATION: Operation = Operation::idempotent("kms:EnableKeyRotation");
const DISABLE_ROTATION: Operation = Operation::idempotent("kms:DisableKeyRotation");
const TAG: Operation = Operation::idempotent("kms:TagResource");
const UNTAG: Operation = Operation::idempotent("kms:UntagResource");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    ENABLE,
    DISABLE,
    PUT_DESCRIPTION,
    PUT_POLICY,
    ENABLE_ROTATION,
    DISABLE_ROTATION,
    TAG,
    UNTAG,
];

pub(super) async fn put_description(aws: &Aws, id: &str, text: &str) -> Result<(), PartError> {
    let request = aws
        .kms()
        .update_key_description()
        .key_id(id)
        .description(text);
    aws.call(PUT_DESCRIPTION, id, || request.clone().send())
        .await
        .map(|_| ())
}

pub(super) async fn put_policy(aws: &Aws, id: &str, policy: &Value) -> Result<(), PartError> {
    let request = aws
        .kms()
        .put_key_policy()
        .key_id(id)
        .policy_name(POLICY_NAME)
        .policy(policy.to_string());
    aws.call(PUT_POLICY, id, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| error.about("policy"))
}

pub(super) async fn put_enabled(aws: &Aws, id: &str, enabled: bool) -> Result<(), PartError> {
    if enabled {
        let request = aws.kms().enable_key().key_id(id);
        aws.call(ENABLE, id, || request.clone().send()).await?;
    } else {
        let request = aws.kms().disable_key().key_id(id);
        aws.call(DISABLE, id, || request.clone().send()).await?;
    }
    Ok(())
}

pub(super) async fn put_rotation(
    aws: &Aws,
    id: &str,
    rotation: Option<Rotation>,
) -> Result<(), PartError> {
    let Some(rotation) = rotation.filter(|rotation| rotation.enabled) else {
        let request = aws.kms().disable_key_rotation().key_id(id);
        aws.call(DISABLE_ROTATION, id, || request.clone().send())
            .await?;
        return Ok(());
    };
    let days = rotation.period_days.unwrap_or(USUAL_PERIOD_DAYS);
    let request = aws
        .kms()
        .enable_key_rotation()
        .key_id(id)
        .rotation_period_in_days(i32::try_from(days).unwrap_or(i32::MAX));
    aws.call(ENABLE_ROTATION, id, || request.clone().send())
        .await
        .map_err(|error| error.about("rotation"))?;
    Ok(())
}

pub(super) async fn put_tags(
    aws: &Aws,
    observed: &KmsKeyObserved,
    desired: &Tags,
) -> Result<(), PartError> {
    let id = observed.id.as_str();
    let (set, removed) = difference(desired, &observed.tags);
    if !set.is_empty() {
        let request = aws
            .kms()
            .tag_resource()
            .key_id(id)
            .set_tags(Some(sdk_tags(&set)?));
        aws.call(TAG, id, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = aws
            .kms()
            .untag_resource()
            .key_id(id)
            .set_tag_keys(Some(removed));
        aws.call(UNTAG, id, || request.clone().send()).await?;
    }
    Ok(())
}

/// Takes away what makes the key a part, so that nobody finds it as one, and notes where it came from.
pub(super) async fn let_go(aws: &Aws, observed: &KmsKeyObserved) -> Result<(), PartError> {
    let mut tags = observed.tags.clone();
    tags.remove(TAG_PART);
    if let Some(composite) = tags.remove(TAG_COMPOSITE) {
        tags.insert(TAG_RETAINED_FROM.to_owned(), composite);
    }
    match put_tags(aws, observed, &tags).await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer,
    }
}

pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<aws_sdk_kms::types::Tag>, PartError> {
    tags.iter()
        .map(|(key, value)| {
            let tag = aws_sdk_kms::types::Tag::builder()
                .tag_key(key)
                .tag_value(value)
                .build();
            tag.map_err(|error| PartError::bug(KmsKey::KIND, error.to_string()))
        })
        .collect()
}
