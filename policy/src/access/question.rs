//! A request with its policies as JSON: what `cloister access` reads.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::caller::is_account_id;
use crate::access::request::folded;
use crate::access::written::{ContextValue, QuestionPolicy};
use crate::access::{Attached, Caller, Context, Layer, Policies, Request};
use crate::{Arn, PolicyError};

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
    for (key, value) in given {
        context.set(&key, value.texts());
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
