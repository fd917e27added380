//! What the user says about how AWS is reached: the names of the AWS provider, as plain values.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::calls::Rate;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The provider's settings, by the AWS provider's names. What is absent comes from the environment, then the profile.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the AWS provider's settings have them"
)]
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The region where a resource names none.
    pub region: Option<String>,
    /// The profile of the shared files. Set here, it wins over keys in the environment.
    pub profile: Option<String>,
    /// The access key id.
    pub access_key: Option<String>,
    /// The secret that belongs to it.
    pub secret_key: Option<Secret>,
    /// The session token, for temporary keys.
    pub token: Option<Secret>,
    /// Shared configuration files; `~/.aws/config` if empty.
    pub shared_config_files: Vec<String>,
    /// Shared credentials files; `~/.aws/credentials` if empty.
    pub shared_credentials_files: Vec<String>,
    /// Roles to take on, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// A role to take on with a token of an identity provider, before `assume_role`.
    pub assume_role_with_web_identity: Option<WebIdentity>,
    /// Endpoints by service, under the names that the AWS provider has: `s3`, `logs`, `networkfirewall`, ...
    pub endpoints: BTreeMap<String, String>,
    /// Whether the call rate follows what AWS throttles.
    pub retry_mode: Option<RetryMode>,
    /// How often a throttled call is repeated.
    pub max_retries: Option<u32>,
    /// The only accounts that may be reached.
    pub allowed_account_ids: Vec<String>,
    /// Accounts that must not be reached.
    pub forbidden_account_ids: Vec<String>,
    /// Accepts credentials that `sts:GetCallerIdentity` refuses, where the account is known without it.
    pub skip_credentials_validation: bool,
    /// Leaves the instance metadata service alone.
    pub skip_metadata_api_check: bool,
    /// Accepts regions of unknown form.
    pub skip_region_validation: bool,
    /// Does not ask for the account; each target must name it then.
    pub skip_requesting_account_id: bool,
    /// Puts the bucket's name in the path, not in the host name.
    pub s3_use_path_style: bool,
    /// The proxy for plain HTTP.
    pub http_proxy: Option<String>,
    /// The proxy for HTTPS.
    pub https_proxy: Option<String>,
    /// Hosts that are reached without the proxy, separated by commas.
    pub no_proxy: Option<String>,
    /// A PEM file of further certificate authorities.
    pub custom_ca_bundle: Option<String>,
    /// Skips certificate checks: refused, see [`SettingsError`].
    pub insecure: bool,
    /// Uses FIPS endpoints.
    pub use_fips_endpoint: Option<bool>,
    /// Uses endpoints that also speak IPv6.
    pub use_dualstack_endpoint: Option<bool>,
    /// The address of the instance metadata service.
    pub ec2_metadata_service_endpoint: Option<String>,
    /// `IPv4` or `IPv6`.
    pub ec2_metadata_service_endpoint_mode: Option<String>,
    /// The region whose STS is asked; the session's own if absent.
    pub sts_region: Option<String>,
    /// Products named in the user agent after cloister's own.
    pub user_agent: Vec<String>,
    /// Who calls, for the user agent.
    pub product: Product,
    /// How long one call may take.
    pub timeouts: Timeouts,
    /// Call rates that differ from the known ones, by API (`kms:CreateKey`) or service (`kms:*`).
    pub rates: BTreeMap<String, Rate>,
    /// How slow a stand-in is beside AWS, from 0 to 1: rates and waits follow it.
    pub time_scale: Option<f64>,
}

/// One role to take on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// How long its credentials live.
    pub duration: Option<Duration>,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
    /// A session policy that narrows the role.
    pub policy: Option<String>,
    /// Managed policies that narrow the role.
    pub policy_arns: Vec<String>,
    /// The session's name, seen in CloudTrail.
    pub session_name: Option<String>,
    /// The identity that is kept along the chain.
    pub source_identity: Option<String>,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
    /// Those session tags that the next role in a chain inherits.
    pub transitive_tag_keys: Vec<String>,
}

/// A role to take on with a token of an identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebIdentity {
    /// The role's ARN; `AWS_ROLE_ARN` if absent.
    pub role_arn: Option<String>,
    /// The session's name; `AWS_ROLE_SESSION_NAME` if absent.
    pub session_name: Option<String>,
    /// The token itself.
    pub token: Option<Secret>,
    /// The file that holds it; `AWS_WEB_IDENTITY_TOKEN_FILE` if absent.
    pub token_file: Option<String>,
    /// How long its credentials live.
    pub duration: Option<Duration>,
    /// A session policy that narrows the role.
    pub policy: Option<String>,
    /// Managed policies that narrow the role.
    pub policy_arns: Vec<String>,
}

/// Whether the call rate follows what AWS throttles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryMode {
    /// Fixed rates: a throttled call waits longer, others do not.
    Standard,
    /// A throttled call slows every call of its API in that account and region.
    Adaptive,
}

/// Who calls, as the user agent says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// `terraform-provider-cloister` or `cloister`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of Terraform, where it is known.
    pub terraform: Option<String>,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            name: "terraform-provider-cloister".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            terraform: None,
        }
    }
}

/// How long one attempt of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the answer begins.
    pub read: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_mins(1),
        }
    }
}

/// A setting that cannot be meant as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{attribute}`: {message}")]
pub struct SettingsError {
    /// The provider's attribute at fault.
    pub attribute: &'static str,
    /// What was found, and what to do.
    pub message: String,
}

impl SettingsError {
    pub(crate) fn new(attribute: &'static str, message: impl Into<String>) -> Self {
        Self {
            attribute,
            message: message.into(),
        }
    }
}
