//! The network: where Studio lives and what it reaches.

use std::collections::BTreeMap;

use cloister_framework::Attr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::symbols::Names;

/// A network of the domain's own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Network {
    /// The VPC's addresses, such as `10.20.0.0/16`. Changing them makes another domain: AWS cannot move one.
    #[schemars(extend("x-replace" = "always"))]
    pub cidr: Attr<String>,
    /// The availability zones, in an order that says which addresses each gets: add new ones at the end. Default: the
    /// first `az_count` zones of the region.
    #[serde(default)]
    #[schemars(length(min = 1, max = 6), extend("x-computed" = "optional", "x-keep" = true))]
    pub availability_zones: Attr<Vec<Attr<String>>>,
    /// How many availability zones to use where `availability_zones` does not name them. Default: 2.
    #[serde(default)]
    #[schemars(range(min = 1, max = 6))]
    pub az_count: Attr<u32>,
    /// Addresses by availability zone, instead of the ones that cloister lays out.
    #[serde(default)]
    pub subnets: Attr<BTreeMap<String, Attr<ZoneSubnets>>>,
    /// The way out: `none`, `nat`, or `firewall`, which lets through `allowed_domains` only.
    #[serde(default = "none")]
    #[schemars(regex(pattern = r"^(none|nat|firewall)$"))]
    pub egress: Attr<String>,
    /// The domains that the firewall lets through, such as `.example.com` for all names below it.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$")))]
    pub allowed_domains: Names,
    /// What the subnets must have room for.
    #[serde(default)]
    pub capacity: Attr<Capacity>,
}

/// The addresses of one availability zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ZoneSubnets {
    /// For Studio, its jobs and the endpoints.
    pub studio: Attr<String>,
    /// For the firewall endpoint. Needed with `egress = "firewall"`.
    #[serde(default)]
    pub firewall: Attr<String>,
    /// For the NAT gateway. Needed unless `egress` is `none`.
    #[serde(default)]
    pub nat: Attr<String>,
}

/// What the subnets must have room for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Capacity {
    /// Users at work at the same time. Default: the number of profiles.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10000))]
    pub users: Attr<u32>,
    /// Addresses for each of them. Default: 3; AWS recommends 2 to 4.
    #[serde(default)]
    #[schemars(range(min = 1, max = 16))]
    pub addresses_per_user: Attr<u32>,
    /// Instances of training and processing jobs at the same time, each with two addresses in every subnet. Default: 0.
    #[serde(default)]
    pub job_instances: Attr<u32>,
    /// Spare addresses in percent. Default: 20.
    #[serde(default)]
    #[schemars(range(max = 400))]
    pub headroom_percent: Attr<u32>,
}

/// A network that others made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExistingNetwork {
    /// The VPC. Changing it makes another domain.
    #[schemars(
        regex(pattern = r"^vpc-[0-9a-f]{8,17}$"),
        extend("x-replace" = "always")
    )]
    pub vpc_id: Attr<String>,
    /// The private subnets for Studio and the endpoints, one per availability zone.
    #[schemars(
        length(min = 1, max = 16),
        inner(regex(pattern = r"^subnet-[0-9a-f]{8,17}$"))
    )]
    pub subnet_ids: Names,
    /// The route tables of these subnets, to which the S3 gateway endpoint adds its routes. Without them there is no S3
    /// endpoint of cloister's, and the VPC needs one of its own.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^rtb-[0-9a-f]{8,17}$")))]
    pub route_table_ids: Names,
    /// Whether the VPC has the endpoints that Studio needs already. Default: `false`, and cloister makes them.
    #[serde(default)]
    pub has_endpoints: Attr<bool>,
    /// The KMS endpoint of the VPC, where it has one.
    #[serde(default)]
    #[schemars(regex(pattern = r"^vpce-[0-9a-f]{8,17}$"))]
    pub kms_endpoint_id: Attr<String>,
}

/// One VPC endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Endpoint {
    /// Whether it is made; `false` takes one out of the default set. Default: `true`.
    #[serde(default)]
    pub enabled: Attr<bool>,
    /// The service's whole name, such as `com.amazonaws.eu-west-1.secretsmanager`. Default: from the endpoint's name.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[a-z0-9.-]+$"))]
    pub service: Attr<String>,
    /// Its policy in JSON. Default: the least that Studio and the personas need.
    #[serde(default)]
    #[schemars(length(min = 1, max = 20480))]
    pub policy: Attr<String>,
}

/// The VPC's flow logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlowLogs {
    /// Whether there are any. Default: `true`.
    #[serde(default)]
    pub enabled: Attr<bool>,
    /// Days that records are kept, as CloudWatch Logs offers them. Default: 365.
    #[serde(default)]
    pub retention_days: Attr<u32>,
    /// Seconds over which packets are put into one record: 60 or 600. Default: 60.
    #[serde(default)]
    pub aggregation_seconds: Attr<u32>,
    /// The fields of a record, in the flow log's own notation. Default: every field that the labs read.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub format: Attr<String>,
    /// The key that encrypts the log groups. Default: CloudWatch Logs' own.
    #[serde(default)]
    #[schemars(regex(pattern = r"^arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"))]
    pub kms_key_arn: Attr<String>,
}

fn none() -> Attr<String> {
    Attr::Known("none".to_owned())
}
