//! What the user writes.

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{own_key::OwnKey, symbols::Names};

/// Where CloudTrail writes events beside the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CloudWatchLogs {
    /// Days for which events are kept there: one of the periods that CloudWatch Logs offers. Default: for ever.
    #[serde(default)]
    #[schemars(range(min = 1, max = 3653))]
    pub retention_days: Attr<u32>,
    /// The path of the role as which CloudTrail writes there. Default: `/`.
    #[serde(default)]
    #[schemars(regex(pattern = r"^/([!-~]+/)?$"))]
    pub role_path: Attr<String>,
    /// The ARN of the policy that bounds the role, where the organization asks for one. Default: none.
    #[serde(default)]
    #[schemars(regex(pattern = r"^arn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/"))]
    pub role_boundary_arn: Attr<String>,
}

/// A trail of all regions with management events, S3 data events and the calls that policies of VPC endpoints deny,
/// with digests by which changed log files are found out: what labs and audits need as evidence.
///
/// Its log files lie in a bucket of its own, encrypted with a key of its own. Nobody but this trail writes to it, its
/// administrators alone delete from it and manage it, and they and its readers alone read it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AuditTrail {
    /// The name of the trail: 3 to 52 lower-case letters, digits and single hyphens. The bucket's name begins with it.
    /// Changing it makes another trail, with another bucket.
    #[schemars(
        length(min = 3, max = 52),
        regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"),
        extend("x-replace" = "always")
    )]
    pub name: Attr<String>,
    /// The principals that manage the trail's bucket and its key, and read and delete its log files: ARNs of roles or
    /// users, `*` and `?` allowed. At least one. Who runs Terraform must be among them.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = r"^arn:[a-z0-9-]+:(iam|sts)::"))
    )]
    pub administrators: Names,
    /// Principals that may also read the log files, as far as their own policies let them: ARNs of roles or users of
    /// this or other accounts, `*` and `?` allowed. Default: none.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^arn:[a-z0-9-]+:(iam|sts)::")))]
    pub readers: Names,
    /// The ARNs of the buckets whose objects' events are recorded. Default: all buckets but the trail's own. An empty set
    /// records none.
    #[serde(default)]
    #[schemars(
        length(max = 250),
        inner(regex(pattern = r"^arn:[a-z0-9-]+:s3:::[a-z0-9][a-z0-9._-]{1,62}$"))
    )]
    pub s3_data_event_buckets: Names,
    /// Whether calls that the policies of VPC endpoints deny are recorded: nothing else tells of them. Default: true.
    #[serde(default = "on")]
    pub network_activity: Attr<bool>,
    /// Whether all accounts of the organization are recorded. Only the organization's management account can, and only
    /// with trusted access for CloudTrail. Default: false.
    #[serde(default = "off")]
    pub organization: Attr<bool>,
    /// What the keys of log files begin with, before `AWSLogs/`. Default: nothing.
    #[serde(default)]
    #[schemars(
        length(min = 1, max = 200),
        regex(pattern = r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")
    )]
    pub prefix: Attr<String>,
    /// Days after which log files are deleted; they can be restored for 30 days more. Default: never.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub retention_days: Attr<u32>,
    /// A log group to which CloudTrail writes all events as well, within minutes. Default: none.
    #[serde(default)]
    pub cloud_watch_logs: Attr<CloudWatchLogs>,
    /// Settings of the trail's key.
    #[serde(default)]
    pub own_key: Attr<OwnKey>,
    /// Whether a destroy may delete the log files.
    #[serde(default = "off")]
    pub force_destroy: Attr<bool>,
    /// The ARN of the trail.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub arn: Attr<String>,
    /// The name of the bucket.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub bucket: Attr<String>,
    /// The ARN of the bucket.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub bucket_arn: Attr<String>,
    /// The ARN of the key.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub key_arn: Attr<String>,
    /// The name of the log group; null without one.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub log_group: Attr<String>,
}

fn on() -> Attr<bool> {
    Attr::Known(true)
}

fn off() -> Attr<bool> {
    Attr::Known(false)
}
