//! Makes and reads a space.

use aws_sdk_sagemaker::types::{OwnershipSettings, SharingType, SpaceSharingSettings};
use cloister_composite::{ErrorClass, PartError, PartKind};

use super::{
    CODE_EDITOR, JUPYTER_LAB, StudioSpace, StudioSpaceDesired, StudioSpaceObserved,
    settings::{read_settings, sdk_settings},
};
use crate::{
    calls::Operation,
    kinds::{
        sagemaker::{
            member::{member_id, parts},
            quotas::naming_the_quota,
            status,
            tagging::{read_tags, sdk_tags},
        },
        settled::{answered, settled},
    },
    session::Aws,
};

const CREATE: Operation = Operation::once("sagemaker:CreateSpace");
const DESCRIBE: Operation = Operation::read("sagemaker:DescribeSpace");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[CREATE, DESCRIBE];

pub(super) async fn create_space(
    aws: &Aws,
    desired: &StudioSpaceDesired,
) -> Result<StudioSpaceObserved, PartError> {
    const KIND: &str = StudioSpace::KIND;
    if ![JUPYTER_LAB, CODE_EDITOR].contains(&desired.app_type.as_str()) {
        let message = format!(
            "`{}` is none: use {JUPYTER_LAB} or {CODE_EDITOR}",
            desired.app_type
        );
        let error = PartError::new(
            ErrorClass::Refused,
            CREATE.iam_action,
            &desired.name,
            message,
        );
        return Err(error.about("app_type"));
    }
    let domain_id = settled(&desired.domain_id, KIND, "domain_id")?;
    let owner = settled(&desired.owner_profile, KIND, "owner_profile")?;
    let id = member_id(domain_id, &desired.name);
    let nothing = StudioSpaceDesired {
        resources: None,
        remote_access: None,
        ..desired.clone()
    };
    let ownership = OwnershipSettings::builder()
        .owner_user_profile_name(owner)
        .build();
    let sharing = SpaceSharingSettings::builder()
        .sharing_type(SharingType::from(desired.sharing.as_str()))
        .build();
    let request = aws
        .sagemaker()
        .create_space()
        .domain_id(domain_id)
        .space_name(&desired.name)
        .set_space_display_name(desired.display_name.clone())
        .ownership_settings(ownership)
        .space_sharing_settings(sharing)
        .space_settings(sdk_settings(desired, &nothing)?)
        .set_tags(Some(sdk_tags(&desired.tags)));
    let made = aws
        .call(CREATE, &id, || request.clone().send())
        .await
        .map_err(|error| naming_the_quota(error, KIND))?;
    Ok(StudioSpaceObserved {
        id,
        arn: answered(made.space_arn, CREATE.api, "SpaceArn")?,
        domain_id: domain_id.clone(),
        name: desired.name.clone(),
        display_name: desired.display_name.clone(),
        status: status::PENDING.to_owned(),
        failure_reason: None,
        owner_profile: Some(owner.clone()),
        sharing: Some(desired.sharing.clone()),
        app_type: Some(desired.app_type.clone()),
        ebs_gb: desired.ebs_gb,
        idle_timeout_minutes: desired.idle_timeout_minutes,
        resources: desired.resources.clone(),
        remote_access: desired.remote_access.clone(),
        url: None,
        creation_date: None,
        tags: desired.tags.clone(),
    })
}

pub(super) async fn read_space(
    aws: &Aws,
    id: &str,
) -> Result<Option<StudioSpaceObserved>, PartError> {
    let Some([domain_id, name]) = parts(id) else {
        return Ok(None);
    };
    let request = aws
        .sagemaker()
        .describe_space()
        .domain_id(domain_id)
        .space_name(name);
    let found = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let arn = answered(found.space_arn, DESCRIBE.api, "SpaceArn")?;
    let tags = match read_tags(aws, &arn).await {
        Err(error) if error.is_not_found() => return Ok(None),
        tags => tags?,
    };
    let status = found.status.map(|status| status.as_str().to_owned());
    let owner = found.ownership_settings;
    let sharing = found
        .space_sharing_settings
        .and_then(|one| one.sharing_type);
    let settings = found.space_settings.map(read_settings).unwrap_or_default();
    Ok(Some(StudioSpaceObserved {
        id: id.to_owned(),
        arn,
        domain_id: domain_id.to_owned(),
        name: answered(found.space_name, DESCRIBE.api, "SpaceName")?,
        // Studio shows the name where there is no other.
        display_name: found.space_display_name.filter(|shown| shown != name),
        status: answered(status, DESCRIBE.api, "Status")?,
        failure_reason: found.failure_reason.filter(|reason| !reason.is_empty()),
        owner_profile: owner.and_then(|owner| owner.owner_user_profile_name),
        sharing: sharing.map(|sharing| sharing.as_str().to_owned()),
        app_type: settings.app_type,
        ebs_gb: settings.ebs_gb,
        idle_timeout_minutes: settings.idle_timeout_minutes,
        resources: settings.resources,
        remote_access: settings.remote_access,
        url: found.url,
        creation_date: found.creation_time.map(|date| date.to_string()),
        tags,
    }))
}
