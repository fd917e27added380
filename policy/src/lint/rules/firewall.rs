//! Allow lists of a network firewall.

use crate::lint::Finding;
use crate::lint::bundle::FirewallPolicy;
use crate::lint::finding::Severity;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{Scene, listed};

pub(in crate::lint) const L18: Rule = Rule {
    id: "L18",
    title: "Allow list in a firewall that lets the rest pass",
    wrong: "By action order, a domain list drops only HTTP and TLS to other names; in strict order, only a default action drops at all.",
    source: "https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html",
    check: Check::Bundle(lets_the_rest_pass),
};

/// Default actions that drop what no rule passed.
const DROPPING: [&str; 4] = [
    "aws:drop_strict",
    "aws:drop_established",
    "aws:drop_established_app_layer",
    "aws:drop_established_app_layer_to_server",
];

fn lets_the_rest_pass(scene: &Scene<'_>) -> Vec<Finding> {
    scene
        .bundle
        .firewall_policies
        .iter()
        .filter_map(finding)
        .collect()
}

fn finding(policy: &FirewallPolicy) -> Option<Finding> {
    let mut defaults = policy.stateful_default_actions.iter();
    let drops = policy.strict_order && defaults.any(|action| DROPPING.contains(&action.as_str()));
    if drops || policy.allow_lists.is_empty() {
        return None;
    }
    let lists = listed(policy.allow_lists.iter().map(|list| &list.name));
    let reason = if policy.strict_order {
        format!("No default action drops what the allow list {lists} does not name.")
    } else {
        format!(
            "What is neither HTTP nor TLS passes, whatever its destination, beside the allow list {lists}."
        )
    };
    let mend = "Set the rule order `STRICT_ORDER` and the stateful default actions `aws:drop_established` and `aws:alert_established`.";
    Some(Finding::about(&policy.name, Severity::Error, reason, mend))
}
