//! A request with its policies as JSON: what `cloister access` reads.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::access::caller::is_account_id;
use crate::access::request::folded;
use crate::access::{Attached, Caller, Context, Layer, Policies, Request};
use crate::{Arn, Document, PolicyError};

/// One question: who asks for what, and the policies that apply.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Comes back with the answer, to tell answers apart.
    #[serde(default)]
    pub id: Option<String>,
    pub principal: QuestionPrincipal,
    /// Such as `s3:GetObject`.
    pub action: String,
    /// ARN, or `*` for actions without resources.
    pub resource: String,
    /// Account that owns the resource, where its ARN does not tell, as with S3. Absent: the
    /// account in the ARN, or else the caller's own.
    #[serde(default)]
    pub resource_account: Option<String>,
    /// Condition keys with their values. What AWS derives from principal and resource, such as
    /// `aws:PrincipalArn`, is filled in where it is not given here.
    #[serde(default)]
    pub context: BTreeMap<String, ContextValue>,
    #[serde(default)]
    pub policies: QuestionPolicies,
}

/// Who asks.
///
/// ARN of a user, role, role session or account root; account id (its root user);
/// `NAME.amazonaws.com` for a service; `anonymous`; or an object where one text does not tell
/// all, such as a session whose role has a path.
#[derive(Debug, Clone, JsonSchema)]
#[serde(untagged)]
pub enum QuestionPrincipal {
    Text(String),
    Named(NamedPrincipal),
}

/// A principal by its sort: exactly one of `role`, `user`, `service`, `federated` and `root`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPrincipal {
    /// ARN of a role, with its path.
    #[serde(default)]
    role: Option<String>,
    /// ARN of the role's session; absent: any session.
    #[serde(default)]
    session: Option<String>,
    /// ARN of an IAM user.
    #[serde(default)]
    user: Option<String>,
    /// Name of an AWS service, such as `s3.amazonaws.com`.
    #[serde(default)]
    service: Option<String>,
    /// ARN or host name of an identity provider.
    #[serde(default)]
    federated: Option<String>,
    /// Account id, for its root user.
    #[serde(default)]
    root: Option<String>,
}

/// The value of a condition key: a text, a boolean, a number, a list of these, or null for a key
/// that is absent although AWS usually sends it.
#[derive(Debug, Clone)]
pub struct ContextValue(Vec<String>);

/// The policies that apply, by the place each is attached to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuestionPolicies {
    /// Attached to the caller: managed, inline, and those of its groups.
    pub identity: Vec<QuestionPolicy>,
    /// The caller's permissions boundary.
    pub boundary: Option<QuestionPolicy>,
    /// Passed when the session was made.
    pub session: Vec<QuestionPolicy>,
    /// Service control policies by level, from the organisation's root down to the caller's
    /// account. Every level must allow.
    pub service_control: Vec<Vec<QuestionPolicy>>,
    /// Resource control policies by level, down to the account that owns the resource.
    pub resource_control: Vec<Vec<QuestionPolicy>>,
    /// Bucket policy, key policy, role trust policy and the like.
    pub resource: Option<QuestionPolicy>,
    /// Of the VPC endpoint that the request comes through.
    pub endpoint: Option<QuestionPolicy>,
    /// Layers that exist and are not known here.
    pub unread: BTreeSet<Layer>,
}

/// A policy document, as an object or as JSON text, under a name; or the object alone.
#[derive(Debug, Clone)]
pub struct QuestionPolicy {
    name: Option<String>,
    document: Box<RawValue>,
}

/// Why a question cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    #[error("this is no question: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(
        "`principal`: {reason}; write the ARN of a user, role, session or account root, an account \
         id, `NAME.amazonaws.com`, `anonymous`, or an object such as {{\"role\": ARN}}"
    )]
    Principal { reason: String },
    #[error("`action`: `{found}` is no action; write `SERVICE:Name`")]
    Action { found: String },
    #[error("`resource`: `{found}` is neither `*` nor an ARN with six parts")]
    Resource { found: String },
    #[error("`resource_account`: `{found}` is no account id; write its twelve digits")]
    ResourceAccount { found: String },
    #[error(
        "`context`: `{one}` and `{other}` are one key, since case makes no difference; keep one"
    )]
    SameKey { one: String, other: String },
    #[error("`{place}`: {source}")]
    Policy {
        place: String,
        #[source]
        source: PolicyError,
    },
    #[error("`{place}.document`: {reason}")]
    Document { place: String, reason: String },
}

impl Question {
    /// The request and the policies that are asked about.
    pub fn read(self) -> Result<(Request, Policies), QuestionError> {
        let caller = self.principal.read()?;
        if !is_action(&self.action) {
            return Err(QuestionError::Action { found: self.action });
        }
        if self.resource != "*" && Arn::parse(&self.resource).is_err() {
            return Err(QuestionError::Resource {
                found: self.resource,
            });
        }
        if let Some(found) = self.resource_account.as_ref()
            && !is_account_id(found)
        {
            let found = found.clone();
            return Err(QuestionError::ResourceAccount { found });
        }
        let request = Request {
            caller,
            action: self.action,
            resource: self.resource,
            resource_account: self.resource_account,
            context: context(self.context)?,
        };
        Ok((request, self.policies.read()?))
    }
}

impl QuestionPrincipal {
    fn read(&self) -> Result<Caller, QuestionError> {
        match self {
            Self::Text(text) => {
                Caller::parse(text).ok_or_else(|| refused(format!("`{text}` names no principal")))
            }
            Self::Named(named) => named.read(),
        }
    }
}

impl NamedPrincipal {
    fn read(&self) -> Result<Caller, QuestionError> {
        let (role, session) = (self.role.as_deref(), self.session.as_deref());
        let sorts = [
            role,
            self.user.as_deref(),
            self.service.as_deref(),
            self.federated.as_deref(),
            self.root.as_deref(),
        ];
        if sorts.iter().flatten().count() != 1 || (session.is_some() && role.is_none()) {
            return Err(refused(
                "it needs exactly one of `role`, `user`, `service`, `federated` and `root`, and \
                 `session` only beside `role`"
                    .to_owned(),
            ));
        }
        match sorts {
            [Some(role), ..] => role_caller(role, session),
            [_, Some(user), ..] => match Caller::parse(user) {
                Some(caller @ Caller::User(_)) => Ok(caller),
                _ => Err(refused(format!("`{user}` is no ARN of a user"))),
            },
            [_, _, Some(service), ..] => Ok(Caller::Service(service.to_owned())),
            [_, _, _, Some(provider), _] => Ok(Caller::Federated(provider.to_owned())),
            [.., root] => match root.and_then(Caller::parse) {
                Some(caller @ Caller::Root { .. }) => Ok(caller),
                _ => Err(refused(format!(
                    "`{}` is no account id",
                    root.unwrap_or_default()
                ))),
            },
        }
    }
}

fn role_caller(role: &str, session: Option<&str>) -> Result<Caller, QuestionError> {
    let Some(Caller::Role {
        role: arn,
        session: None,
    }) = Caller::parse(role)
    else {
        return Err(refused(format!("`{role}` is no ARN of a role")));
    };
    let session = session.map(|text| match Caller::parse(text) {
        Some(Caller::Role {
            role: of,
            session: Some(session),
        }) if is_same_role(&of, &arn) => Ok(session),
        _ => Err(refused(format!("`{text}` is no session of `{role}`"))),
    });
    Ok(Caller::Role {
        role: arn,
        session: session.transpose()?,
    })
}

/// The role in a session's ARN has lost its path.
fn is_same_role(of_session: &Arn, role: &Arn) -> bool {
    let name = |arn: &Arn| arn.resource.rsplit('/').next().map(str::to_owned);
    of_session.account == role.account
        && of_session.partition == role.partition
        && name(of_session) == name(role)
}

fn refused(reason: String) -> QuestionError {
    QuestionError::Principal { reason }
}

fn is_action(text: &str) -> bool {
    let known = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.split_once(':')
        .is_some_and(|(service, name)| known(service) && known(name))
}

fn context(given: BTreeMap<String, ContextValue>) -> Result<Context, QuestionError> {
    let mut context = Context::default();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (key, ContextValue(values)) in given {
        context.set(&key, values);
        if let Some(one) = seen.insert(folded(&key), key.clone()) {
            return Err(QuestionError::SameKey { one, other: key });
        }
    }
    Ok(context)
}

impl QuestionPolicies {
    fn read(self) -> Result<Policies, QuestionError> {
        Ok(Policies {
            identity: list("policies.identity", self.identity)?,
            boundary: one("policies.boundary", self.boundary)?,
            session: list("policies.session", self.session)?,
            service_control: levels("policies.service_control", self.service_control)?,
            resource_control: levels("policies.resource_control", self.resource_control)?,
            resource: one("policies.resource", self.resource)?,
            endpoint: one("policies.endpoint", self.endpoint)?,
            unread: self.unread,
        })
    }
}

fn levels(
    place: &str,
    levels: Vec<Vec<QuestionPolicy>>,
) -> Result<Vec<Vec<Attached>>, QuestionError> {
    let levels = levels.into_iter().enumerate();
    levels
        .map(|(index, level)| list(&format!("{place}[{index}]"), level))
        .collect()
}

fn list(place: &str, policies: Vec<QuestionPolicy>) -> Result<Vec<Attached>, QuestionError> {
    let policies = policies.into_iter().enumerate();
    policies
        .map(|(index, policy)| policy.read(format!("{place}[{index}]")))
        .collect()
}

fn one(place: &str, policy: Option<QuestionPolicy>) -> Result<Option<Attached>, QuestionError> {
    policy
        .map(|policy| policy.read(place.to_owned()))
        .transpose()
}

impl QuestionPolicy {
    /// `place` is also the name of a document that has none.
    fn read(self, place: String) -> Result<Attached, QuestionError> {
        let written = self.document.get();
        let text = if written.starts_with('"') {
            Cow::Owned(serde_json::from_str::<String>(written)?)
        } else {
            Cow::Borrowed(written)
        };
        match Document::parse(&text) {
            Ok(document) => Ok(Attached {
                name: self.name.unwrap_or(place),
                document,
            }),
            Err(source) => Err(QuestionError::Policy { place, source }),
        }
    }
}

impl<'de> Deserialize<'de> for QuestionPrincipal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Principal;
        impl<'de> Visitor<'de> for Principal {
            type Value = QuestionPrincipal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a principal, as a text or an object")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(QuestionPrincipal::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                NamedPrincipal::deserialize(MapAccessDeserializer::new(map))
                    .map(QuestionPrincipal::Named)
            }
        }
        deserializer.deserialize_any(Principal)
    }
}

/// A document under a name, as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenPolicy {
    /// Comes back in answers that this document decides.
    #[serde(default)]
    name: Option<String>,
    /// The policy, as an object or as JSON text.
    #[schemars(with = "PolicyObjectOrText")]
    document: Box<RawValue>,
}

/// For the schema alone: what stands in `document`.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "read by the schema generator only")]
enum PolicyObjectOrText {
    Object(serde_json::Map<String, serde_json::Value>),
    Text(String),
}

impl<'de> Deserialize<'de> for QuestionPolicy {
    /// The document is kept as text, so that its errors know line and column.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Its presence tells a bare document.
        #[derive(Deserialize)]
        struct Bare {
            #[serde(rename = "Statement")]
            statement: Option<serde::de::IgnoredAny>,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let bare: Bare = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        if bare.statement.is_some() {
            return Ok(Self {
                name: None,
                document: raw,
            });
        }
        let written: WrittenPolicy = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Ok(Self {
            name: written.name,
            document: written.document,
        })
    }
}

impl JsonSchema for QuestionPolicy {
    fn schema_name() -> Cow<'static, str> {
        "Policy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let written = generator.subschema_for::<WrittenPolicy>();
        json_schema!({
            "description": "A policy document under a name, or the document's object alone.",
            "anyOf": [written, {"type": "object", "required": ["Statement"]}],
        })
    }
}

impl<'de> Deserialize<'de> for ContextValue {
    /// Numbers keep their text, which a float would round.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let written = raw.get();
        let values = match written.as_bytes().first() {
            Some(b'n') => Vec::new(),
            Some(b'[') => {
                let items: Vec<Box<RawValue>> =
                    serde_json::from_str(written).map_err(D::Error::custom)?;
                let values = items.iter().map(|item| scalar(item.get()));
                values.collect::<Result<_, _>>().map_err(D::Error::custom)?
            }
            _ => vec![scalar(written).map_err(D::Error::custom)?],
        };
        Ok(Self(values))
    }
}

fn scalar(written: &str) -> Result<String, String> {
    match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str(written).map_err(|error| error.to_string()),
        Some(b'{' | b'[' | b'n') | None => Err(format!(
            "a condition key has texts, booleans and numbers, not `{written}`"
        )),
        Some(_) => Ok(written.to_owned()),
    }
}

impl JsonSchema for ContextValue {
    fn schema_name() -> Cow<'static, str> {
        "ContextValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value of a condition key: a text, a boolean, a number, a list of these, or null for a key that is absent although AWS usually sends it.",
            "type": ["string", "boolean", "number", "array", "null"],
            "items": {"type": ["string", "boolean", "number"]},
        })
    }
}
