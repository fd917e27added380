//! Who works in the domain: personas, profiles, spaces.

use std::collections::BTreeMap;

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::symbols::Names;

/// A role that users work as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Persona {
    /// What it may do: `read-only`, `data-scientist`, or `mlops`. Default: what the persona's name says, else
    /// `read-only`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^(read-only|data-scientist|mlops)$"))]
    pub based_on: Attr<String>,
    /// The team whose resources it may touch: the role's tag `team`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 128))]
    pub team: Attr<String>,
    /// A policy in JSON that the role gets as well. The plan proves that it opens no guardrail.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub additional_policy: Attr<String>,
    /// The longest session in seconds. Default: AWS's, one hour.
    #[serde(default)]
    #[schemars(range(min = 3600, max = 43200))]
    pub max_session_seconds: Attr<u32>,
}

/// A user of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// The persona that the user works as.
    #[schemars(length(min = 1))]
    pub persona: Attr<String>,
    /// The user's team: the profile's tag `team`. Default: the persona's.
    #[serde(default)]
    #[schemars(length(min = 1, max = 128))]
    pub team: Attr<String>,
    /// Security groups of this user's apps beside the domain's. At most two.
    #[serde(default)]
    #[schemars(length(max = 2), inner(regex(pattern = r"^sg-[0-9a-f]{8,17}$")))]
    pub security_group_ids: Names,
    /// The user's name in IAM Identity Center. Needed with `auth_mode = "SSO"`, and only then. Changing it makes another
    /// profile.
    #[serde(default)]
    pub sso_user: Attr<String>,
    /// The user's spaces by name.
    #[serde(default)]
    pub spaces: Attr<BTreeMap<String, Attr<Space>>>,
}

/// A space: storage and settings of one of a user's apps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Space {
    /// `JupyterLab` or `CodeEditor`. Default: `JupyterLab`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^(JupyterLab|CodeEditor)$"))]
    pub app_type: Attr<String>,
    /// The size of its volume in GB. Default: 5.
    #[serde(default)]
    #[schemars(range(min = 5, max = 16384))]
    pub volume_gb: Attr<u32>,
}
