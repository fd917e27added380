//! From files to a bundle: a policy, a bundle file, or what `terraform show -json` prints.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::bundle::{
    AllowList, Bundle, EndpointType, EventRule, FirewallPolicy, IngressRule, Peer, Place, Placed,
    SecurityGroup,
};
use super::terraform;
use crate::{Document, PolicyError, Position};

/// A file that cannot be linted, where it stops making sense, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FileError {
    pub file: String,
    pub position: Option<Position>,
    /// One sentence, with the way out.
    pub problem: String,
}

/// Documents and what stands beside them, as a file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BundleFile<'a> {
    /// Policies, with the place each is attached to.
    #[serde(borrow)]
    documents: Vec<DocumentEntry<'a>>,
    /// `EventBridge` rules that are there to notice something.
    event_rules: Vec<EventRuleEntry>,
    /// Policies of AWS Network Firewall.
    firewall_policies: Vec<FirewallEntry>,
    security_groups: Vec<GroupEntry>,
}

/// Where a policy is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceName {
    /// A user, group or role.
    Identity,
    /// The permissions boundary of a user or role.
    Boundary,
    /// Passed when a session is made.
    Session,
    /// Who may assume a role.
    Trust,
    ServiceControl,
    ResourceControl,
    Bucket,
    Key,
    VpcEndpoint,
    /// Another resource, such as a queue.
    Resource,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DocumentEntry<'a> {
    /// How findings name the document.
    name: String,
    /// Absent: guessed from the document.
    place: Option<PlaceName>,
    /// The role, user, bucket, key or endpoint id it is attached to: documents of one role are seen together.
    of: Option<String>,
    /// Of an endpoint: prefix of its service's actions, such as `s3`.
    service: Option<String>,
    /// Of an endpoint.
    endpoint_type: Option<EndpointTypeName>,
    /// The policy, as an object or as JSON text.
    #[serde(borrow)]
    #[schemars(with = "Value")]
    document: &'a RawValue,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum EndpointTypeName {
    Gateway,
    Interface,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EventRuleEntry {
    name: String,
    /// The event pattern, as an object.
    pattern: Value,
    /// API calls that the rule is there for, such as `CreateTrainingJob`.
    #[serde(default)]
    covers: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FirewallEntry {
    name: String,
    /// `STRICT_ORDER`, or AWS's default.
    #[serde(default)]
    rule_order: RuleOrder,
    /// Such as `aws:drop_established`.
    #[serde(default)]
    stateful_default_actions: Vec<String>,
    #[serde(default)]
    allow_lists: Vec<AllowListEntry>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
enum RuleOrder {
    #[default]
    #[serde(rename = "DEFAULT_ACTION_ORDER")]
    ByAction,
    #[serde(rename = "STRICT_ORDER")]
    Strict,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AllowListEntry {
    name: String,
    #[serde(default)]
    domains: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    name: String,
    vpc_cidr: Option<String>,
    ingress: Vec<IngressEntry>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct IngressEntry {
    /// `-1` means all.
    protocol: String,
    from_port: Option<u16>,
    to_port: Option<u16>,
    #[serde(default)]
    cidrs: Vec<String>,
    /// Groups whose members are let in.
    #[serde(default)]
    groups: Vec<String>,
}

/// Reads a file, whichever of the three it is.
///
/// `name` is how findings and errors name it. A policy is taken to be attached
/// at `place`, or where its contents suggest. A policy that is malformed is
/// read: that is a finding.
pub fn read_file(name: &str, text: &str, place: Option<PlaceName>) -> Result<Bundle, FileError> {
    let fields: BTreeMap<String, &RawValue> = match serde_json::from_str(text) {
        Ok(fields) => fields,
        Err(_) if text.contains("\"Statement\"") => return Ok(policy(name, text, place)),
        Err(error) if error.is_data() => return Err(FileError::unknown(name, NONE_OF_THREE)),
        Err(error) => return Err(FileError::of(name, &error)),
    };
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    if has(&["Statement"]) {
        return Ok(policy(name, text, place));
    }
    if has(&[
        "documents",
        "event_rules",
        "firewall_policies",
        "security_groups",
    ]) {
        let file: BundleFile<'_> =
            serde_json::from_str(text).map_err(|error| FileError::of(name, &error))?;
        return Ok(file.bundle(text));
    }
    if has(&["planned_values", "values", "format_version"]) {
        let shown = serde_json::from_str(text).map_err(|error| FileError::of(name, &error))?;
        return Ok(terraform::bundle(&shown));
    }
    let problem = if has(&["lineage", "terraform_version"]) {
        "this is Terraform's own state file; lint what `terraform show -json` prints"
    } else {
        NONE_OF_THREE
    };
    Err(FileError::unknown(name, problem))
}

const NONE_OF_THREE: &str = "this is no policy (`Statement`), no bundle (`documents`) and no output of `terraform show -json` (`values`, `planned_values`)";

fn policy(name: &str, text: &str, place: Option<PlaceName>) -> Bundle {
    let document = Document::parse(text);
    let place = place_of(place, None, None, None, document.as_ref().ok());
    let placed = Placed {
        name: name.to_owned(),
        place,
        document,
    };
    Bundle {
        documents: vec![placed],
        ..Bundle::default()
    }
}

impl BundleFile<'_> {
    fn bundle(self, text: &str) -> Bundle {
        Bundle {
            documents: self
                .documents
                .into_iter()
                .map(|entry| entry.placed(text))
                .collect(),
            event_rules: self.event_rules.into_iter().map(EventRule::from).collect(),
            firewall_policies: self
                .firewall_policies
                .into_iter()
                .map(FirewallPolicy::from)
                .collect(),
            security_groups: self
                .security_groups
                .into_iter()
                .map(SecurityGroup::from)
                .collect(),
            skipped: Vec::new(),
        }
    }
}

impl DocumentEntry<'_> {
    fn placed(self, text: &str) -> Placed {
        let raw = self.document.get();
        let document = match serde_json::from_str::<String>(raw) {
            Ok(inner) => Document::parse(&inner),
            Err(_) => Document::parse(raw).map_err(|error| moved(error, text, raw)),
        };
        let endpoint_type = self.endpoint_type.map(EndpointType::from);
        let place = place_of(
            self.place,
            self.of,
            self.service,
            endpoint_type,
            document.as_ref().ok(),
        );
        Placed {
            name: self.name,
            place,
            document,
        }
    }
}

/// The same error with its position in the whole text, of which `part` is a slice.
fn moved(error: PolicyError, text: &str, part: &str) -> PolicyError {
    let PolicyError::Malformed { mut place, problem } = error else {
        return error;
    };
    let start = Position::of(text, part.as_ptr().addr() - text.as_ptr().addr());
    place.position = place.position.map(|position| match position.line {
        1 => Position {
            line: start.line,
            column: start.column + position.column - 1,
        },
        line => Position {
            line: start.line + line - 1,
            ..position
        },
    });
    PolicyError::Malformed { place, problem }
}

fn place_of(
    place: Option<PlaceName>,
    of: Option<String>,
    service: Option<String>,
    endpoint_type: Option<EndpointType>,
    document: Option<&Document>,
) -> Place {
    let Some(place) = place else {
        return match (document.map(Place::guess), of) {
            (None, _) => Place::identity(),
            (Some(Place::Identity { .. }), of) => Place::Identity { of },
            (Some(Place::Trust { .. }), role) => Place::Trust { role },
            (Some(guessed), _) => guessed,
        };
    };
    match place {
        PlaceName::Identity => Place::Identity { of },
        PlaceName::Boundary => Place::Boundary { of },
        PlaceName::Session => Place::Session,
        PlaceName::Trust => Place::Trust { role: of },
        PlaceName::ServiceControl => Place::ServiceControl,
        PlaceName::ResourceControl => Place::ResourceControl,
        PlaceName::Bucket => Place::Bucket { name: of },
        PlaceName::Key => Place::Key { name: of },
        PlaceName::VpcEndpoint => Place::VpcEndpoint {
            id: of,
            service,
            endpoint_type,
        },
        PlaceName::Resource => Place::Resource,
    }
}

impl From<EndpointTypeName> for EndpointType {
    fn from(name: EndpointTypeName) -> Self {
        match name {
            EndpointTypeName::Gateway => Self::Gateway,
            EndpointTypeName::Interface => Self::Interface,
        }
    }
}

impl From<EventRuleEntry> for EventRule {
    fn from(entry: EventRuleEntry) -> Self {
        Self {
            name: entry.name,
            pattern: entry.pattern,
            covers: entry.covers,
        }
    }
}

impl From<FirewallEntry> for FirewallPolicy {
    fn from(entry: FirewallEntry) -> Self {
        let lists = entry.allow_lists.into_iter();
        Self {
            name: entry.name,
            strict_order: entry.rule_order == RuleOrder::Strict,
            stateful_default_actions: entry.stateful_default_actions,
            allow_lists: lists
                .map(|list| AllowList {
                    name: list.name,
                    domains: list.domains,
                })
                .collect(),
        }
    }
}

impl From<GroupEntry> for SecurityGroup {
    fn from(entry: GroupEntry) -> Self {
        let rules = entry.ingress.into_iter().enumerate();
        Self {
            name: entry.name,
            vpc_cidr: entry.vpc_cidr,
            ingress: rules
                .map(|(index, rule)| IngressRule {
                    name: format!("ingress[{index}]"),
                    protocol: rule.protocol,
                    ports: rule.from_port.zip(rule.to_port),
                    peers: rule
                        .cidrs
                        .into_iter()
                        .map(Peer::Cidr)
                        .chain(rule.groups.into_iter().map(Peer::Group))
                        .collect(),
                })
                .collect(),
        }
    }
}

impl FileError {
    fn unknown(file: &str, problem: &str) -> Self {
        Self {
            file: file.to_owned(),
            position: Some(Position { line: 1, column: 1 }),
            problem: problem.to_owned(),
        }
    }

    fn of(file: &str, error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let reason = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(reason, _)| reason);
        Self {
            file: file.to_owned(),
            position: Some(Position {
                line: error.line(),
                column: error.column(),
            }),
            problem: reason.to_owned(),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ", line {line}, column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}
