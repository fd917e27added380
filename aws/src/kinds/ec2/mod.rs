//! What the kinds of EC2 share: tags, filters, looking for one object, rules of security groups, network interfaces in
//! the way.

mod groups;
mod interfaces;
mod rule_changes;
mod rules;
mod search;
mod tags;
mod unsuccessful;

use crate::calls::Operation;

pub(crate) use groups::{
    DESCRIBE_GROUPS, delete_group, describe_group, describe_groups, revoke_references,
};
pub(crate) use interfaces::{delete_forgotten, describe_interfaces, interface_id, interface_words};
pub(crate) use rule_changes::{put_rules, revoke_rules};
pub use rules::{GroupRules, Rule, RuleObserved};
pub(crate) use search::{filter, find_tagged, read_by_id, within};
pub(crate) use tags::{put_tags, tag_specifications, tags_of};
pub(crate) use unsuccessful::judge_unsuccessful;

/// Every call that looks for a security group or removes one.
pub(super) const GROUP_CALLS: &[&[Operation]] = groups::CALLS;
/// Every call that changes a group's rules.
pub(super) const RULE_CALLS: &[&[Operation]] = rule_changes::CALLS;
/// Every call that looks for network interfaces or removes one.
pub(super) const INTERFACE_CALLS: &[&[Operation]] = interfaces::CALLS;
/// Every call that changes tags.
pub(super) const TAG_CALLS: &[&[Operation]] = tags::CALLS;
