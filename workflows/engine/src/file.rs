//! The workflow file: these structs are the YAML format, its JSON Schema and its docs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use cloister_policy::access::Layer;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::length::Length;

/// A cloister workflow: ordered steps, each with a check that evidence decides.
///
/// `${inputs.NAME}` stands for an input in ids, patterns, questions, hints and
/// remedies; `$${` is a literal `${`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowFile {
    /// Short name, in lower-case letters, digits and `-`.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// One line that says what the workflow shows.
    pub title: String,
    /// What it is about and what it needs, for the person who runs it.
    #[serde(default)]
    pub description: String,
    /// Values that differ from account to account.
    #[serde(default)]
    pub inputs: BTreeMap<String, InputDeclaration>,
    /// What is checked, in order; at least one step.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// An input: required, unless it has a default.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputDeclaration {
    /// What to give, and where to find it.
    pub description: String,
    /// One text, or a list of texts.
    #[serde(default, rename = "type")]
    pub form: InputForm,
    /// Used when the input is not given.
    pub default: Option<InputValue>,
    /// Regular expression that the whole value (each element of a list) must match.
    pub pattern: Option<String>,
}

/// The form of an input's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputForm {
    /// One text.
    #[default]
    Text,
    /// Several texts; in a pattern they take the place of the template, as alternatives.
    List,
}

/// The value of an input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "text or a list of texts")]
pub enum InputValue {
    Text(String),
    List(Vec<String>),
}

/// One step: a check, what it is worth, and what helps when it does not pass.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name of the step, unique in the file: lower-case letters, digits and `-`.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// One line that says what holds when the step passes.
    pub title: String,
    /// What a pass is worth.
    #[serde(default = "one_point")]
    pub points: u32,
    /// Steps that must pass first.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What decides.
    pub check: Check,
    /// Shown while the step has not passed: how to get there.
    pub hint: Option<String>,
    /// Shown when the step failed: how to put it right.
    pub remedy: Option<String>,
}

/// How a step is decided.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// An AWS object, as observed now, matches a pattern.
    Live(LiveCheck),
    /// CloudTrail records match a pattern.
    #[serde(rename = "cloudtrail")]
    CloudTrail(CloudTrailCheck),
    /// Records of VPC flow logs match a pattern.
    FlowLogs(FlowLogsCheck),
    /// Policies, as they stand now, allow or deny a request.
    Access(AccessCheck),
    /// A person attests; never counted as a pass by the machine.
    Manual(ManualCheck),
}

/// An AWS object, as observed now, matches a pattern.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveCheck {
    /// What to observe, such as `s3:bucket`.
    pub kind: String,
    /// Which one, such as the bucket's name.
    pub id: String,
    /// What the observed object must match.
    pub pattern: PatternSource,
    /// What it must not match: the way to say that a list holds nothing else.
    pub without: Option<PatternSource>,
}

/// CloudTrail records match a pattern: at least, at most, or none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudTrailCheck {
    /// What a record must match to count.
    pub pattern: PatternSource,
    /// How many records: `at_least: N` (default 1), `at_most: N`, or `none`.
    #[serde(default)]
    pub expect: Expect,
    /// How far back to look from now; with `after`, how long after that step's record.
    pub within: Option<Length>,
    /// Only records not older than the first record of this step count.
    pub after: Option<String>,
    /// Only records by the principal of the first record of this step count. Where records are
    /// expected, one by anybody else fails the step.
    pub same_principal_as: Option<String>,
    /// For `at_most` and `none` over data events: a step whose record shows that such events are
    /// recorded at all. Without it, their absence proves nothing.
    pub witness: Option<String>,
}

/// Records of VPC flow logs match a pattern: at least, at most, or none.
///
/// The pattern names fields as AWS does (`interface-id`, `dstport`); numbers are matched as
/// numbers, and a field that is `-` is absent. A record counts if its time, from `start` to `end`,
/// touches the window. `ACCEPT` says that security groups and network ACLs let packets pass, not
/// that anybody answered: `answered` asks for that.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowLogsCheck {
    /// VPC whose flow logs are read where they deliver to. Those of subnets and network interfaces
    /// count as well where the pattern names these. Without it and `flow_log_id`, only files count
    /// that are given.
    pub vpc_id: Option<String>,
    /// The one flow log to read, in place of those of a VPC.
    pub flow_log_id: Option<String>,
    /// What a record must match to count.
    pub pattern: PatternSource,
    /// Whether packets must have come back on the same interface, with addresses and ports the
    /// other way round: `true`, `false`, or `any`. `false` is proven only by a flow log of all
    /// traffic.
    #[serde(default)]
    pub answered: Answered,
    /// What a record must match to count as an answer. A firewall that filters by name lets the
    /// handshake pass, so that an answer of more than two packets may be wanted.
    pub answer: Option<PatternSource>,
    /// How many records: `at_least: N` (default 1), `at_most: N`, or `none`.
    #[serde(default)]
    pub expect: Expect,
    /// How far back to look from now; with `after`, how long after that step's record.
    pub within: Option<Length>,
    /// Only records not older than the first record of this step count.
    pub after: Option<String>,
    /// Only records of the interface of the first record of this step count. Where records are
    /// expected, one of any other interface fails the step.
    pub same_interface_as: Option<String>,
}

/// Whether a flow must have been answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answered {
    Yes,
    No,
    #[default]
    Any,
}

/// How many records are expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// This many or more.
    AtLeast(u32),
    /// This many or fewer; proven only by a source that is complete for the window.
    AtMost(u32),
    /// Not one; proven only by a source that is complete for the window.
    None,
}

/// Policies, as they stand now, allow or deny a request: identity policies, permissions boundary,
/// VPC endpoint policy, and the policy of a bucket, a key or a role. Nothing is called but what
/// reads them. What they come to is decided as AWS documents it; a layer that cannot be read makes
/// an expected allow `unavailable`, while a denial by what was read stands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessCheck {
    /// Who asks: the ARN of a role, of a user, or of a role's session.
    pub principal: String,
    /// What is asked for, such as `s3:GetObject`; each action of a list is asked on each resource.
    pub action: OneOrMany,
    /// ARN of one thing, without wildcards, or `*` for an action that knows no resource.
    pub resource: OneOrMany,
    /// Account that owns the resource, where its ARN does not tell and it is not the account that
    /// is looked at.
    #[schemars(regex(pattern = "^([0-9]{12}|.*[$][{]inputs[.].*)$"))]
    pub resource_account: Option<String>,
    /// Id of the VPC endpoint that the request comes through; its policy must allow as well.
    /// `aws:SourceVpce` and `aws:SourceVpc` follow from it.
    pub endpoint: Option<String>,
    /// Other condition keys of the request: a value, a list of values, or null for a key that is
    /// absent although AWS usually sends it. Tags of the principal and of a key are filled in.
    #[serde(default)]
    pub context: ContextSource,
    /// What the policies must come to.
    pub expect: ExpectedAccess,
    /// Which layer must decide: the one that allows; the one that denies, or in which an allow is
    /// missing.
    pub layer: Option<Layer>,
    /// What cannot be read is taken not to be there, on the word of whoever writes this.
    #[serde(default)]
    pub assume_none: Vec<Unreadable>,
}

/// One text or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "text or a list of texts")]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// What policies must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedAccess {
    Allow,
    Deny,
}

/// What may bear on a request and cannot be read from the account.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Service control policies: they belong to the organization.
    ServiceControl,
    /// Resource control policies: they belong to the organization.
    ResourceControl,
    /// The policy of a resource that is no bucket, object, key or role.
    Resource,
    /// A session policy: AWS shows none. Only asked about where the principal is one session.
    Session,
    /// The grants of a KMS key, which allow beside all policies.
    Grants,
}

impl Unreadable {
    /// What it is called in a sentence.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Unreadable::ServiceControl => "service control policies",
            Unreadable::ResourceControl => "resource control policies",
            Unreadable::Resource => "a policy of the resource",
            Unreadable::Session => "a session policy",
            Unreadable::Grants => "grants of the key",
        }
    }
}

/// Condition keys with their values, as written: not yet resolved nor checked.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct ContextSource(pub serde_json::Map<String, serde_json::Value>);

/// A person attests; never counted as a pass by the machine.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualCheck {
    /// What the person is asked.
    pub question: String,
}

/// An EventBridge event pattern, as written: not yet resolved nor compiled.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct PatternSource(pub serde_json::Value);

impl Default for Expect {
    fn default() -> Self {
        Expect::AtLeast(1)
    }
}

impl<'de> Deserialize<'de> for Answered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnsweredVisitor)
    }
}

struct AnsweredVisitor;

impl de::Visitor<'_> for AnsweredVisitor {
    type Value = Answered;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("`true`, `false` or `any`")
    }

    fn visit_bool<E: de::Error>(self, answered: bool) -> Result<Answered, E> {
        Ok(if answered {
            Answered::Yes
        } else {
            Answered::No
        })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Answered, E> {
        match text {
            "any" => Ok(Answered::Any),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }
}

impl JsonSchema for Answered {
    fn schema_name() -> Cow<'static, str> {
        "Answered".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "enum": [true, false, "any"],
            "description": "Whether a flow must have been answered."
        })
    }
}

impl JsonSchema for PatternSource {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "An EventBridge event pattern: a mapping of field names to lists of \
                alternatives, nested as the record is. \
                https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html",
            "minProperties": 1
        })
    }
}

impl JsonSchema for ContextSource {
    fn schema_name() -> Cow<'static, str> {
        "Context".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let value = ["string", "number", "boolean"];
        json_schema!({
            "type": "object",
            "description": "Condition keys with their values, such as `aws:SourceIp: 203.0.113.7`. \
                https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
            "additionalProperties": {
                "anyOf": [
                    {"type": value},
                    {"type": "array", "items": {"type": value}, "minItems": 1},
                    {"type": "null"}
                ]
            }
        })
    }
}

/// The JSON Schema of a workflow file, for editors and `cloister schema workflow`.
pub fn workflow_schema() -> Schema {
    schemars::schema_for!(WorkflowFile)
}

fn one_point() -> u32 {
    1
}
