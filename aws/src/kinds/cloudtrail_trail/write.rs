//! Makes a trail, and changes it in place. Repeating any of the changes is safe.

use aws_sdk_cloudtrail::{operation::create_trail::CreateTrailOutput, types as cloudtrail};
use cloister_composite::{PartError, PartKind, Tags};

use super::{
    Trail,
    read::with_any_stream,
    selectors::{BasicSelector, sdk_basic, sdk_selector},
    settings::{TrailDesired, TrailObserved, settled_arn},
};
use crate::{
    calls::Operation,
    kinds::{settled::settled, tags::difference},
    session::Aws,
};

pub(super) const CREATE: Operation = Operation::once("cloudtrail:CreateTrail");
const UPDATE: Operation = Operation::idempotent("cloudtrail:UpdateTrail");
const PUT_SELECTORS: Operation = Operation::idempotent("cloudtrail:PutEventSelectors");
const START: Operation = Operation::idempotent("cloudtrail:StartLogging");
const STOP: Operation = Operation::idempotent("cloudtrail:StopLogging");
const ADD_TAGS: Operation = Operation::idempotent("cloudtrail:AddTags");
const REMOVE_TAGS: Operation = Operation::idempotent("cloudtrail:RemoveTags");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    CREATE,
    UPDATE,
    PUT_SELECTORS,
    START,
    STOP,
    ADD_TAGS,
    REMOVE_TAGS,
];

/// The setting that CloudTrail complains of, by its error code.
const BLAMED: [(&str, &str); 14] = [
    ("CloudTrailAccessNotEnabledException", "organization"),
    ("NoManagementAccountSLRExistsException", "organization"),
    ("NotOrganizationManagementAccountException", "organization"),
    ("NotOrganizationMasterAccountException", "organization"),
    ("OrganizationNotInAllFeaturesModeException", "organization"),
    ("OrganizationsNotInUseException", "organization"),
    ("InvalidTrailNameException", "name"),
    ("InvalidS3PrefixException", "prefix"),
    ("S3BucketDoesNotExistException", "bucket"),
    ("InsufficientS3BucketPolicyException", "bucket"),
    ("InsufficientEncryptionPolicyException", "kms_key_arn"),
    ("InvalidCloudWatchLogsLogGroupArnException", "log_group_arn"),
    ("InvalidCloudWatchLogsRoleArnException", "log_role_arn"),
    ("InvalidEventSelectorsException", "selectors"),
];

pub(super) async fn create_trail(
    aws: &Aws,
    desired: &TrailDesired,
) -> Result<CreateTrailOutput, PartError> {
    let wires = Wires::of(desired)?;
    let request = aws
        .cloudtrail()
        .create_trail()
        .name(&desired.name)
        .s3_bucket_name(wires.bucket)
        .set_s3_key_prefix(desired.prefix.clone())
        .set_kms_key_id(wires.key)
        .set_cloud_watch_logs_log_group_arn(wires.log_group)
        .set_cloud_watch_logs_role_arn(wires.log_role)
        .is_multi_region_trail(desired.multi_region)
        .is_organization_trail(desired.organization)
        .enable_log_file_validation(desired.file_validation)
        .include_global_service_events(desired.global_events.unwrap_or(true))
        .set_tags_list(Some(sdk_tags(&desired.tags)?));
    aws.call(CREATE, &desired.name, || request.clone().send())
        .await
        .map_err(blamed)
}

/// Writes everything but selectors, logging and tags. What is absent is taken away, which CloudTrail calls `""`.
pub(super) async fn put_trail(aws: &Aws, desired: &TrailDesired) -> Result<(), PartError> {
    let wires = Wires::of(desired)?;
    let request = aws
        .cloudtrail()
        .update_trail()
        .name(&desired.name)
        .s3_bucket_name(wires.bucket)
        .s3_key_prefix(desired.prefix.clone().unwrap_or_default())
        .kms_key_id(wires.key.unwrap_or_default())
        .cloud_watch_logs_log_group_arn(wires.log_group.unwrap_or_default())
        .cloud_watch_logs_role_arn(wires.log_role.unwrap_or_default())
        .is_multi_region_trail(desired.multi_region)
        .is_organization_trail(desired.organization)
        .enable_log_file_validation(desired.file_validation)
        .include_global_service_events(desired.global_events.unwrap_or(true));
    aws.call(UPDATE, &desired.name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(blamed)
}

/// Writes all selectors. CloudTrail takes one form of them, and at least one.
pub(super) async fn put_selectors(aws: &Aws, desired: &TrailDesired) -> Result<(), PartError> {
    let name = desired.name.as_str();
    let request = aws.cloudtrail().put_event_selectors().trail_name(name);
    let request = if !desired.selectors.is_empty() {
        let advanced: Vec<_> = desired
            .selectors
            .iter()
            .map(sdk_selector)
            .collect::<Result<_, _>>()?;
        request.set_advanced_event_selectors(Some(advanced))
    } else if !desired.basic_selectors.is_empty() {
        let basic = desired.basic_selectors.iter().map(sdk_basic).collect();
        request.set_event_selectors(Some(basic))
    } else {
        request.event_selectors(sdk_basic(&BasicSelector::usual()))
    };
    aws.call(PUT_SELECTORS, name, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(blamed)
}

pub(super) async fn put_logging(aws: &Aws, desired: &TrailDesired) -> Result<(), PartError> {
    let name = desired.name.as_str();
    if desired.logging {
        let request = aws.cloudtrail().start_logging().name(name);
        aws.call(START, name, || request.clone().send()).await?;
    } else {
        let request = aws.cloudtrail().stop_logging().name(name);
        aws.call(STOP, name, || request.clone().send()).await?;
    }
    Ok(())
}

pub(super) async fn put_tags(
    aws: &Aws,
    observed: &TrailObserved,
    desired: &Tags,
) -> Result<(), PartError> {
    let arn = observed.arn.as_str();
    let (set, removed) = difference(desired, &observed.tags);
    if !set.is_empty() {
        let request = aws
            .cloudtrail()
            .add_tags()
            .resource_id(arn)
            .set_tags_list(Some(sdk_tags(&set)?));
        aws.call(ADD_TAGS, arn, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        // CloudTrail wants to be told the values as well.
        let removed: Tags = removed
            .into_iter()
            .filter_map(|key| observed.tags.get_key_value(&key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let request = aws
            .cloudtrail()
            .remove_tags()
            .resource_id(arn)
            .set_tags_list(Some(sdk_tags(&removed)?));
        aws.call(REMOVE_TAGS, arn, || request.clone().send())
            .await?;
    }
    Ok(())
}

/// What comes from other parts, as CloudTrail takes it.
struct Wires {
    bucket: String,
    key: Option<String>,
    log_group: Option<String>,
    log_role: Option<String>,
}

impl Wires {
    fn of(desired: &TrailDesired) -> Result<Self, PartError> {
        let log_group = settled_arn(desired.log_group_arn.as_ref(), "log_group_arn")?;
        Ok(Self {
            bucket: settled(&desired.bucket, Trail::KIND, "bucket")?.clone(),
            key: settled_arn(desired.kms_key_arn.as_ref(), "kms_key_arn")?,
            log_group: log_group.map(|arn| with_any_stream(&arn)),
            log_role: settled_arn(desired.log_role_arn.as_ref(), "log_role_arn")?,
        })
    }
}

fn blamed(error: PartError) -> PartError {
    let code = error.code.as_deref();
    match BLAMED.iter().find(|(known, _)| code == Some(*known)) {
        Some((_, setting)) => error.about(*setting),
        None => error,
    }
}

fn sdk_tags(tags: &Tags) -> Result<Vec<cloudtrail::Tag>, PartError> {
    tags.iter()
        .map(|(key, value)| {
            let tag = cloudtrail::Tag::builder().key(key).value(value).build();
            tag.map_err(|error| PartError::bug(Trail::KIND, error.to_string()))
        })
        .collect()
}
