//! What `JupyterLab` and Code Editor come with: instance, images, scripts, and when they are stopped.

use aws_sdk_sagemaker::types::{
    AppInstanceType, AppLifecycleManagement, CodeEditorAppSettings, CustomImage as SdkImage,
    IdleSettings, JupyterLabAppSettings, LifecycleManagement, ResourceSpec,
};
use cloister_composite::{Input, PartError};
use serde::{Deserialize, Serialize};

use super::values::{inputs, known, known_all, or_emptied};
use crate::kinds::arn::Arn;

/// What one application comes with. What is absent is AWS's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppDefaults {
    /// What it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<AppResources>,
    /// The lifecycle configurations that users can choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycle_config_arns: Vec<Input<Arn>>,
    /// The images that users can choose beside AWS's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_images: Vec<CustomImage>,
    /// When an idle one is stopped; absent means never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<IdleTimeout>,
}

/// What an app runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppResources {
    /// `ml.t3.medium`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// The image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_arn: Option<Input<Arn>>,
    /// The version of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_version_arn: Option<Input<Arn>>,
    /// The lifecycle configuration that runs at its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_config_arn: Option<Input<Arn>>,
}

/// An image of one's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomImage {
    /// The image's name.
    pub image_name: String,
    /// The name of the configuration that makes it an app's image.
    pub app_image_config_name: String,
    /// Its version; absent means the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
}

/// When an idle app is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdleTimeout {
    /// After so many minutes; 0 means never.
    pub minutes: i32,
    /// The least that users may choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_minutes: Option<i32>,
    /// The most that users may choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_minutes: Option<i32>,
}

impl IdleTimeout {
    /// What AWS does where nothing is said.
    pub(crate) const NEVER: Self = Self {
        minutes: 0,
        min_minutes: None,
        max_minutes: None,
    };
}

/// What both applications' settings have in common; the SDK has a type for each.
struct Members {
    resources: Option<ResourceSpec>,
    images: Option<Vec<SdkImage>>,
    scripts: Option<Vec<String>>,
    management: Option<AppLifecycleManagement>,
}

pub(crate) fn jupyter_lab(
    desired: Option<&AppDefaults>,
    before: Option<&AppDefaults>,
    kind: &str,
) -> Result<Option<JupyterLabAppSettings>, PartError> {
    let members = members(desired, before, kind)?;
    Ok(members.map(|members| {
        JupyterLabAppSettings::builder()
            .set_default_resource_spec(members.resources)
            .set_custom_images(members.images)
            .set_lifecycle_config_arns(members.scripts)
            .set_app_lifecycle_management(members.management)
            .build()
    }))
}

pub(crate) fn code_editor(
    desired: Option<&AppDefaults>,
    before: Option<&AppDefaults>,
    kind: &str,
) -> Result<Option<CodeEditorAppSettings>, PartError> {
    let members = members(desired, before, kind)?;
    Ok(members.map(|members| {
        CodeEditorAppSettings::builder()
            .set_default_resource_spec(members.resources)
            .set_custom_images(members.images)
            .set_lifecycle_config_arns(members.scripts)
            .set_app_lifecycle_management(members.management)
            .build()
    }))
}

fn members(
    desired: Option<&AppDefaults>,
    before: Option<&AppDefaults>,
    kind: &str,
) -> Result<Option<Members>, PartError> {
    if desired.or(before).is_none() {
        return Ok(None);
    }
    let nothing = AppDefaults::default();
    let (desired, before) = (desired.unwrap_or(&nothing), before.unwrap_or(&nothing));
    let resources = desired
        .resources
        .as_ref()
        .or(before.resources.as_ref().map(|_| &AppResources::NONE));
    let scripts = known_all(
        &desired.lifecycle_config_arns,
        kind,
        "lifecycle_config_arns",
    )?;
    let idle = desired.idle.or(before.idle.map(|_| IdleTimeout::NEVER));
    Ok(Some(Members {
        resources: resources
            .map(|resources| sdk_resources(resources, kind))
            .transpose()?,
        images: or_emptied(
            desired.custom_images.iter().map(sdk_image).collect(),
            before.custom_images.is_empty(),
        ),
        scripts: or_emptied(scripts, before.lifecycle_config_arns.is_empty()),
        management: idle.map(|idle| {
            AppLifecycleManagement::builder()
                .idle_settings(sdk_idle(idle))
                .build()
        }),
    }))
}

impl AppResources {
    const NONE: Self = Self {
        instance_type: None,
        image_arn: None,
        image_version_arn: None,
        lifecycle_config_arn: None,
    };
}

pub(crate) fn sdk_resources(
    resources: &AppResources,
    kind: &str,
) -> Result<ResourceSpec, PartError> {
    let arn = |arn: &Option<Input<Arn>>| known(arn.as_ref(), kind, "resources");
    Ok(ResourceSpec::builder()
        .set_instance_type(
            resources
                .instance_type
                .as_deref()
                .map(AppInstanceType::from),
        )
        .set_sage_maker_image_arn(arn(&resources.image_arn)?)
        .set_sage_maker_image_version_arn(arn(&resources.image_version_arn)?)
        .set_lifecycle_config_arn(arn(&resources.lifecycle_config_arn)?)
        .build())
}

fn sdk_image(image: &CustomImage) -> SdkImage {
    SdkImage::builder()
        .image_name(&image.image_name)
        .app_image_config_name(&image.app_image_config_name)
        .set_image_version_number(image.version)
        .build()
}

fn sdk_idle(idle: IdleTimeout) -> IdleSettings {
    if idle.minutes == 0 {
        return IdleSettings::builder()
            .lifecycle_management(LifecycleManagement::Disabled)
            .build();
    }
    IdleSettings::builder()
        .lifecycle_management(LifecycleManagement::Enabled)
        .idle_timeout_in_minutes(idle.minutes)
        .set_min_idle_timeout_in_minutes(idle.min_minutes)
        .set_max_idle_timeout_in_minutes(idle.max_minutes)
        .build()
}

pub(crate) fn read_jupyter_lab(found: JupyterLabAppSettings) -> Option<AppDefaults> {
    read(Members {
        resources: found.default_resource_spec,
        images: found.custom_images,
        scripts: found.lifecycle_config_arns,
        management: found.app_lifecycle_management,
    })
}

pub(crate) fn read_code_editor(found: CodeEditorAppSettings) -> Option<AppDefaults> {
    read(Members {
        resources: found.default_resource_spec,
        images: found.custom_images,
        scripts: found.lifecycle_config_arns,
        management: found.app_lifecycle_management,
    })
}

/// Empty structures say as much as none: the service keeps the empty ones that emptied others.
fn read(found: Members) -> Option<AppDefaults> {
    let mut custom_images: Vec<CustomImage> = found
        .images
        .unwrap_or_default()
        .into_iter()
        .filter_map(read_image)
        .collect();
    custom_images.sort_unstable();
    let idle = found.management.and_then(|found| found.idle_settings);
    or_none(AppDefaults {
        resources: found.resources.and_then(read_resources),
        lifecycle_config_arns: inputs(found.scripts),
        custom_images,
        idle: idle.and_then(|idle| read_idle(&idle)),
    })
}

/// The settings, unless they say nothing.
pub(crate) fn or_none(app: AppDefaults) -> Option<AppDefaults> {
    (app != AppDefaults::default()).then_some(app)
}

pub(crate) fn read_resources(found: ResourceSpec) -> Option<AppResources> {
    let arn = |arn: Option<String>| arn.map(|arn| Input::Known(Arn::from(arn)));
    let resources = AppResources {
        instance_type: found.instance_type.map(|kind| kind.as_str().to_owned()),
        image_arn: arn(found.sage_maker_image_arn),
        image_version_arn: arn(found.sage_maker_image_version_arn),
        lifecycle_config_arn: arn(found.lifecycle_config_arn),
    };
    (resources != AppResources::NONE).then_some(resources)
}

fn read_image(found: SdkImage) -> Option<CustomImage> {
    Some(CustomImage {
        image_name: found.image_name?,
        app_image_config_name: found.app_image_config_name?,
        version: found.image_version_number,
    })
}

fn read_idle(found: &IdleSettings) -> Option<IdleTimeout> {
    match found.lifecycle_management.as_ref()? {
        LifecycleManagement::Enabled => Some(IdleTimeout {
            minutes: found.idle_timeout_in_minutes.unwrap_or_default(),
            min_minutes: found.min_idle_timeout_in_minutes,
            max_minutes: found.max_idle_timeout_in_minutes,
        }),
        _ => Some(IdleTimeout::NEVER),
    }
}
