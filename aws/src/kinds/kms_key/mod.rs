//! `kms:key`: a customer managed symmetric key. Everything but its id changes in place.

mod read;
mod write;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Journal, Making, OutputName, Outputs, PartError,
    PartKind, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    read::{Details, LIST_TAGS, observed, read_key, tagged_keys},
    write::{let_go, put_description, put_enabled, put_policy, put_rotation, put_tags, sdk_tags},
};
use super::{
    arn::Arn,
    restate::{restate, restate_policy},
    settled::{answered, half_made},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

/// The name of a key's only policy.
const POLICY_NAME: &str = "default";
/// What KMS takes where no period is given. <https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html>
const USUAL_PERIOD_DAYS: u32 = 365;

const CREATE: Operation = Operation::once("kms:CreateKey");
const SCHEDULE_DELETION: Operation = Operation::idempotent("kms:ScheduleKeyDeletion");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] =
    &[&[CREATE, SCHEDULE_DELETION], read::CALLS, write::CALLS];

/// A KMS key.
#[derive(Debug)]
pub struct KmsKey;

impl KmsKey {
    /// The key's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The key's id.
    pub const ID: OutputName<String> = OutputName::new("id");
}

/// What a key is to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KmsKeyDesired {
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it can be used; absent means yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The key policy, whole.
    pub policy: Value,
    /// Yearly change of the key material; absent means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Whether and how often KMS changes the key material.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Whether it does.
    pub enabled: bool,
    /// Days between two changes; absent means 365.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_days: Option<u32>,
}

/// A key as KMS describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KmsKeyObserved {
    /// The key's id.
    pub id: String,
    /// The key's ARN.
    pub arn: String,
    /// `Enabled`, `Disabled`, ...
    pub key_state: String,
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether it has replicas in other regions.
    pub multi_region: bool,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub creation_date: Option<String>,
    /// The key policy.
    pub policy: Value,
    /// Whether and how often the key material changes.
    pub rotation: Rotation,
    /// All its tags.
    pub tags: Tags,
}

/// How a key goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KmsKeyDisposal {
    /// Days until the key is really deleted, 7 to 30; absent means 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_window_days: Option<u8>,
    /// Leaves the key as it is, under the tag `cloister:retained-from` in place of those that make it a part: what it
    /// encrypted can be read on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retain: bool,
}

#[async_trait]
impl PartKind for KmsKey {
    const KIND: &'static str = "kms:key";
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Intent;

    type Context = Aws;
    type Desired = KmsKeyDesired;
    type Observed = KmsKeyObserved;
    type Disposal = KmsKeyDisposal;

    fn id(observed: &KmsKeyObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &KmsKeyObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::ID.name(), observed.id.clone()),
        ])
    }

    fn settings(observed: &KmsKeyObserved) -> KmsKeyDesired {
        let period_days = observed
            .rotation
            .period_days
            .filter(|days| *days != USUAL_PERIOD_DAYS);
        KmsKeyDesired {
            description: observed.description.clone(),
            enabled: (!observed.enabled).then_some(false),
            policy: observed.policy.clone(),
            rotation: observed.rotation.enabled.then_some(Rotation {
                enabled: true,
                period_days,
            }),
            tags: settable(&observed.tags),
        }
    }

    fn align(desired: &Value, observed: Value) -> Value {
        let defaults = json!({
            "description": "",
            "enabled": true,
            "rotation": {"enabled": false, "period_days": USUAL_PERIOD_DAYS},
        });
        let mut shown = restate(desired, observed, &defaults);
        restate_policy(desired, &mut shown, "policy");
        shown
    }

    /// KMS finds nothing by tag: every key's tags are read, many at once. Keys that are pending deletion are gone.
    async fn find(
        aws: &Aws,
        finding: Finding<'_, KmsKeyDesired>,
    ) -> Result<Option<KmsKeyObserved>, PartError> {
        let mut found: Vec<KmsKeyObserved> = Vec::new();
        for id in tagged_keys(aws, finding.tags).await? {
            found.extend(read_key(aws, &id).await?);
        }
        if found.len() > 1 {
            let ids: Vec<&str> = found.iter().map(|key| key.id.as_str()).collect();
            return Err(PartError::new(
                ErrorClass::Refused,
                LIST_TAGS.iam_action,
                ids.join(", "),
                "several keys carry the tags of this part: remove the tag `cloister:part` from all but the one in use",
            ));
        }
        Ok(found.pop())
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, KmsKeyDesired>,
    ) -> Result<KmsKeyObserved, PartError> {
        let desired = making.desired;
        let request = aws
            .kms()
            .create_key()
            .description(&desired.description)
            .policy(desired.policy.to_string())
            .set_tags(Some(sdk_tags(&desired.tags)?));
        let answer = aws
            .call(CREATE, &desired.description, || request.clone().send())
            .await
            .map_err(|error| error.about("policy"))?;
        let metadata = answered(answer.key_metadata, CREATE.api, "KeyMetadata")?;
        let made = observed(
            CREATE.api,
            metadata,
            Details {
                policy: desired.policy.clone(),
                rotation: desired.rotation.unwrap_or_default(),
                tags: desired.tags.clone(),
            },
        )?;
        if desired.rotation.is_some_and(|rotation| rotation.enabled) {
            put_rotation(aws, &made.id, desired.rotation)
                .await
                .map_err(half_made)?;
        }
        if desired.enabled == Some(false) {
            put_enabled(aws, &made.id, false).await.map_err(half_made)?;
        }
        Ok(made)
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<KmsKeyObserved>>, PartError> {
        read_each(ids, |id| async move { read_key(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, KmsKeyDesired, KmsKeyObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        let id = observed.id.as_str();
        // A disabled key takes no rotation setting, so it is enabled first.
        if changing.touches("enabled") && desired.enabled != Some(false) {
            put_enabled(aws, id, true).await?;
        }
        if changing.touches("description") {
            put_description(aws, id, &desired.description).await?;
        }
        if changing.touches("policy") {
            put_policy(aws, id, &desired.policy).await?;
        }
        // A disabled key refuses even what it has already.
        let period = |rotation: Option<Rotation>| {
            let rotation = rotation.filter(|rotation| rotation.enabled)?;
            Some(rotation.period_days.unwrap_or(USUAL_PERIOD_DAYS))
        };
        if period(desired.rotation) != period(Some(observed.rotation)) {
            put_rotation(aws, id, desired.rotation).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, observed, &desired.tags).await?;
        }
        if changing.touches("enabled") && desired.enabled == Some(false) {
            put_enabled(aws, id, false).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, KmsKeyObserved, KmsKeyDisposal>,
    ) -> Result<(), PartError> {
        if deleting.disposal.retain {
            return let_go(aws, deleting.observed).await;
        }
        let id = deleting.observed.id.as_str();
        let window = deleting.disposal.deletion_window_days.map(i32::from);
        let request = aws
            .kms()
            .schedule_key_deletion()
            .key_id(id)
            .set_pending_window_in_days(window);
        match aws
            .call(SCHEDULE_DELETION, id, || request.clone().send())
            .await
        {
            Err(error) if error.is_not_found() => Ok(()),
            // KMS says "pending deletion" for a repeat: read once more instead of trusting its words.
            Err(error) if error.class == ErrorClass::Busy && read_key(aws, id).await?.is_none() => {
                Ok(())
            }
            answer => answer.map(|_| ()),
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use super::*;

    fn key() -> KmsKeyObserved {
        KmsKeyObserved {
            id: "k".into(),
            arn: "arn:aws:kms:eu-west-1:111122223333:key/k".into(),
            key_state: "Enabled".into(),
            enabled: true,
            multi_region: false,
            description: "data".into(),
            creation_date: None,
            policy: json!({"Version": "2012-10-17", "Statement": []}),
            rotation: Rotation {
                enabled: true,
                period_days: Some(365),
            },
            tags: Tags::from([
                ("aws:stack".into(), "s".into()),
                ("team".into(), "a".into()),
            ]),
        }
    }

    #[test]
    fn settings_leave_out_what_aws_takes_by_default() {
        let settings = serde_json::to_value(KmsKey::settings(&key())).unwrap();
        assert_eq!(
            settings,
            json!({
                "description": "data",
                "policy": {"Version": "2012-10-17", "Statement": []},
                "rotation": {"enabled": true},
                "tags": {"team": "a"},
            })
        );
        let disabled = KmsKeyObserved {
            enabled: false,
            rotation: Rotation::default(),
            ..key()
        };
        let settings = KmsKey::settings(&disabled);
        assert_eq!((settings.enabled, settings.rotation), (Some(false), None));
    }
}
