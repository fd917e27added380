//! A firewall policy between our settings and the API's types.

use aws_sdk_networkfirewall::types::{
    FirewallPolicy as Document, FirewallPolicyResponse, RuleOrder, StatefulEngineOptions,
    StatefulRuleGroupReference, StatelessRuleGroupReference,
};
use cloister_composite::{PartError, PartKind};

use super::{FirewallPolicy, FirewallPolicyDesired, FirewallPolicyObserved, Stateless};
use crate::kinds::{
    network_firewall::common::{tags_of, unbuilt},
    settled::{answered, settled},
};

/// The whole document as a create or a change takes it.
pub(super) fn document(desired: &FirewallPolicyDesired) -> Result<Document, PartError> {
    let stateless = desired
        .stateless
        .clone()
        .unwrap_or_else(Stateless::forwards);
    let order = if desired.strict_order {
        RuleOrder::StrictOrder
    } else {
        RuleOrder::DefaultActionOrder
    };
    let defaults = &desired.stateful_defaults;
    Document::builder()
        .set_stateless_default_actions(Some(stateless.packets))
        .set_stateless_fragment_default_actions(Some(stateless.fragments))
        .set_stateless_rule_group_references(stateless_references(&stateless.rule_group_arns)?)
        .set_stateful_rule_group_references(stateful_references(desired)?)
        .set_stateful_default_actions((!defaults.is_empty()).then(|| defaults.clone()))
        .stateful_engine_options(StatefulEngineOptions::builder().rule_order(order).build())
        .build()
        .map_err(unbuilt)
}

/// Priorities follow from the order, and are only said in strict order: AWS refuses them otherwise.
fn stateful_references(
    desired: &FirewallPolicyDesired,
) -> Result<Option<Vec<StatefulRuleGroupReference>>, PartError> {
    let references = desired
        .rule_group_arns
        .iter()
        .zip(1..)
        .map(|(arn, priority)| {
            let arn = settled(arn, FirewallPolicy::KIND, "rule_group_arns")?;
            StatefulRuleGroupReference::builder()
                .resource_arn(arn.as_str())
                .set_priority(desired.strict_order.then_some(priority))
                .build()
                .map_err(unbuilt)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(references).filter(|references| !references.is_empty()))
}

fn stateless_references(
    arns: &[String],
) -> Result<Option<Vec<StatelessRuleGroupReference>>, PartError> {
    let references = arns
        .iter()
        .zip(1..)
        .map(|(arn, priority)| {
            StatelessRuleGroupReference::builder()
                .resource_arn(arn)
                .priority(priority)
                .build()
                .map_err(unbuilt)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(references).filter(|references| !references.is_empty()))
}

/// The policy as AWS describes it.
pub(super) fn observed(
    api: &str,
    response: FirewallPolicyResponse,
    document: Document,
    update_token: String,
) -> Result<FirewallPolicyObserved, PartError> {
    let status = response.firewall_policy_status;
    let order = document
        .stateful_engine_options
        .and_then(|options| options.rule_order);
    let mut stateful = document.stateful_rule_group_references.unwrap_or_default();
    stateful.sort_by(|one, other| {
        (one.priority, &one.resource_arn).cmp(&(other.priority, &other.resource_arn))
    });
    let mut stateless = document.stateless_rule_group_references.unwrap_or_default();
    stateless.sort_by_key(|reference| reference.priority);
    Ok(FirewallPolicyObserved {
        name: response.firewall_policy_name,
        arn: response.firewall_policy_arn,
        id: response.firewall_policy_id,
        description: response.description.unwrap_or_default(),
        status: answered(status, api, "FirewallPolicyStatus")?
            .as_str()
            .to_owned(),
        number_of_associations: response.number_of_associations,
        rule_group_arns: stateful
            .into_iter()
            .map(|reference| reference.resource_arn)
            .collect(),
        stateful_defaults: document.stateful_default_actions.unwrap_or_default(),
        strict_order: order == Some(RuleOrder::StrictOrder),
        stateless: Stateless {
            packets: document.stateless_default_actions,
            fragments: document.stateless_fragment_default_actions,
            rule_group_arns: stateless
                .into_iter()
                .map(|reference| reference.resource_arn)
                .collect(),
        },
        tags: tags_of(response.tags),
        update_token,
    })
}
