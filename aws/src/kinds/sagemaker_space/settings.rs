//! A space's settings as SageMaker's requests take them and as its answers have them.

use aws_sdk_sagemaker::types::{
    AppType, EbsStorageSettings, FeatureStatus, ResourceSpec, SpaceAppLifecycleManagement,
    SpaceCodeEditorAppSettings, SpaceIdleSettings, SpaceJupyterLabAppSettings, SpaceSettings,
    SpaceStorageSettings, builders::SpaceSettingsBuilder,
};
use cloister_composite::{PartError, PartKind};

use super::{CODE_EDITOR, StudioSpace, StudioSpaceDesired};
use crate::kinds::sagemaker::app_defaults::{AppResources, read_resources, sdk_resources};

/// The settings to be sent: what is absent now and was there before is set to AWS's default.
pub(super) fn sdk_settings(
    desired: &StudioSpaceDesired,
    before: &StudioSpaceDesired,
) -> Result<SpaceSettings, PartError> {
    let storage = desired.ebs_gb.map(|size| {
        let volume = EbsStorageSettings::builder()
            .ebs_volume_size_in_gb(size)
            .build();
        SpaceStorageSettings::builder()
            .ebs_storage_settings(volume)
            .build()
    });
    let access = desired
        .remote_access
        .as_deref()
        .map(FeatureStatus::from)
        .or(before
            .remote_access
            .as_ref()
            .map(|_| FeatureStatus::Disabled));
    let none = AppResources::default();
    let resources = desired
        .resources
        .as_ref()
        .or(before.resources.as_ref().map(|_| &none))
        .map(|resources| sdk_resources(resources, StudioSpace::KIND))
        .transpose()?;
    let settings = SpaceSettings::builder()
        .app_type(AppType::from(desired.app_type.as_str()))
        .set_space_storage_settings(storage)
        .set_remote_access(access);
    Ok(with_app(settings, desired, resources).build())
}

/// The settings of the space's one application; the SDK has a type for each.
fn with_app(
    settings: SpaceSettingsBuilder,
    desired: &StudioSpaceDesired,
    resources: Option<ResourceSpec>,
) -> SpaceSettingsBuilder {
    let management = desired.idle_timeout_minutes.map(|minutes| {
        let idle = SpaceIdleSettings::builder()
            .idle_timeout_in_minutes(minutes)
            .build();
        SpaceAppLifecycleManagement::builder()
            .idle_settings(idle)
            .build()
    });
    if management.is_none() && resources.is_none() {
        return settings;
    }
    if desired.app_type == CODE_EDITOR {
        return settings.code_editor_app_settings(
            SpaceCodeEditorAppSettings::builder()
                .set_default_resource_spec(resources)
                .set_app_lifecycle_management(management)
                .build(),
        );
    }
    settings.jupyter_lab_app_settings(
        SpaceJupyterLabAppSettings::builder()
            .set_default_resource_spec(resources)
            .set_app_lifecycle_management(management)
            .build(),
    )
}

/// What `SpaceSettings` says of a space.
#[derive(Debug, Default)]
pub(super) struct ReadSettings {
    pub(super) app_type: Option<String>,
    pub(super) ebs_gb: Option<i32>,
    pub(super) idle_timeout_minutes: Option<i32>,
    pub(super) resources: Option<AppResources>,
    pub(super) remote_access: Option<String>,
}

pub(super) fn read_settings(found: SpaceSettings) -> ReadSettings {
    let (resources, management) = match (
        found.jupyter_lab_app_settings,
        found.code_editor_app_settings,
    ) {
        (Some(app), _) => (app.default_resource_spec, app.app_lifecycle_management),
        (None, Some(app)) => (app.default_resource_spec, app.app_lifecycle_management),
        (None, None) => (None, None),
    };
    let volume = found
        .space_storage_settings
        .and_then(|storage| storage.ebs_storage_settings);
    ReadSettings {
        app_type: found.app_type.map(|kind| kind.as_str().to_owned()),
        ebs_gb: volume.and_then(|volume| volume.ebs_volume_size_in_gb),
        idle_timeout_minutes: management
            .and_then(|management| management.idle_settings)
            .and_then(|idle| idle.idle_timeout_in_minutes),
        resources: resources.and_then(read_resources),
        remote_access: found.remote_access.map(|access| access.as_str().to_owned()),
    }
}
