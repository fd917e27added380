//! What happens at a call.

use std::fmt;

use serde_json::{Value, json};

use super::point::CallName;

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The provider is killed before the call takes effect.
    KillBefore,
    /// The provider is killed when the call took effect, before the answer.
    KillAfter,
    /// `terraform` alone is killed, and the call goes on.
    KillTerraform,
    /// The connection is reset when the call took effect.
    Lost,
    /// The call is refused, as one of too many.
    Throttle,
    /// The service fails, and nothing happened.
    Error,
    /// The connection is reset before the call takes effect.
    Cut,
    /// The read does not see the latest write.
    Stale,
}

/// All of them.
pub(super) const FAULTS: [Fault; 8] = [
    Fault::KillBefore,
    Fault::KillAfter,
    Fault::KillTerraform,
    Fault::Lost,
    Fault::Throttle,
    Fault::Error,
    Fault::Cut,
    Fault::Stale,
];

/// Which process a fault kills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    Provider,
    Terraform,
}

impl Fault {
    /// Whether it differs from every other fault at such a call: a read has no effect to lose, and only what can be
    /// written before can be stale.
    pub(super) fn bears_on(self, call: &CallName) -> bool {
        match self {
            Self::KillAfter | Self::Lost => !call.is_read(),
            Self::Stale => call.is_read() && !call.operation.starts_with("sts:"),
            _ => true,
        }
    }

    /// The process that it kills, if it kills one.
    pub(super) fn victim(self) -> Option<Victim> {
        match self {
            Self::KillBefore | Self::KillAfter => Some(Victim::Provider),
            Self::KillTerraform => Some(Victim::Terraform),
            _ => None,
        }
    }

    /// The sandbox's rule for one call of an operation.
    pub(super) fn rule(self, operation: &str, occurrence: usize) -> Value {
        let mut rule = json!({"operation": operation, "skip": occurrence - 1, "count": 1});
        rule["fault"] = json!(self.kind());
        if self.victim().is_some() {
            let is_after = self == Self::KillAfter;
            rule["when"] = json!(if is_after { "after" } else { "before" });
        }
        rule
    }

    fn kind(self) -> &'static str {
        match self {
            Self::KillBefore | Self::KillAfter | Self::KillTerraform => "hold",
            Self::Lost => "lost",
            Self::Throttle => "throttle",
            Self::Error => "error",
            Self::Cut => "cut",
            Self::Stale => "stale",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KillBefore => "kill-before",
            Self::KillAfter => "kill-after",
            Self::KillTerraform => "kill-terraform",
            other => other.kind(),
        })
    }
}
