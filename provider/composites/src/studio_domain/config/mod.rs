//! What the user writes.

mod access;
mod network;
mod people;
mod studio;

use std::collections::BTreeMap;

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use access::{Guardrails, Iam, Keys, SignIn};
pub use network::{Capacity, Endpoint, ExistingNetwork, FlowLogs, Network, ZoneSubnets};
pub use people::{Persona, Profile, Space};
pub use studio::Studio;

use crate::symbols::Names;

/// A Studio domain that can be reached, and can reach out, only as written here: with its network, endpoints, keys,
/// roles, logs, user profiles and spaces.
///
/// Everything that AWS can change in place is changed in place; home directories are never lost unless `home_efs` is
/// `delete`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SecureStudioDomain {
    /// The name of the domain: up to 63 letters, digits and hyphens. Changing it makes another domain.
    #[schemars(
        regex(pattern = r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"),
        extend("x-replace" = "always")
    )]
    pub name: Attr<String>,
    /// The principals that manage the domain's keys: ARNs of roles or users, `*` and `?` allowed. At least one. Who runs
    /// Terraform must be among them.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = r"^arn:[a-z0-9-]+:(iam|sts)::"))
    )]
    pub administrators: Names,
    /// What a destroy does with the home directories: `retain` keeps the file system and its key, `delete` deletes both.
    #[schemars(regex(pattern = r"^(retain|delete)$"))]
    pub home_efs: Attr<String>,
    /// What a destroy does with the log groups: `retain` keeps them, `delete` deletes them.
    #[serde(default = "retain")]
    #[schemars(regex(pattern = r"^(retain|delete)$"))]
    pub logs: Attr<String>,
    /// The network to make. Conflicts with `existing_network`; one of them is needed.
    #[serde(default)]
    pub network: Attr<Network>,
    /// A network that others made. cloister adds security groups and endpoints to it and leaves the rest alone.
    #[serde(default)]
    pub existing_network: Attr<ExistingNetwork>,
    /// VPC endpoints by the service's name, over the default set: `s3`, `kms`, `sts`, `logs`, `monitoring`, `ssm`,
    /// `ecr.api`, `ecr.dkr`, `sagemaker.api`, `sagemaker.runtime`, `servicecatalog` and `studio`. For example
    /// `{ secretsmanager = {} }` adds one, and `{ ssm = { enabled = false } }` leaves one out.
    #[serde(default)]
    pub endpoints: Attr<BTreeMap<String, Attr<Endpoint>>>,
    /// The VPC's flow logs: all traffic, to CloudWatch Logs. Not made for an existing network unless given.
    #[serde(default)]
    pub flow_logs: Attr<FlowLogs>,
    /// Settings of the three keys that cloister makes: for home directories, for volumes, and for data.
    #[serde(default)]
    pub keys: Attr<Keys>,
    /// How users sign in: `IAM`, or `SSO` through IAM Identity Center. Changing it makes another domain.
    #[serde(default = "iam")]
    #[schemars(
        regex(pattern = r"^(IAM|SSO)$"),
        extend("x-replace" = "always")
    )]
    pub auth_mode: Attr<String>,
    /// Roles that users work as, by name. Default: `data-scientist` and `mlops`, as cloister ships them. The domain's
    /// default role is `default`, which may look and do nothing else.
    #[serde(default)]
    pub personas: Attr<BTreeMap<String, Attr<Persona>>>,
    /// User profiles by name.
    #[serde(default)]
    pub profiles: Attr<BTreeMap<String, Attr<Profile>>>,
    /// Settings of Studio itself.
    #[serde(default)]
    pub studio: Attr<Studio>,
    /// Security groups of users' apps beside the one that cloister makes. At most two.
    #[serde(default)]
    #[schemars(length(max = 2), inner(regex(pattern = r"^sg-[0-9a-f]{8,17}$")))]
    pub security_group_ids: Names,
    /// Names of buckets that personas may use through the S3 endpoint.
    #[serde(default)]
    #[schemars(inner(length(min = 3, max = 63)))]
    pub data_buckets: Names,
    /// What personas can never do, whatever their policies allow.
    #[serde(default)]
    pub guardrails: Attr<Guardrails>,
    /// From where users may sign in. Default: from anywhere that their own policies allow.
    #[serde(default)]
    pub sign_in: Attr<SignIn>,
    /// Names, path and boundary of the roles, as organisations ask for them.
    #[serde(default)]
    pub iam: Attr<Iam>,
    /// The ARN of the domain.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub arn: Attr<String>,
    /// The id of the domain: `d-...`.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub domain_id: Attr<String>,
    /// The address of the domain.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub url: Attr<String>,
    /// The file system that holds the home directories.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub home_efs_id: Attr<String>,
    /// The VPC.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub vpc_id: Attr<String>,
    /// The subnets of Studio, in the order of their zones.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub subnet_ids: Attr<Vec<Attr<String>>>,
    /// The security group of users' apps.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub security_group_id: Attr<String>,
    /// The VPC endpoints by name.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub endpoint_ids: Attr<BTreeMap<String, Attr<String>>>,
    /// The keys: `home`, `volumes` and `data`.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub key_arns: Attr<BTreeMap<String, Attr<String>>>,
    /// The roles of personas by name, `default` among them.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub role_arns: Attr<BTreeMap<String, Attr<String>>>,
    /// The user profiles by name.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub profile_arns: Attr<BTreeMap<String, Attr<String>>>,
    /// The log group of the flow logs; null where there are none.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub flow_log_group: Attr<String>,
    /// The VPC's flow log; null where there is none.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub flow_log_id: Attr<String>,
}

fn retain() -> Attr<String> {
    Attr::Known("retain".to_owned())
}

fn iam() -> Attr<String> {
    Attr::Known("IAM".to_owned())
}
