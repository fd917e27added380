//! What the provider block holds.

use std::collections::{BTreeMap, BTreeSet};

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

type Text = Attr<String>;
type Texts = Attr<BTreeSet<Attr<String>>>;
type TextMap = Attr<BTreeMap<String, Attr<String>>>;

/// A role to work as.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AssumeRole {
    /// The ARN of the role.
    #[serde(default)]
    pub(crate) role_arn: Text,
    /// How long its credentials last, such as `1h`: 15 minutes to 12 hours.
    #[serde(default)]
    pub(crate) duration: Text,
    /// The external id that the role asks for.
    #[serde(default)]
    pub(crate) external_id: Text,
    /// A session policy that narrows the role, as JSON.
    #[serde(default)]
    pub(crate) policy: Text,
    /// ARNs of managed policies that narrow the role.
    #[serde(default)]
    pub(crate) policy_arns: Texts,
    /// The name of the session, seen in CloudTrail.
    #[serde(default)]
    pub(crate) session_name: Text,
    /// The source identity, seen in CloudTrail.
    #[serde(default)]
    pub(crate) source_identity: Text,
    /// Session tags.
    #[serde(default)]
    pub(crate) tags: TextMap,
    /// Session tags that the next role in the chain inherits.
    #[serde(default)]
    pub(crate) transitive_tag_keys: Texts,
}

/// A role to work as with an identity provider's token.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct WebIdentity {
    /// The ARN of the role.
    #[serde(default)]
    pub(crate) role_arn: Text,
    /// The name of the session.
    #[serde(default)]
    pub(crate) session_name: Text,
    /// The token.
    #[serde(default)]
    #[schemars(extend("x-sensitive" = true))]
    #[serde(rename = "web_identity_token")]
    pub(crate) token: Text,
    /// The file that holds the token.
    #[serde(default)]
    #[serde(rename = "web_identity_token_file")]
    pub(crate) token_file: Text,
    /// How long the credentials last.
    #[serde(default)]
    pub(crate) duration: Text,
    /// A session policy that narrows the role, as JSON.
    #[serde(default)]
    pub(crate) policy: Text,
    /// ARNs of managed policies that narrow the role.
    #[serde(default)]
    pub(crate) policy_arns: Texts,
}

/// Tags that every object gets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DefaultTags {
    /// The tags.
    #[serde(default)]
    pub(crate) tags: TextMap,
}

/// Tags of others that are left alone and show no drift.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct IgnoreTags {
    /// Keys.
    #[serde(default)]
    pub(crate) keys: Texts,
    /// Beginnings of keys.
    #[serde(default)]
    pub(crate) key_prefixes: Texts,
}

/// Endpoints in place of AWS's own, by service.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Endpoints {
    /// For CloudTrail.
    #[serde(default)]
    pub(crate) cloudtrail: Text,
    /// For EC2.
    #[serde(default)]
    pub(crate) ec2: Text,
    /// For Elastic File System.
    #[serde(default)]
    pub(crate) efs: Text,
    /// For IAM.
    #[serde(default)]
    pub(crate) iam: Text,
    /// For KMS.
    #[serde(default)]
    pub(crate) kms: Text,
    /// For CloudWatch Logs.
    #[serde(default)]
    pub(crate) logs: Text,
    /// For Network Firewall.
    #[serde(default)]
    pub(crate) networkfirewall: Text,
    /// For S3.
    #[serde(default)]
    pub(crate) s3: Text,
    /// For SageMaker.
    #[serde(default)]
    pub(crate) sagemaker: Text,
    /// For Service Quotas.
    #[serde(default)]
    pub(crate) servicequotas: Text,
    /// For Systems Manager.
    #[serde(default)]
    pub(crate) ssm: Text,
    /// For IAM Identity Center.
    #[serde(default)]
    pub(crate) ssoadmin: Text,
    /// For STS.
    #[serde(default)]
    pub(crate) sts: Text,
}

/// cloister builds locked-down Amazon SageMaker Studio environments as a few resources. It is configured like the AWS
/// provider: the same names, environment variables and precedence, so that its block can be pasted here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ProviderConfig {
    /// The region to work in, unless a resource names its own. Also `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile.
    #[serde(default)]
    pub(crate) region: Text,
    /// The profile in the shared configuration files. Also `AWS_PROFILE`.
    #[serde(default)]
    pub(crate) profile: Text,
    /// The access key id. Also `AWS_ACCESS_KEY_ID`.
    #[serde(default)]
    pub(crate) access_key: Text,
    /// The secret access key. Also `AWS_SECRET_ACCESS_KEY`.
    #[serde(default)]
    #[schemars(extend("x-sensitive" = true))]
    pub(crate) secret_key: Text,
    /// The session token. Also `AWS_SESSION_TOKEN`.
    #[serde(default)]
    #[schemars(extend("x-sensitive" = true))]
    pub(crate) token: Text,
    /// Shared configuration files, instead of `~/.aws/config`.
    #[serde(default)]
    pub(crate) shared_config_files: Attr<Vec<Attr<String>>>,
    /// Shared credentials files, instead of `~/.aws/credentials`.
    #[serde(default)]
    pub(crate) shared_credentials_files: Attr<Vec<Attr<String>>>,
    /// Roles to work as, one through the other.
    #[serde(default)]
    #[schemars(extend("x-block" = "list"))]
    pub(crate) assume_role: Vec<AssumeRole>,
    /// A role to work as with an identity provider's token.
    #[serde(default)]
    #[schemars(extend("x-block" = "list"), length(max = 1))]
    pub(crate) assume_role_with_web_identity: Vec<WebIdentity>,
    /// Tags that every object gets. Also `TF_AWS_DEFAULT_TAGS_<key>`.
    #[serde(default)]
    #[schemars(extend("x-block" = "list"), length(max = 1))]
    pub(crate) default_tags: Vec<DefaultTags>,
    /// Tags of others that are left alone and show no drift.
    #[serde(default)]
    #[schemars(extend("x-block" = "list"), length(max = 1))]
    pub(crate) ignore_tags: Vec<IgnoreTags>,
    /// Endpoints in place of AWS's own. Also `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`.
    #[serde(default)]
    #[schemars(extend("x-block" = "list"))]
    pub(crate) endpoints: Vec<Endpoints>,
    /// How throttled calls are repeated: `standard` or `adaptive`. Also `AWS_RETRY_MODE`.
    #[serde(default)]
    #[schemars(regex(pattern = "^(standard|adaptive)$"))]
    pub(crate) retry_mode: Text,
    /// How often a throttled call is repeated. Default: 25. Also `AWS_MAX_ATTEMPTS`.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub(crate) max_retries: Attr<u32>,
    /// The only accounts that may be worked in.
    #[serde(default)]
    pub(crate) allowed_account_ids: Texts,
    /// Accounts that may not be worked in. Conflicts with `allowed_account_ids`.
    #[serde(default)]
    pub(crate) forbidden_account_ids: Texts,
    /// Do not ask STS whether the credentials are good.
    #[serde(default)]
    pub(crate) skip_credentials_validation: Attr<bool>,
    /// Do not ask the instance metadata service for credentials.
    #[serde(default)]
    pub(crate) skip_metadata_api_check: Text,
    /// Accept regions that are of no known partition.
    #[serde(default)]
    pub(crate) skip_region_validation: Attr<bool>,
    /// Do not ask STS for the account id: then `account.id` has to name it.
    #[serde(default)]
    pub(crate) skip_requesting_account_id: Attr<bool>,
    /// Address buckets in the path, not in the host name.
    #[serde(default)]
    pub(crate) s3_use_path_style: Attr<bool>,
    /// The proxy for HTTP. Also `HTTP_PROXY`.
    #[serde(default)]
    pub(crate) http_proxy: Text,
    /// The proxy for HTTPS. Also `HTTPS_PROXY`.
    #[serde(default)]
    pub(crate) https_proxy: Text,
    /// Hosts that are reached without a proxy. Also `NO_PROXY`.
    #[serde(default)]
    pub(crate) no_proxy: Text,
    /// A file of certificate authorities to trust. Also `AWS_CA_BUNDLE`.
    #[serde(default)]
    pub(crate) custom_ca_bundle: Text,
    /// Accept any certificate. Refused: cloister has no way to switch verification off.
    #[serde(default)]
    pub(crate) insecure: Attr<bool>,
    /// Use FIPS endpoints. Also `AWS_USE_FIPS_ENDPOINT`.
    #[serde(default)]
    pub(crate) use_fips_endpoint: Attr<bool>,
    /// Use dual-stack endpoints. Also `AWS_USE_DUALSTACK_ENDPOINT`.
    #[serde(default)]
    pub(crate) use_dualstack_endpoint: Attr<bool>,
    /// The endpoint of the instance metadata service. Also `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
    #[serde(default)]
    pub(crate) ec2_metadata_service_endpoint: Text,
    /// `IPv4` or `IPv6`. Also `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.
    #[serde(default)]
    pub(crate) ec2_metadata_service_endpoint_mode: Text,
    /// The region of the STS endpoint.
    #[serde(default)]
    pub(crate) sts_region: Text,
    /// Products to name in the user agent. Also `TF_APPEND_USER_AGENT`.
    #[serde(default)]
    pub(crate) user_agent: Attr<Vec<Attr<String>>>,
    /// Whose composites these are: set one per state where accounts are shared. Default: `terraform`. Also
    /// `CLOISTER_OWNER`. Changing it retags in place.
    #[serde(default)]
    #[schemars(length(min = 1, max = 128))]
    pub(crate) owner: Text,
    /// The role for resources that name an `account` without a role: an ARN with `{account}` in the place of the id.
    #[serde(default)]
    pub(crate) account_role_arn: Text,
    /// The external id for `account_role_arn`.
    #[serde(default)]
    pub(crate) account_external_id: Text,
    /// What a create that fails half-way leaves: `taint`, as Terraform's users expect, or `resume`: a warning, and the
    /// next apply goes on.
    #[serde(default)]
    #[schemars(regex(pattern = "^(taint|resume)$"))]
    pub(crate) partial_create: Text,
    /// How long a run that says nothing is taken to be alive, such as `3m`, before another one may go on with its work.
    #[serde(default)]
    pub(crate) lease: Text,
}
