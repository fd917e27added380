//! AWS Network Firewall: rule groups, the policy that orders them, the firewall with its endpoints, and its logs.
//!
//! Every change carries the update token that the object's last description came with, so that a change that somebody
//! else made in between is not overwritten: AWS refuses the token, and the engine reads again.

mod common;
mod firewall;
mod logging;
mod policy;
mod rule_group;

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
