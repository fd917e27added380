//! What users get in Studio: the defaults of a domain, or what one profile has instead.

use aws_sdk_sagemaker::types::{
    DefaultEbsStorageSettings, DefaultSpaceStorageSettings, ExecutionRoleSessionNameMode,
    NotebookOutputOption, SharingSettings, StudioWebPortal, StudioWebPortalSettings,
    UserSettings as SdkSettings,
};
use cloister_composite::{ErrorClass, Input, PartError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    app_defaults::{
        AppDefaults, IdleTimeout, code_editor, jupyter_lab, or_none, read_code_editor,
        read_jupyter_lab,
    },
    values::{inputs, known, known_all, or_emptied, or_usual, texts},
};
use crate::kinds::{
    arn::Arn,
    restate::{restate, restate_set},
};

/// Lists of text whose order means nothing.
const TEXT_SETS: [&str; 4] = [
    "security_group_ids",
    "portal_hidden_tools",
    "portal_hidden_apps",
    "portal_hidden_instances",
];
const APPS: [&str; 2] = ["jupyter_lab", "code_editor"];
/// Studio itself, where Studio Classic cannot be entered any more.
const LANDING: &str = "studio::";
const SHARING: &str = "Disabled";
const PORTAL: &str = "ENABLED";
const SESSION_NAME: &str = "STATIC";
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DefaultEbsStorageSettings.html>
const STORAGE: SpaceStorage = SpaceStorage {
    default_gb: 5,
    max_gb: 100,
};

/// Settings of users: a domain's defaults, or a profile's own. What is absent is AWS's default, or the domain's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSettings {
    /// The role in whose name users' code runs. A domain must have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<Input<Arn>>,
    /// The security groups of apps. Those of domain and profile are added together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Input<String>>,
    /// Whether the output of shared notebooks is kept: `Allowed`, or absent for `Disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharing: Option<String>,
    /// Where users come in; absent means `studio::`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing_uri: Option<String>,
    /// Whether there is a way into Studio's interface at all: `DISABLED`, or absent for `ENABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_portal: Option<String>,
    /// The tools that the interface hides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal_hidden_tools: Vec<String>,
    /// The types of apps that it hides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal_hidden_apps: Vec<String>,
    /// The instance types that it hides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portal_hidden_instances: Vec<String>,
    /// Whose name the sessions of apps have: `USER_IDENTITY`, or absent for one that is always the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_name_mode: Option<String>,
    /// How large the volumes of spaces are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space_storage: Option<SpaceStorage>,
    /// What `JupyterLab` comes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jupyter_lab: Option<AppDefaults>,
    /// What Code Editor comes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_editor: Option<AppDefaults>,
}

/// The sizes of spaces' volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceStorage {
    /// Gigabytes where the space asks for nothing.
    pub default_gb: i32,
    /// Gigabytes that a space may ask for.
    pub max_gb: i32,
}

/// The settings as a request takes them.
///
/// SageMaker keeps what a request does not name: what `before` has and `desired` has not is set to AWS's default.
pub(crate) fn sdk_user_settings(
    desired: &UserSettings,
    before: &UserSettings,
    kind: &str,
) -> Result<SdkSettings, PartError> {
    let text = |of: fn(&UserSettings) -> Option<&String>, usual: &str| {
        or_usual(of(desired), of(before), usual)
    };
    let groups = known_all(&desired.security_group_ids, kind, "security_group_ids")?;
    let sharing = text(|settings| settings.sharing.as_ref(), SHARING);
    let storage = or_usual(
        desired.space_storage.as_ref(),
        before.space_storage.as_ref(),
        STORAGE,
    );
    let portal = text(|settings| settings.web_portal.as_ref(), PORTAL);
    Ok(SdkSettings::builder()
        .set_execution_role(known(
            desired.execution_role.as_ref(),
            kind,
            "execution_role",
        )?)
        .set_security_groups(or_emptied(groups, before.security_group_ids.is_empty()))
        .set_sharing_settings(sharing.map(|option| {
            SharingSettings::builder()
                .notebook_output_option(NotebookOutputOption::from(option.as_str()))
                .build()
        }))
        .set_default_landing_uri(text(|settings| settings.landing_uri.as_ref(), LANDING))
        .set_studio_web_portal(portal.map(|portal| StudioWebPortal::from(portal.as_str())))
        .set_studio_web_portal_settings(sdk_portal(desired, before))
        .set_space_storage_settings(storage.map(sdk_storage))
        .set_jupyter_lab_app_settings(jupyter_lab(
            desired.jupyter_lab.as_ref(),
            before.jupyter_lab.as_ref(),
            kind,
        )?)
        .set_code_editor_app_settings(code_editor(
            desired.code_editor.as_ref(),
            before.code_editor.as_ref(),
            kind,
        )?)
        .build())
}

/// Refuses to take back what SageMaker keeps once it has it: no request says "as if it had never been set".
pub(crate) fn check_kept(
    desired: &UserSettings,
    before: &UserSettings,
    subject: &str,
) -> Result<(), PartError> {
    let idle = |app: &Option<AppDefaults>| app.as_ref().is_some_and(|app| app.idle.is_some());
    let kept = [
        (
            "execution_role",
            before.execution_role.is_some() && desired.execution_role.is_none(),
        ),
        (
            "jupyter_lab",
            idle(&before.jupyter_lab) && !idle(&desired.jupyter_lab),
        ),
        (
            "code_editor",
            idle(&before.code_editor) && !idle(&desired.code_editor),
        ),
    ];
    let Some((name, _)) = kept.into_iter().find(|(_, kept)| *kept) else {
        return Ok(());
    };
    let message = format!("SageMaker keeps `{name}` once it is set: write down what it is to be");
    let error = PartError::new(ErrorClass::Refused, "cloister", subject, message);
    Err(error.about(name))
}

fn sdk_portal(desired: &UserSettings, before: &UserSettings) -> Option<StudioWebPortalSettings> {
    let says_something = |settings: &UserSettings| {
        settings.session_name_mode.is_some()
            || !settings.portal_hidden_tools.is_empty()
            || !settings.portal_hidden_apps.is_empty()
            || !settings.portal_hidden_instances.is_empty()
    };
    if !says_something(desired) && !says_something(before) {
        return None;
    }
    let mode = or_usual(
        desired.session_name_mode.as_ref(),
        before.session_name_mode.as_ref(),
        SESSION_NAME,
    );
    Some(
        StudioWebPortalSettings::builder()
            .set_hidden_ml_tools(Some(members(&desired.portal_hidden_tools)))
            .set_hidden_app_types(Some(members(&desired.portal_hidden_apps)))
            .set_hidden_instance_types(Some(members(&desired.portal_hidden_instances)))
            .set_execution_role_session_name_mode(
                mode.map(|mode| ExecutionRoleSessionNameMode::from(mode.as_str())),
            )
            .build(),
    )
}

fn members<T: for<'a> From<&'a str>>(texts: &[String]) -> Vec<T> {
    texts.iter().map(|text| T::from(text)).collect()
}

fn sdk_storage(storage: SpaceStorage) -> DefaultSpaceStorageSettings {
    let sizes = DefaultEbsStorageSettings::builder()
        .default_ebs_volume_size_in_gb(storage.default_gb)
        .maximum_ebs_volume_size_in_gb(storage.max_gb)
        .build();
    DefaultSpaceStorageSettings::builder()
        .default_ebs_storage_settings(sizes)
        .build()
}

/// The settings in an answer, whole: what equals AWS's default stands there too.
pub(crate) fn read_user_settings(found: SdkSettings) -> UserSettings {
    let portal = found.studio_web_portal_settings;
    let portal = portal.unwrap_or_else(|| StudioWebPortalSettings::builder().build());
    let sharing = found
        .sharing_settings
        .and_then(|sharing| sharing.notebook_output_option);
    UserSettings {
        execution_role: found.execution_role.map(|role| Arn::from(role).into()),
        security_group_ids: inputs(found.security_groups),
        sharing: sharing.map(|option| option.as_str().to_owned()),
        landing_uri: found.default_landing_uri,
        web_portal: found
            .studio_web_portal
            .map(|portal| portal.as_str().to_owned()),
        portal_hidden_tools: texts(portal.hidden_ml_tools),
        portal_hidden_apps: texts(portal.hidden_app_types),
        portal_hidden_instances: texts(portal.hidden_instance_types),
        session_name_mode: portal
            .execution_role_session_name_mode
            .map(|mode| mode.as_str().to_owned()),
        space_storage: found.space_storage_settings.and_then(read_storage),
        jupyter_lab: found.jupyter_lab_app_settings.and_then(read_jupyter_lab),
        code_editor: found.code_editor_app_settings.and_then(read_code_editor),
    }
}

fn read_storage(found: DefaultSpaceStorageSettings) -> Option<SpaceStorage> {
    let sizes = found.default_ebs_storage_settings?;
    Some(SpaceStorage {
        default_gb: sizes.default_ebs_volume_size_in_gb?,
        max_gb: sizes.maximum_ebs_volume_size_in_gb?,
    })
}

impl UserSettings {
    /// The settings without what AWS takes by default.
    pub(crate) fn without_usual(self) -> Self {
        let unless = |text: Option<String>, usual: &str| text.filter(|text| text != usual);
        Self {
            sharing: unless(self.sharing, SHARING),
            landing_uri: unless(self.landing_uri, LANDING),
            web_portal: unless(self.web_portal, PORTAL),
            session_name_mode: unless(self.session_name_mode, SESSION_NAME),
            space_storage: self.space_storage.filter(|storage| *storage != STORAGE),
            ..self
        }
    }

    /// The settings of a domain, where apps that are never stopped are AWS's default; in a profile they are an exception
    /// to the domain's.
    pub(crate) fn without_never(self) -> Self {
        let usual = |app: Option<AppDefaults>| {
            app.and_then(|app| {
                or_none(AppDefaults {
                    idle: app.idle.filter(|idle| *idle != IdleTimeout::NEVER),
                    ..app
                })
            })
        };
        Self {
            jupyter_lab: usual(self.jupyter_lab),
            code_editor: usual(self.code_editor),
            ..self
        }
    }
}

/// Lays out observed settings of users like the desired ones where both mean the same.
pub(crate) fn restate_user_settings(desired: &Value, observed: Value) -> Value {
    let app = json!({"idle": IdleTimeout::NEVER});
    let usual = json!({
        "sharing": SHARING,
        "landing_uri": LANDING,
        "web_portal": PORTAL,
        "session_name_mode": SESSION_NAME,
        "space_storage": STORAGE,
        "jupyter_lab": app,
        "code_editor": app,
    });
    let mut shown = restate(desired, observed, &usual);
    for name in TEXT_SETS {
        restate_set(desired, &mut shown, name);
    }
    for app in APPS {
        if let (Some(wanted), Some(found)) = (desired.get(app), shown.get_mut(app)) {
            restate_set(wanted, found, "lifecycle_config_arns");
            restate_set(wanted, found, "custom_images");
        }
    }
    shown
}
