//! Keys, guardrails, sign-in, and what organisations ask of roles.

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::symbols::Names;

/// Settings of the domain's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Keys {
    /// Days between two rotations of the key material. Default: AWS's, 365.
    #[serde(default)]
    #[schemars(range(min = 90, max = 2560))]
    pub rotation_period_days: Attr<u32>,
    /// Days that AWS waits before it deletes the keys after a destroy. Default: AWS's, 30.
    #[serde(default)]
    #[schemars(range(min = 7, max = 30))]
    pub deletion_window_days: Attr<u8>,
}

/// What personas can never do. Jobs, models and endpoints are always held to the domain's subnets, security groups and
/// keys, and traffic between containers to encryption.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guardrails {
    /// The instance types that apps, jobs and endpoints may have; `*` and `?` allowed. Default: all.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub instance_types: Names,
    /// Whether jobs and models must run without any network of their own. Default: `false`.
    #[serde(default)]
    pub network_isolation: Attr<bool>,
}

/// From where users may open Studio.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignIn {
    /// VPC endpoints of the SageMaker API.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^vpce-[0-9a-f]{8,17}$")))]
    pub vpc_endpoint_ids: Names,
    /// VPCs.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^vpc-[0-9a-f]{8,17}$")))]
    pub vpc_ids: Names,
    /// Public addresses, for requests that come through no endpoint.
    #[serde(default)]
    pub source_cidrs: Names,
}

/// What organisations ask of roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Iam {
    /// The path of the roles, such as `/studio/`. Changing it makes other roles. Default: `/`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^/([!-~]+/)*$"))]
    pub path: Attr<String>,
    /// The permissions boundary of the roles.
    #[serde(default)]
    #[schemars(regex(pattern = r"^arn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/.+$"))]
    pub permissions_boundary_arn: Attr<String>,
    /// How the roles' names begin. Default: `cloister-`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[\w+=,.@-]{1,32}$"))]
    pub name_prefix: Attr<String>,
}
