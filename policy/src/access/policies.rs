//! The documents that apply to a request, by the place each is attached to.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Document;

/// Everything that applies to a request. What is empty is not attached:
/// `boundary: None` limits nothing, `identity: []` allows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// Attached to the caller: managed, inline, and those of its groups.
    pub identity: Vec<Attached>,
    pub boundary: Option<Attached>,
    /// Passed when the session was made; several are united, as managed and
    /// inline session policies are.
    pub session: Vec<Attached>,
    /// By level, from the organisation's root down to the caller's account;
    /// every level must allow.
    pub service_control: Vec<Vec<Attached>>,
    /// By level, from the root down to the account that owns the resource.
    /// AWS attaches `RCPFullAWSAccess` everywhere: only denials count.
    pub resource_control: Vec<Vec<Attached>>,
    /// Of the resource itself: bucket policy, key policy, role trust policy.
    pub resource: Option<Attached>,
    /// Of the VPC endpoint that the request came through.
    pub endpoint: Option<Attached>,
    /// Layers that exist and could not be read: what would be allowed but for
    /// them is undecided.
    pub unread: BTreeSet<Layer>,
}

/// A document under the name that a decision gives when it decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    pub name: String,
    pub document: Document,
}

/// A place where policies are attached.
///
/// The order is that in which denials are looked for, and so which of several
/// is reported.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    ResourceControl,
    ServiceControl,
    Endpoint,
    Resource,
    /// A role's trust policy: the resource policy of `sts:AssumeRole*`.
    Trust,
    Identity,
    Boundary,
    Session,
}

impl Attached {
    /// A document under a name.
    pub fn new(name: impl Into<String>, document: Document) -> Self {
        Self {
            name: name.into(),
            document,
        }
    }
}

impl Layer {
    /// Every layer there is.
    pub const ALL: [Self; 8] = [
        Self::ResourceControl,
        Self::ServiceControl,
        Self::Endpoint,
        Self::Resource,
        Self::Trust,
        Self::Identity,
        Self::Boundary,
        Self::Session,
    ];

    /// What AWS's denial messages call a policy of this layer.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    pub fn policy_kind(self) -> &'static str {
        match self {
            Self::ResourceControl => "resource control policy",
            Self::ServiceControl => "service control policy",
            Self::Endpoint => "VPC endpoint policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }
}
