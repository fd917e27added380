//! Settings of Studio itself.

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::symbols::Names;

/// Settings of Studio itself. Sharing of notebook output is always off, network access always `VpcOnly`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Studio {
    /// Minutes without work after which apps stop. Default: 120; 0 lets them run on.
    #[serde(default)]
    #[schemars(range(max = 525_600))]
    pub idle_timeout_minutes: Attr<u32>,
    /// Whether users may run Docker in their apps. Default: `false`.
    #[serde(default)]
    pub docker: Attr<bool>,
    /// Accounts whose images Docker may use.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^[0-9]{12}$")))]
    pub docker_trusted_accounts: Names,
    /// Whether users may ask Amazon Q. Default: `false`.
    #[serde(default)]
    pub amazon_q: Attr<bool>,
    /// Whether users may use `JumpStart`'s public models. Default: `false`.
    #[serde(default)]
    pub jump_start: Attr<bool>,
    /// Whether what a user does carries the profile's name as source identity, in CloudTrail and in policies.
    /// Default: `true`. It can change only while no app runs.
    #[serde(default)]
    pub source_identity: Attr<bool>,
    /// Whether the domain's tags go to what users make in it. Default: `true`.
    #[serde(default)]
    pub tag_propagation: Attr<bool>,
    /// Tools that Studio does not show, such as `DataWrangler`. `JumpStart` is among them unless `jump_start` allows it.
    #[serde(default)]
    pub hidden_tools: Names,
    /// Kinds of app that Studio does not show. Default: `Canvas`.
    #[serde(default)]
    pub hidden_apps: Names,
    /// Lifecycle configurations that apps run when they start.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^arn:[a-z0-9-]+:sagemaker:")))]
    pub lifecycle_config_arns: Names,
}
