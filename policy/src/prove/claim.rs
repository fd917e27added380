//! What is claimed of policies, and what became of the claim.

use std::fmt;

use crate::Conditions;
use crate::access::{Caller, Decision, Layer, Outcome, Policies, Request};

/// For every caller, action, resource and context in question, the policies
/// give the expected answer.
///
/// What the policies cannot know, such as the identity policies of a caller in
/// another account, belongs into `policies` as what would be worst: a document
/// that allows everything, where the claim is that something is refused.
#[derive(Debug, Clone)]
pub struct Claim {
    pub policies: Policies,
    pub callers: Callers,
    /// Names without wildcards; see [`crate::actions`] for those of a service.
    pub actions: Vec<String>,
    /// ARNs; what `*` and `?` in them stand for is tried out as far as the
    /// policies can tell it apart.
    pub resources: Vec<String>,
    /// The account that owns the resources.
    pub resource_account: String,
    /// Only requests for which these hold are in question.
    pub given: Conditions,
    pub expected: Expected,
}

/// Whose requests are in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callers {
    /// Everybody: users, roles and root users of every account, services, and who signs nothing.
    Anyone,
    /// Who goes by one of these ARNs, `*` and `?` allowed: of users, roles, role sessions, root users.
    Named(Vec<String>),
}

/// The answer that is claimed.
#[derive(Debug, Clone)]
pub enum Expected {
    /// A statement denies; nobody can lift that by allowing more elsewhere.
    ExplicitDeny,
    Allowed,
    NotAllowed,
    /// Not allowed where these policies do not allow it either.
    NoMoreThan(Box<Policies>),
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It holds for every request in question: so many kinds of requests are all that there are.
    Proven { requests: usize },
    /// It does not hold for this request.
    Refuted(Box<Counterexample>),
    /// The policies tell too much apart, or nothing is in question at all.
    Undecided(Undecided),
}

/// Why a claim is neither proven nor refuted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    #[error("the policies tell more than {limit} kinds of requests apart")]
    TooMany { limit: usize },
    #[error("the values of `{key}` cannot all be tried: {why}")]
    Key { key: String, why: &'static str },
    #[error("no request is in question")]
    NoRequest,
}

/// A request for which a claim does not hold, and what it comes to instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    pub request: Request,
    /// The condition keys as the policies spell them.
    pub context: Vec<(String, Vec<String>)>,
    pub outcome: Outcome,
    pub layer: Layer,
    /// What decided; `None` where a statement is missing.
    pub by: Option<Culprit>,
}

/// The statement that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    pub document: String,
    /// Counted from 0.
    pub statement: usize,
    pub sid: Option<String>,
}

impl Proof {
    /// Whether the claim holds.
    pub fn is_proven(&self) -> bool {
        matches!(self, Self::Proven { .. })
    }

    /// The request for which it does not hold, if one was found.
    pub fn counterexample(&self) -> Option<&Counterexample> {
        match self {
            Self::Refuted(found) => Some(found),
            Self::Proven { .. } | Self::Undecided(_) => None,
        }
    }
}

impl Counterexample {
    pub(super) fn new(
        request: Request,
        context: Vec<(String, Vec<String>)>,
        decision: &Decision<'_>,
    ) -> Self {
        Self {
            context,
            outcome: decision.outcome,
            layer: decision.layer,
            by: decision.by.map(|by| Culprit {
                document: by.document.to_owned(),
                statement: by.statement,
                sid: by.sid.map(str::to_owned),
            }),
            request,
        }
    }
}

/// One line each for principal, action, resource and context, then the answer.
impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "principal: {}", CallerText(&self.request.caller))?;
        writeln!(f, "action:    {}", self.request.action)?;
        writeln!(f, "resource:  {}", self.request.resource)?;
        write_context(f, &self.context)?;
        match self.outcome {
            Outcome::Allowed => f.write_str("answer:    allowed")?,
            Outcome::ExplicitDeny => f.write_str("answer:    explicitly denied")?,
            Outcome::ImplicitDeny => f.write_str("answer:    not allowed")?,
            Outcome::Undecided => f.write_str("answer:    undecided")?,
        }
        match &self.by {
            Some(by) => write!(f, " by {by}"),
            None => Ok(()),
        }
    }
}

fn write_context(f: &mut fmt::Formatter<'_>, context: &[(String, Vec<String>)]) -> fmt::Result {
    let mut label = "context:  ";
    for (key, values) in context {
        match values.as_slice() {
            [one] => writeln!(f, "{label} {key} = {one}")?,
            many => writeln!(f, "{label} {key} = [{}]", many.join(", "))?,
        }
        label = "          ";
    }
    Ok(())
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(f, "statement `{sid}` of {}", self.document),
            None => write!(f, "statement {} of {}", self.statement + 1, self.document),
        }
    }
}

/// A caller as people name it.
struct CallerText<'a>(&'a Caller);

impl fmt::Display for CallerText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Caller::Anonymous => f.write_str("anybody, unsigned"),
            Caller::Root { account, partition } => {
                write!(f, "arn:{partition}:iam::{account}:root")
            }
            Caller::User(arn) => arn.fmt(f),
            Caller::Role { role, session } => session.as_ref().unwrap_or(role).fmt(f),
            Caller::Federated(name) | Caller::Service(name) => f.write_str(name),
        }
    }
}
