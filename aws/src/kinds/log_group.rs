//! `logs:log-group`: where services write their logs. Everything but its name changes in place.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_cloudwatchlogs::types::LogGroup as SdkLogGroup;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    arn::Arn,
    settled::{not_yet_seen, settled},
    tags::{are_of_part, difference, holds, settable},
};
use crate::{calls::Operation, session::Aws};

// A repeat would meet the first group, which its tags then tell from another's.
const CREATE: Operation = Operation::once("logs:CreateLogGroup");
const DESCRIBE: Operation = Operation::read("logs:DescribeLogGroups");
const LIST_TAGS: Operation = Operation::read("logs:ListTagsForResource");
const PUT_RETENTION: Operation = Operation::idempotent("logs:PutRetentionPolicy");
const DELETE_RETENTION: Operation = Operation::idempotent("logs:DeleteRetentionPolicy");
const ASSOCIATE_KEY: Operation = Operation::idempotent("logs:AssociateKmsKey");
const DISASSOCIATE_KEY: Operation = Operation::idempotent("logs:DisassociateKmsKey");
const TAG: Operation = Operation::idempotent("logs:TagResource");
const UNTAG: Operation = Operation::idempotent("logs:UntagResource");
const DELETE: Operation = Operation::idempotent("logs:DeleteLogGroup");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[
    CREATE,
    DESCRIBE,
    LIST_TAGS,
    PUT_RETENTION,
    DELETE_RETENTION,
    ASSOCIATE_KEY,
    DISASSOCIATE_KEY,
    TAG,
    UNTAG,
    DELETE,
]];

/// A CloudWatch Logs group.
#[derive(Debug)]
pub struct LogGroup;

impl LogGroup {
    /// The group's ARN, without the `:*` that stands for its streams.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The group's name.
    pub const NAME: OutputName<String> = OutputName::new("name");
}

/// What a log group is to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroupDesired {
    /// Its name.
    pub name: String,
    /// The KMS key that encrypts what is written from then on; absent means CloudWatch Logs' own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Input<Arn>>,
    /// How many days log events are kept; absent means for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i32>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A log group as CloudWatch Logs describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogGroupObserved {
    /// Its name.
    pub name: String,
    /// Its ARN, without the `:*` that stands for its streams.
    pub arn: String,
    /// The KMS key that encrypts what is written.
    pub kms_key_arn: Option<String>,
    /// How many days log events are kept.
    pub retention_days: Option<i32>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`, where CloudWatch Logs says so.
    pub log_group_class: Option<String>,
    /// Whether a delete is refused.
    pub deletion_protection: bool,
    /// All its tags.
    pub tags: Tags,
}

/// How a log group goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroupDisposal {
    /// Leaves the group as it is: what it tells is still wanted when what it tells of is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retain: bool,
}

#[async_trait]
impl PartKind for LogGroup {
    const KIND: &'static str = "logs:log-group";
    const REPLACED_BY: &'static [&'static str] = &["name"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = LogGroupDesired;
    type Observed = LogGroupObserved;
    type Disposal = LogGroupDisposal;

    fn id(observed: &LogGroupObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &LogGroupObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::NAME.name(), observed.name.clone()),
        ])
    }

    fn settings(observed: &LogGroupObserved) -> LogGroupDesired {
        let kms_key_arn = observed.kms_key_arn.clone();
        LogGroupDesired {
            name: observed.name.clone(),
            kms_key_arn: kms_key_arn.map(|arn| Arn::from(arn).into()),
            retention_days: observed.retention_days,
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        settings.get("name")?.as_str().map(str::to_owned)
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, LogGroupDesired>,
    ) -> Result<Option<LogGroupObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_group(aws, &name).await?;
        Ok(found.filter(|group| holds(&group.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, LogGroupDesired>,
    ) -> Result<LogGroupObserved, PartError> {
        let desired = making.desired;
        let name = desired.name.as_str();
        let request = aws
            .logs()
            .create_log_group()
            .log_group_name(name)
            .set_kms_key_id(key_of(desired)?)
            .set_tags(Some(desired.tags.clone().into_iter().collect()));
        match aws.call(CREATE, name, || request.clone().send()).await {
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                return resume(aws, desired, error).await;
            }
            answer => answer.map_err(about_key)?,
        };
        if desired.retention_days.is_some() {
            put_retention(aws, desired).await.map_err(not_yet_seen)?;
        }
        Ok(LogGroupObserved {
            name: name.to_owned(),
            arn: arn(aws, name),
            kms_key_arn: key_of(desired)?,
            retention_days: desired.retention_days,
            log_group_class: None,
            deletion_protection: false,
            tags: desired.tags.clone(),
        })
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<LogGroupObserved>>, PartError> {
        // An answer has at most this many groups by name.
        const AT_ONCE: usize = 50;
        let mut found = Vec::with_capacity(ids.len());
        for names in ids.chunks(AT_ONCE) {
            found.extend(read_groups(aws, names).await?);
        }
        Ok(found)
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, LogGroupDesired, LogGroupObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        if changing.touches("kms_key_arn") {
            put_key(aws, desired).await?;
        }
        if changing.touches("retention_days") {
            put_retention(aws, desired).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, observed, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, LogGroupObserved, LogGroupDisposal>,
    ) -> Result<(), PartError> {
        if deleting.disposal.retain {
            return Ok(());
        }
        let name = deleting.observed.name.as_str();
        let request = aws.logs().delete_log_group().log_group_name(name);
        match aws.call(DELETE, name, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

/// Goes on with a group that an earlier run left half made, or that an earlier composite of this name retained.
async fn resume(
    aws: &Aws,
    desired: &LogGroupDesired,
    taken: PartError,
) -> Result<LogGroupObserved, PartError> {
    let found = read_group(aws, &desired.name).await?;
    let Some(found) = found.filter(|group| are_of_part(&group.tags, &desired.tags)) else {
        return Err(taken.about("name"));
    };
    if key_of(desired)? != found.kms_key_arn {
        put_key(aws, desired).await?;
    }
    if desired.retention_days != found.retention_days {
        put_retention(aws, desired).await?;
    }
    put_tags(aws, &found, &desired.tags).await?;
    Ok(LogGroupObserved {
        kms_key_arn: key_of(desired)?,
        retention_days: desired.retention_days,
        tags: desired.tags.clone(),
        ..found
    })
}

fn key_of(desired: &LogGroupDesired) -> Result<Option<String>, PartError> {
    let key = desired.kms_key_arn.as_ref();
    key.map(|arn| settled(arn, LogGroup::KIND, "kms_key_arn").map(ToString::to_string))
        .transpose()
}

/// Several groups by name: those that are not there are left out of the answer.
async fn read_groups(
    aws: &Aws,
    names: &[String],
) -> Result<Vec<Option<LogGroupObserved>>, PartError> {
    let request = aws
        .logs()
        .describe_log_groups()
        .set_log_group_identifiers(Some(names.to_vec()));
    let subject = names.join(", ");
    let answer = match aws
        .call(DESCRIBE, &subject, || request.clone().send())
        .await
    {
        // One that is gone may fail the call for all others.
        Err(error) if error.is_not_found() => {
            return read_each(names, |name| async move { read_group(aws, &name).await }).await;
        }
        answer => answer?,
    };
    let groups: BTreeMap<String, SdkLogGroup> = answer
        .log_groups
        .unwrap_or_default()
        .into_iter()
        .filter_map(|group| Some((group.log_group_name.clone()?, group)))
        .collect();
    read_each(names, |name| {
        let group = groups.get(&name).cloned();
        async move {
            match group {
                Some(group) => with_tags(aws, &name, group).await,
                None => Ok(None),
            }
        }
    })
    .await
}

/// Answers come sorted by name, so that the group itself stands before all whose names begin with its own.
async fn read_group(aws: &Aws, name: &str) -> Result<Option<LogGroupObserved>, PartError> {
    let request = aws.logs().describe_log_groups().log_group_name_prefix(name);
    let answer = aws.call(DESCRIBE, name, || request.clone().send()).await?;
    let groups = answer.log_groups.unwrap_or_default();
    let Some(group) = groups
        .into_iter()
        .find(|group| group.log_group_name.as_deref() == Some(name))
    else {
        return Ok(None);
    };
    with_tags(aws, name, group).await
}

async fn with_tags(
    aws: &Aws,
    name: &str,
    group: SdkLogGroup,
) -> Result<Option<LogGroupObserved>, PartError> {
    let request = aws
        .logs()
        .list_tags_for_resource()
        .resource_arn(arn(aws, name));
    match aws.call(LIST_TAGS, name, || request.clone().send()).await {
        Err(error) if error.is_not_found() => Ok(None),
        answer => {
            let tags = answer?.tags.unwrap_or_default().into_iter().collect();
            Ok(Some(observed(aws, name, group, tags)))
        }
    }
}

fn observed(aws: &Aws, name: &str, group: SdkLogGroup, tags: Tags) -> LogGroupObserved {
    LogGroupObserved {
        arn: arn(aws, name),
        name: name.to_owned(),
        kms_key_arn: group.kms_key_id,
        // An account-level policy is nobody's setting on the group.
        retention_days: group
            .retention_in_days
            .filter(|_| group.retention_policy_name.is_none()),
        log_group_class: group.log_group_class.map(|class| class.as_str().to_owned()),
        deletion_protection: group.deletion_protection_enabled.unwrap_or(false),
        tags,
    }
}

fn arn(aws: &Aws, name: &str) -> String {
    aws.arn("logs", &format!("log-group:{name}"))
}

async fn put_key(aws: &Aws, desired: &LogGroupDesired) -> Result<(), PartError> {
    let name = desired.name.as_str();
    let Some(key) = key_of(desired)? else {
        let request = aws.logs().disassociate_kms_key().log_group_name(name);
        aws.call(DISASSOCIATE_KEY, name, || request.clone().send())
            .await?;
        return Ok(());
    };
    let request = aws
        .logs()
        .associate_kms_key()
        .log_group_name(name)
        .kms_key_id(key);
    aws.call(ASSOCIATE_KEY, name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(about_key)
}

/// CloudWatch Logs names no parameter; its words name the key.
fn about_key(error: PartError) -> PartError {
    if error.message.contains("KMS") {
        return error.about("kms_key_arn");
    }
    error
}

async fn put_retention(aws: &Aws, desired: &LogGroupDesired) -> Result<(), PartError> {
    let name = desired.name.as_str();
    let Some(days) = desired.retention_days else {
        let request = aws.logs().delete_retention_policy().log_group_name(name);
        aws.call(DELETE_RETENTION, name, || request.clone().send())
            .await?;
        return Ok(());
    };
    let request = aws
        .logs()
        .put_retention_policy()
        .log_group_name(name)
        .retention_in_days(days);
    aws.call(PUT_RETENTION, name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| error.about("retention_days"))
}

async fn put_tags(aws: &Aws, group: &LogGroupObserved, desired: &Tags) -> Result<(), PartError> {
    let (set, removed) = difference(desired, &group.tags);
    let name = group.name.as_str();
    if !set.is_empty() {
        let request = aws
            .logs()
            .tag_resource()
            .resource_arn(&group.arn)
            .set_tags(Some(set.into_iter().collect()));
        aws.call(TAG, name, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = aws
            .logs()
            .untag_resource()
            .resource_arn(&group.arn)
            .set_tag_keys(Some(removed));
        aws.call(UNTAG, name, || request.clone().send()).await?;
    }
    Ok(())
}
