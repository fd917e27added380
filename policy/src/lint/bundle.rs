//! What is linted together: documents by the place each is attached to, and
//! what stands beside them.

use crate::{Actions, Document, PolicyError};

/// Everything that is looked at together.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    pub documents: Vec<Placed>,
    pub event_rules: Vec<EventRule>,
    pub firewall_policies: Vec<FirewallPolicy>,
    pub security_groups: Vec<SecurityGroup>,
    /// What could not be looked at.
    pub skipped: Vec<Skipped>,
}

/// Something that could not be looked at, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub name: String,
    pub reason: String,
}

/// A document under its name, at its place.
#[derive(Debug, Clone)]
pub struct Placed {
    pub name: String,
    pub place: Place,
    /// An error is a finding too.
    pub document: Result<Document, PolicyError>,
}

/// Where a document is attached. Names are optional: with them, documents of
/// the same role are seen together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A user, group or role: what it may do.
    Identity {
        of: Option<String>,
    },
    /// The permissions boundary of a user or role.
    Boundary {
        of: Option<String>,
    },
    /// Passed when a session is made.
    Session,
    /// A role: who may assume it.
    Trust {
        role: Option<String>,
    },
    ServiceControl,
    ResourceControl,
    Bucket {
        name: Option<String>,
    },
    Key {
        name: Option<String>,
    },
    VpcEndpoint {
        /// `vpce-…`.
        id: Option<String>,
        /// Prefix of the service's actions: `s3`.
        service: Option<String>,
        endpoint_type: Option<EndpointType>,
    },
    /// Another resource, such as a queue.
    Resource,
}

/// How a VPC endpoint takes traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointType {
    Gateway,
    Interface,
}

/// An `EventBridge` rule that is there to notice something.
#[derive(Debug, Clone)]
pub struct EventRule {
    pub name: String,
    /// The event pattern, as JSON.
    pub pattern: serde_json::Value,
    /// API calls it is there for; empty if nobody said.
    pub covers: Vec<String>,
}

/// A policy of AWS Network Firewall.
#[derive(Debug, Clone)]
pub struct FirewallPolicy {
    pub name: String,
    /// `STATEFUL` rules in strict order, instead of by action.
    pub strict_order: bool,
    /// Such as `aws:drop_established`.
    pub stateful_default_actions: Vec<String>,
    pub allow_lists: Vec<AllowList>,
}

/// A rule group that lets listed domains through.
#[derive(Debug, Clone)]
pub struct AllowList {
    pub name: String,
    pub domains: Vec<String>,
}

/// A security group and what it lets in.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    pub name: String,
    /// Address range of its VPC, if known.
    pub vpc_cidr: Option<String>,
    pub ingress: Vec<IngressRule>,
}

/// One rule for incoming traffic.
#[derive(Debug, Clone)]
pub struct IngressRule {
    /// As a report should name it.
    pub name: String,
    /// `-1` means all protocols.
    pub protocol: String,
    /// First and last port; `None` means all.
    pub ports: Option<(u16, u16)>,
    pub peers: Vec<Peer>,
}

/// Who a rule lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    Cidr(String),
    /// A group, by id or name; possibly the group itself.
    Group(String),
}

impl Bundle {
    /// A bundle of one document, given as text.
    pub fn of(name: &str, place: Place, text: &str) -> Self {
        Self::default().with(name, place, text)
    }

    /// The same bundle with one more document, given as text.
    #[must_use]
    pub fn with(mut self, name: &str, place: Place, text: &str) -> Self {
        self.documents.push(Placed {
            name: name.to_owned(),
            place,
            document: Document::parse(text),
        });
        self
    }

    /// Adds what another bundle has.
    pub fn extend(&mut self, other: Self) {
        self.documents.extend(other.documents);
        self.event_rules.extend(other.event_rules);
        self.firewall_policies.extend(other.firewall_policies);
        self.security_groups.extend(other.security_groups);
        self.skipped.extend(other.skipped);
    }
}

impl Place {
    /// An identity policy of nobody in particular.
    pub fn identity() -> Self {
        Self::Identity { of: None }
    }

    /// Where a document that nobody placed is probably attached: without
    /// principals, to an identity; with them, to what its actions are about.
    pub fn guess(document: &Document) -> Self {
        let mut statements = document.statements.iter();
        if statements.all(|statement| statement.principals.is_none()) {
            return Self::identity();
        }
        let mut patterns = document
            .statements
            .iter()
            .filter_map(|statement| match &statement.actions {
                Actions::Action(patterns) => Some(patterns),
                Actions::NotAction(_) => None,
            })
            .flatten();
        let mut services = patterns
            .by_ref()
            .filter_map(|pattern| pattern.split_once(':'))
            .map(|(prefix, _)| prefix.to_ascii_lowercase());
        let first = services.next();
        let same = services.all(|service| Some(service) == first);
        match first.as_deref() {
            Some("sts") if same => Self::Trust { role: None },
            Some("s3") if same => Self::Bucket { name: None },
            Some("kms") if same => Self::Key { name: None },
            _ => Self::Resource,
        }
    }

    /// Whether the document is a caller's own: it has no principals.
    pub(super) fn is_of_caller(&self) -> bool {
        matches!(
            self,
            Self::Identity { .. } | Self::Boundary { .. } | Self::Session | Self::ServiceControl
        )
    }

    /// Whether an Allow in the document grants something by itself, to whom it names.
    pub(super) fn grants_to_principals(&self) -> bool {
        matches!(
            self,
            Self::Bucket { .. } | Self::Key { .. } | Self::Resource | Self::Trust { .. }
        )
    }
}
