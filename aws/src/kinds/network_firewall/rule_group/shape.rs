//! A rule group between our settings and the API's types.

use std::collections::BTreeSet;

use aws_sdk_networkfirewall::types::{
    GeneratedRulesType, IpSet, RuleGroup, RuleGroupResponse, RuleOrder, RuleVariables, RulesSource,
    RulesSourceList, StatefulRuleOptions, TargetType,
};
use cloister_composite::{PartError, PartKind};

use super::{
    DomainList, FirewallRuleGroup, FirewallRuleGroupDesired, FirewallRuleGroupObserved,
    FirewallRules,
};
use crate::kinds::{
    network_firewall::common::{tags_of, unbuilt},
    settled::{answered, settled},
};

/// The IP set that holds what is to be protected.
const HOME_NET: &str = "HOME_NET";

/// The whole group as a create or a change takes it.
pub(super) fn rule_group(desired: &FirewallRuleGroupDesired) -> Result<RuleGroup, PartError> {
    let home_net = desired
        .home_net
        .iter()
        .map(|block| settled(block, FirewallRuleGroup::KIND, "home_net").cloned())
        .collect::<Result<Vec<_>, _>>()?;
    let variables = (!home_net.is_empty())
        .then(|| IpSet::builder().set_definition(Some(home_net)).build())
        .transpose()
        .map_err(unbuilt)?
        .map(|set| RuleVariables::builder().ip_sets(HOME_NET, set).build());
    let order = if desired.strict_order {
        RuleOrder::StrictOrder
    } else {
        RuleOrder::DefaultActionOrder
    };
    Ok(RuleGroup::builder()
        .set_rule_variables(variables)
        .rules_source(rules_source(&desired.rules)?)
        .stateful_rule_options(StatefulRuleOptions::builder().rule_order(order).build())
        .build())
}

fn rules_source(rules: &FirewallRules) -> Result<RulesSource, PartError> {
    let source = RulesSource::builder();
    let list = match rules {
        FirewallRules::Suricata(text) => return Ok(source.rules_string(text).build()),
        FirewallRules::Domains(list) => list,
    };
    let kinds = list
        .kinds
        .iter()
        .map(|kind| TargetType::from(kind.as_str()));
    let list = RulesSourceList::builder()
        .set_targets(Some(list.targets.clone()))
        .set_target_types(Some(kinds.collect()))
        .generated_rules_type(GeneratedRulesType::from(list.action.as_str()))
        .build()
        .map_err(unbuilt)?;
    Ok(source.rules_source_list(list).build())
}

/// The group as AWS describes it.
pub(super) fn observed(
    api: &str,
    response: RuleGroupResponse,
    group: RuleGroup,
    update_token: String,
) -> Result<FirewallRuleGroupObserved, PartError> {
    let status = response.rule_group_status;
    let order = group
        .stateful_rule_options
        .and_then(|options| options.rule_order);
    Ok(FirewallRuleGroupObserved {
        name: response.rule_group_name,
        arn: response.rule_group_arn,
        id: response.rule_group_id,
        description: response.description.unwrap_or_default(),
        status: answered(status, api, "RuleGroupStatus")?
            .as_str()
            .to_owned(),
        capacity: answered(response.capacity, api, "Capacity")?,
        consumed_capacity: response.consumed_capacity,
        number_of_associations: response.number_of_associations,
        rules: group.rules_source.and_then(rules),
        home_net: group.rule_variables.map(home_net).unwrap_or_default(),
        strict_order: order == Some(RuleOrder::StrictOrder),
        tags: tags_of(response.tags),
        update_token,
    })
}

fn rules(source: RulesSource) -> Option<FirewallRules> {
    if let Some(text) = source.rules_string {
        return Some(FirewallRules::Suricata(text));
    }
    let list = source.rules_source_list?;
    Some(FirewallRules::Domains(DomainList {
        targets: list.targets,
        kinds: list
            .target_types
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect(),
        action: list.generated_rules_type.as_str().to_owned(),
    }))
}

fn home_net(variables: RuleVariables) -> BTreeSet<String> {
    let set = variables.ip_sets.and_then(|mut sets| sets.remove(HOME_NET));
    set.map(|set| set.definition)
        .unwrap_or_default()
        .into_iter()
        .collect()
}
