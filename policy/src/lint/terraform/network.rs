//! Firewall policies and security groups of a plan or state.

use serde_json::Value;

use super::resource::{Resource, Resources, items, text};
use crate::lint::bundle::{AllowList, FirewallPolicy, IngressRule, Peer, SecurityGroup};

/// The firewall policies with the allow lists they refer to.
pub(super) fn firewall_policies(resources: &Resources<'_>) -> Vec<FirewallPolicy> {
    let policies = resources.of_type("aws_networkfirewall_firewall_policy");
    policies
        .filter_map(|resource| {
            let policy = resource.value("firewall_policy")?.get(0)?;
            let options = items(policy, "stateful_engine_options").next();
            Some(FirewallPolicy {
                name: resource.address.clone(),
                strict_order: options.and_then(|options| text(options, "rule_order"))
                    == Some("STRICT_ORDER"),
                stateful_default_actions: texts(policy, "stateful_default_actions"),
                allow_lists: allow_lists(resources, policy),
            })
        })
        .collect()
}

fn allow_lists(resources: &Resources<'_>, policy: &Value) -> Vec<AllowList> {
    let references: Vec<Option<&str>> = items(policy, "stateful_rule_group_reference")
        .map(|reference| text(reference, "resource_arn"))
        .collect();
    // Before the first apply a group has no ARN, and may be any that is referred to.
    let refers_to = |group: &Resource<'_>| {
        let arn = group.text("arn");
        references
            .iter()
            .any(|reference| reference.is_none() || *reference == arn)
    };
    let groups = resources.of_type("aws_networkfirewall_rule_group");
    groups
        .filter(|group| refers_to(group))
        .filter_map(allow_list)
        .collect()
}

fn allow_list(group: &Resource<'_>) -> Option<AllowList> {
    let rule_group = group.value("rule_group")?.get(0)?;
    let source = items(rule_group, "rules_source").next()?;
    let list = items(source, "rules_source_list").next()?;
    let allows = text(list, "generated_rules_type") == Some("ALLOWLIST");
    allows.then(|| AllowList {
        name: group.address.clone(),
        domains: texts(list, "targets"),
    })
}

/// The security groups with the rules in them and beside them.
pub(super) fn security_groups(resources: &Resources<'_>) -> Vec<SecurityGroup> {
    let groups = resources.of_type("aws_security_group");
    groups
        .map(|group| {
            let vpc = resources.by_id("aws_vpc", group.text("vpc_id"));
            SecurityGroup {
                name: group.address.clone(),
                vpc_cidr: vpc
                    .and_then(|vpc| vpc.text("cidr_block"))
                    .map(str::to_owned),
                ingress: ingress(resources, group),
            }
        })
        .collect()
}

fn ingress(resources: &Resources<'_>, group: &Resource<'_>) -> Vec<IngressRule> {
    let separate = [
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
    ]
    .into_iter()
    .flat_map(|kind| resources.of_type(kind))
    .filter(|rule| {
        rule.text("type")
            .is_none_or(|direction| direction == "ingress")
    })
    .filter(|rule| rule.text("security_group_id").is_some())
    .filter(|rule| rule.text("security_group_id") == group.text("id"));
    let mut rules: Vec<IngressRule> = separate
        .filter_map(|rule| ingress_rule(&rule.address, |name| rule.value(name)))
        .collect();
    let inside = group.value("ingress").and_then(Value::as_array);
    for (index, block) in inside.into_iter().flatten().enumerate() {
        let rule = ingress_rule(&format!("ingress[{index}]"), |name| block.get(name));
        // A state shows separate rules within their group as well.
        let is_known = |rule: &IngressRule| rules.iter().any(|known| known.is_same(rule));
        rules.extend(rule.filter(|rule| !is_known(rule)));
    }
    rules
}

/// Reads a rule under the names of any of the three resources.
fn ingress_rule<'a>(name: &str, value: impl Fn(&str) -> Option<&'a Value>) -> Option<IngressRule> {
    let protocol = value("protocol")
        .or_else(|| value("ip_protocol"))?
        .as_str()?;
    let port = |name| u16::try_from(value(name)?.as_i64()?).ok();
    let strings = |name| value(name).into_iter().flat_map(strings_of);
    let cidrs = ["cidr_blocks", "cidr_ipv4"].into_iter().flat_map(strings);
    let groups = [
        "security_groups",
        "source_security_group_id",
        "referenced_security_group_id",
    ]
    .into_iter()
    .flat_map(|name| value(name).into_iter().flat_map(strings_of));
    let itself = value("self").and_then(Value::as_bool) == Some(true);
    let peers = cidrs
        .map(Peer::Cidr)
        .chain(groups.map(Peer::Group))
        .chain(itself.then(|| Peer::Group("self".to_owned())));
    Some(IngressRule {
        name: name.to_owned(),
        protocol: protocol.to_owned(),
        ports: port("from_port").zip(port("to_port")),
        peers: peers.collect(),
    })
}

impl IngressRule {
    fn is_same(&self, other: &Self) -> bool {
        let is_known = |peer: &Peer| self.peers.contains(peer);
        self.protocol == other.protocol
            && self.ports == other.ports
            && other.peers.iter().all(is_known)
    }
}

fn texts(value: &Value, name: &str) -> Vec<String> {
    value.get(name).map(strings_of).unwrap_or_default()
}

/// A string, or the strings of a list.
fn strings_of(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
