//! What the user writes.

use std::collections::BTreeSet;

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{own_key::OwnKey, symbols::Names};

/// An AWS service that may deliver objects from outside the endpoints: log delivery, replication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ServiceDelivery {
    /// The service principal, such as `delivery.logs.amazonaws.com`.
    #[schemars(regex(pattern = r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$"))]
    pub service: Attr<String>,
    /// The ARN, or ARN pattern, of what the service delivers for.
    #[schemars(regex(pattern = r"^arn:[a-z0-9-]+:[a-z0-9-]+:"))]
    pub source_arn: Attr<String>,
    /// The account that owns it.
    #[schemars(regex(pattern = r"^[0-9]{12}$"))]
    pub source_account: Attr<String>,
    /// The prefix that it may write below. Default: the whole bucket.
    #[serde(default)]
    pub prefix: Attr<String>,
}

/// A move to a colder storage class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// Days after which objects move.
    pub days: Attr<u32>,
    /// The storage class, such as `GLACIER_IR`.
    #[schemars(regex(
        pattern = r"^(GLACIER|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|DEEP_ARCHIVE|GLACIER_IR)$"
    ))]
    pub storage_class: Attr<String>,
}

/// What happens to objects as they age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleRule {
    /// A name for the rule, one of a kind in the bucket.
    #[schemars(length(min = 1, max = 255))]
    pub id: Attr<String>,
    /// The prefix it covers. Default: the whole bucket.
    #[serde(default)]
    pub prefix: Attr<String>,
    /// Days after which objects expire.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub expire_days: Attr<u32>,
    /// Days after which overwritten or deleted versions are removed.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub noncurrent_expire_days: Attr<u32>,
    /// Days after which unfinished uploads are removed.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub abort_multipart_days: Attr<u32>,
    /// Moves to colder storage classes.
    #[serde(default)]
    pub transitions: Attr<Vec<Transition>>,
}

/// Where S3 writes the bucket's server access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessLog {
    /// The bucket that receives it, in the same region and account.
    pub bucket: Attr<String>,
    /// The prefix of its keys. Default: none.
    #[serde(default)]
    pub prefix: Attr<String>,
}

/// A bucket whose objects can be reached through the named VPC endpoints only, encrypted with one key only, over TLS
/// only, versioned and never public.
///
/// Its administrators, and nobody else, can change its configuration from anywhere; they cannot read its objects from
/// elsewhere. Break-glass principals can.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LockedBucket {
    /// The name of the bucket: 3 to 63 lower-case letters, digits, dots and hyphens. Changing it makes another bucket.
    #[schemars(length(min = 3, max = 63), extend("x-replace" = "always"))]
    pub name: Attr<String>,
    /// The VPC endpoints through which objects can be reached. At least one.
    #[schemars(length(min = 1), inner(regex(pattern = r"^vpce-[0-9a-f]{8,17}$")))]
    pub vpc_endpoint_ids: Names,
    /// The principals that manage the bucket and its key: ARNs of roles or users, `*` and `?` allowed. At least one.
    /// Who runs Terraform must be among them. They manage; they do not read objects from outside the endpoints.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = r"^arn:[a-z0-9-]+:(iam|sts)::"))
    )]
    pub administrators: Names,
    /// Principals that may also reach objects from outside the endpoints, for emergencies.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^arn:[a-z0-9-]+:(iam|sts)::")))]
    pub break_glass_principals: Names,
    /// The KMS key for the objects, in the same region. Default: a key of the bucket's own, usable only through S3 and
    /// only for this bucket.
    #[serde(default)]
    #[schemars(regex(pattern = r"^arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"))]
    pub kms_key_arn: Attr<String>,
    /// Settings of the bucket's own key. Conflicts with `kms_key_arn`.
    #[serde(default)]
    pub own_key: Attr<OwnKey>,
    /// AWS services that may deliver objects into the bucket from outside the endpoints. Default: none.
    #[serde(default)]
    pub allow_service_delivery: Attr<Vec<ServiceDelivery>>,
    /// AWS services through which callers may reach objects, such as `athena.amazonaws.com`, although the service is
    /// not inside the endpoints. Default: none.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$")))]
    pub via_services: Names,
    /// A bucket policy in JSON, such as the data source `aws_iam_policy_document` gives, whose statements are added to
    /// those that lock the bucket. The plan proves that they open nothing: whom a statement names may be let in through
    /// the endpoints; nobody else, from nowhere else, and no administrator may be locked out.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub additional_policy: Attr<String>,
    /// What happens to objects as they age.
    #[serde(default)]
    pub lifecycle_rules: Attr<BTreeSet<LifecycleRule>>,
    /// Where S3 writes the bucket's server access log.
    #[serde(default)]
    pub access_log: Attr<AccessLog>,
    /// Whether a destroy may delete the objects: it lets the administrators in from outside the endpoints first, then
    /// deletes every version.
    #[serde(default = "off")]
    pub force_destroy: Attr<bool>,
    /// The ARN of the bucket.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub arn: Attr<String>,
    /// The ARN of the key in force: the bucket's own, or `kms_key_arn`.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub key_arn: Attr<String>,
}

fn off() -> Attr<bool> {
    Attr::Known(false)
}
