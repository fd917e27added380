//! Reads a key, and finds one by its tags.

use aws_sdk_kms::types::{KeyMetadata, KeyState};
use cloister_composite::{ErrorClass, PartError, Tags};
use futures::{StreamExt, TryStreamExt, future::try_join3, stream};
use serde_json::Value;

use super::{KmsKeyObserved, POLICY_NAME, Rotation};
use crate::{
    calls::Operation,
    kinds::{
        settled::{answered, parse_policy},
        tags::holds,
    },
    session::Aws,
};

/// How many keys are looked at together when one is searched by its tags.
const SEARCHED_AT_ONCE: usize = 16;
const GET_POLICY: Operation = Operation::read("kms:GetKeyPolicy");
const GET_ROTATION: Operation = Operation::read("kms:GetKeyRotationStatus");
const LIST_KEYS: Operation = Operation::read("kms:ListKeys");
const DESCRIBE: Operation = Operation::read("kms:DescribeKey");
pub(super) const LIST_TAGS: Operation = Operation::read("kms:ListResourceTags");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[GET_POLICY, GET_ROTATION, LIST_KEYS, DESCRIBE, LIST_TAGS];

/// What belongs to a key but is not told by `kms:DescribeKey`.
pub(super) struct Details {
    pub(super) policy: Value,
    pub(super) rotation: Rotation,
    pub(super) tags: Tags,
}

pub(super) fn observed(
    api: &str,
    metadata: KeyMetadata,
    details: Details,
) -> Result<KmsKeyObserved, PartError> {
    let state = metadata
        .key_state
        .as_ref()
        .map(|state| state.as_str().to_owned());
    Ok(KmsKeyObserved {
        arn: answered(metadata.arn, api, "Arn")?,
        key_state: answered(state, api, "KeyState")?,
        enabled: metadata.enabled,
        multi_region: metadata.multi_region.unwrap_or(false),
        description: metadata.description.unwrap_or_default(),
        creation_date: metadata.creation_date.map(|date| date.to_string()),
        id: metadata.key_id,
        policy: details.policy,
        rotation: details.rotation,
        tags: details.tags,
    })
}

pub(super) async fn read_key(aws: &Aws, id: &str) -> Result<Option<KmsKeyObserved>, PartError> {
    let request = aws.kms().describe_key().key_id(id);
    let answer = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let metadata = answered(answer.key_metadata, DESCRIBE.api, "KeyMetadata")?;
    if matches!(
        metadata.key_state,
        Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion)
    ) {
        return Ok(None);
    }
    let (policy, rotation, tags) = try_join3(
        read_policy(aws, id),
        read_rotation(aws, id),
        read_tags(aws, id),
    )
    .await?;
    observed(
        DESCRIBE.api,
        metadata,
        Details {
            policy,
            rotation,
            tags,
        },
    )
    .map(Some)
}

async fn read_policy(aws: &Aws, id: &str) -> Result<Value, PartError> {
    let request = aws
        .kms()
        .get_key_policy()
        .key_id(id)
        .policy_name(POLICY_NAME);
    let answer = aws.call(GET_POLICY, id, || request.clone().send()).await?;
    parse_policy(
        &answered(answer.policy, GET_POLICY.api, "Policy")?,
        GET_POLICY.api,
    )
}

async fn read_rotation(aws: &Aws, id: &str) -> Result<Rotation, PartError> {
    let request = aws.kms().get_key_rotation_status().key_id(id);
    let answer = aws
        .call(GET_ROTATION, id, || request.clone().send())
        .await?;
    Ok(Rotation {
        enabled: answer.key_rotation_enabled,
        period_days: answer
            .rotation_period_in_days
            .and_then(|days| u32::try_from(days).ok()),
    })
}

pub(super) async fn read_tags(aws: &Aws, id: &str) -> Result<Tags, PartError> {
    let mut tags = Tags::new();
    let mut marker = None;
    loop {
        let request = aws.kms().list_resource_tags().key_id(id).set_marker(marker);
        let page = aws.call(LIST_TAGS, id, || request.clone().send()).await?;
        tags.extend(
            page.tags
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (tag.tag_key, tag.tag_value)),
        );
        if !page.truncated {
            return Ok(tags);
        }
        marker = Some(answered(page.next_marker, LIST_TAGS.api, "NextMarker")?);
    }
}

/// The ids of all keys that carry `wanted`. Keys whose tags the caller may not read are not cloister's.
pub(super) async fn tagged_keys(aws: &Aws, wanted: &Tags) -> Result<Vec<String>, PartError> {
    let ids = all_keys(aws).await?;
    stream::iter(ids)
        .map(|id| async move {
            match read_tags(aws, &id).await {
                Ok(tags) => Ok(holds(&tags, wanted).then_some(id)),
                Err(error) if matches!(error.class, ErrorClass::Denied | ErrorClass::NotFound) => {
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        })
        .buffered(SEARCHED_AT_ONCE)
        .try_filter_map(|found| async move { Ok(found) })
        .try_collect()
        .await
}

async fn all_keys(aws: &Aws) -> Result<Vec<String>, PartError> {
    let mut ids = Vec::new();
    let mut marker = None;
    loop {
        let request = aws.kms().list_keys().limit(1000).set_marker(marker);
        let page = aws
            .call(LIST_KEYS, "keys", || request.clone().send())
            .await?;
        ids.extend(
            page.keys
                .unwrap_or_default()
                .into_iter()
                .filter_map(|key| key.key_id),
        );
        if !page.truncated {
            return Ok(ids);
        }
        marker = Some(answered(page.next_marker, LIST_KEYS.api, "NextMarker")?);
    }
}
