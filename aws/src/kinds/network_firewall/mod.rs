//! AWS Network Firewall: rule groups, the policy that orders them, the firewall with its endpoints, and its logs.
//!
//! Every change carries the update token that the object's last description came with, so that a change that somebody
//! else made in between is not overwritten: AWS refuses the token, and the engine reads again.

mod common;
mod firewall;
mod logging;
mod policy;
mod rule_group;

use crate::calls::Operation;

pub use firewall::{Firewall, FirewallDesired, FirewallEndpoint, FirewallObserved};
pub use logging::{
    FirewallLogging, FirewallLoggingDesired, FirewallLoggingObserved, LogDestination,
    LogDestinationObserved,
};
pub use policy::{FirewallPolicy, FirewallPolicyDesired, FirewallPolicyObserved, Stateless};
pub use rule_group::{
    DomainList, FirewallRuleGroup, FirewallRuleGroupDesired, FirewallRuleGroupObserved,
    FirewallRules,
};

/// Every call about a firewall.
pub(super) const FIREWALL_CALLS: &[&[Operation]] = firewall::CALLS;
/// Every call about a firewall's logs.
pub(super) const LOGGING_CALLS: &[&[Operation]] = logging::CALLS;
/// Every call about a firewall's policy.
pub(super) const POLICY_CALLS: &[&[Operation]] = policy::CALLS;
/// Every call about a rule group.
pub(super) const RULE_GROUP_CALLS: &[&[Operation]] = rule_group::CALLS;
/// Every call that changes tags.
pub(super) const TAG_CALLS: &[&[Operation]] = common::CALLS;
