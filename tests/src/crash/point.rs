//! One call of one run, and one fault.

use std::fmt;

use serde_json::Value;

use super::{fault::Fault, scenario::Scenario};
use crate::rig::writes;

/// A call of a run: the operation, and which of its calls. Calls run at the same time, so that which object the third
/// `ec2:CreateSubnet` is about may differ between runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallName {
    /// Such as `ec2:CreateSubnet`, with the prefix that IAM uses.
    pub operation: String,
    /// The first is 1.
    pub occurrence: usize,
}

impl CallName {
    /// Whether it only looks.
    pub fn is_read(&self) -> bool {
        !writes(&self.operation)
    }
}

impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.operation, self.occurrence)
    }
}

/// One fault at one call of one scenario.
#[derive(Debug, Clone)]
pub struct Point {
    /// The command during which it happens.
    pub scenario: Scenario,
    /// The call that is hit.
    pub call: CallName,
    /// What happens to it.
    pub fault: Fault,
}

impl Point {
    /// The sandbox's rule for it.
    pub(super) fn rule(&self) -> Value {
        self.fault.rule(&self.call.operation, self.call.occurrence)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.scenario, self.call, self.fault)
    }
}
