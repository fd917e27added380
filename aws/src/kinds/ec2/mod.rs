//! What the kinds of EC2 share: tags, filters, looking for one object, rules of security groups, network interfaces in
//! the way.

mod groups;
mod interfaces;
mod rule_changes;
mod rules;
mod search;
mod tags;
mod unsuccessful;

pub(crate) use groups::{
    DESCRIBE_GROUPS, delete_group, describe_group, describe_groups, revoke_references,
};
pub(crate) use interfaces::{delete_forgotten, describe_interfaces, interface_id, interface_words};
pub(crate) use rule_changes::{put_rules, revoke_rules};
pub use rules::{GroupRules, Rule, RuleObserved};
pub(crate) use search::{filter, find_tagged, read_by_id, within};
pub(crate) use tags::{put_tags, tag_specifications, tags_of};
pub(crate) use unsuccessful::judge_unsuccessful;
