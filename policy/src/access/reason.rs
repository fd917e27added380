//! Why a request is allowed or denied, in one sentence, after AWS's own wording.

use std::fmt;

use crate::access::{Caller, DecidedBy, Decision, Outcome, Request};

impl Decision<'_> {
    /// The reason in one sentence, without a full stop.
    pub fn reason(&self, request: &Request) -> String {
        let kind = self.layer.policy_kind();
        let action = &request.action;
        match (self.outcome, self.by) {
            (Outcome::ExplicitDeny, Some(by)) => format!("explicit deny in the {kind} {by}"),
            (Outcome::ExplicitDeny, None) => format!("explicit deny in a {kind}"),
            (Outcome::ImplicitDeny, _) => format!("no {kind} allows `{action}`"),
            (Outcome::Undecided, _) => {
                format!("nothing that was read denies `{action}`, and the {kind} was not read")
            }
            (Outcome::Allowed, Some(by)) => format!("the {kind} {by} allows `{action}`"),
            (Outcome::Allowed, None) => match request.caller {
                Caller::Root { .. } => "the root user of the account needs no policy".to_owned(),
                _ => format!("the {kind} allows `{action}`"),
            },
        }
    }
}

/// `NAME, statement SID`, with the index where there is no Sid.
impl fmt::Display for DecidedBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, statement ", self.document)?;
        match self.sid {
            Some(sid) if !sid.is_empty() => write!(f, "`{sid}`"),
            _ => write!(f, "{}", self.statement),
        }
    }
}
