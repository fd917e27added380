//! What Terraform Core does around a plan: proposing the new state, and refusing invalid plans.
//!
//! Written from the rules in the protocol's description, as far as the widget needs them.

use std::collections::BTreeMap;

use cloister_framework::driver::{
    ApplyInput, PlanInput, PlanOutput, apply_resource, plan_resource,
};
use cloister_framework::{Attribute, Block, NestedAttributes, Resource, Schema, Value};

use crate::widget::now;

/// Plans as Core does: merges config and prior state, then asks.
pub(crate) fn plan(resource: &dyn Resource, prior: &Value, config: &Value) -> PlanOutput {
    let proposed = propose(resource.schema(), prior, config);
    let input = PlanInput {
        config: config.clone(),
        prior: prior.clone(),
        proposed,
        private: Vec::new(),
    };
    now(plan_resource(resource, input))
}

/// Plans and applies, and gives the state.
pub(crate) fn apply(resource: &dyn Resource, prior: &Value, config: &Value) -> Value {
    let plan = plan(resource, prior, config);
    assert!(!plan.diagnostics.has_errors(), "{:?}", plan.diagnostics);
    let input = ApplyInput {
        config: config.clone(),
        prior: prior.clone(),
        planned: plan.planned,
        private: plan.private,
    };
    let output = now(apply_resource(resource, input));
    assert!(!output.diagnostics.has_errors(), "{:?}", output.diagnostics);
    output.state
}

/// Config where it decides, prior state where the provider does.
pub(crate) fn propose(schema: &Schema, prior: &Value, config: &Value) -> Value {
    propose_block(&schema.block, prior, config)
}

fn propose_block(block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Object(entries) = config else {
        return config.clone();
    };
    let propose = |(name, config): (&String, &Value)| {
        let prior = prior.attribute(name).unwrap_or(&Value::Null);
        let proposed = match (block.attributes.get(name), block.blocks.get(name)) {
            (Some(attribute), _) => propose_attribute(attribute, prior, config),
            (_, Some(nested)) => each(prior, config, &|prior, config| {
                propose_block(&nested.block, prior, config)
            }),
            _ => config.clone(),
        };
        (name.clone(), proposed)
    };
    Value::Object(entries.iter().map(propose).collect())
}

fn propose_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    match attribute.nested() {
        _ if config.is_null() => {
            if attribute.computed() {
                prior.clone()
            } else {
                Value::Null
            }
        }
        Some(nested) => each(prior, config, &|prior, config| {
            propose_nested(nested, prior, config)
        }),
        None => config.clone(),
    }
}

fn propose_nested(nested: &NestedAttributes, prior: &Value, config: &Value) -> Value {
    let block = Block {
        attributes: nested.attributes.clone(),
        ..Block::default()
    };
    propose_block(&block, prior, config)
}

/// Pairs by index and key; an element of a set with the prior one that says the same.
fn each(prior: &Value, config: &Value, propose: &dyn Fn(&Value, &Value) -> Value) -> Value {
    match config {
        Value::List(elements) => {
            let prior = prior.elements().unwrap_or_default();
            let pair = |(index, config)| propose(prior.get(index).unwrap_or(&Value::Null), config);
            Value::List(elements.iter().enumerate().map(pair).collect())
        }
        Value::Map(entries) => {
            let pair = |(key, config): (&String, &Value)| {
                (
                    key.clone(),
                    propose(prior.attribute(key).unwrap_or(&Value::Null), config),
                )
            };
            Value::Map(entries.iter().map(pair).collect())
        }
        Value::Set(elements) => {
            let prior = prior.elements().unwrap_or_default();
            let pair = |config: &Value| {
                let twin = prior.iter().find(|prior| propose(prior, config) == **prior);
                propose(twin.unwrap_or(&Value::Null), config)
            };
            Value::Set(elements.iter().map(pair).collect())
        }
        Value::Object(_) => propose(prior, config),
        other => other.clone(),
    }
}

/// Why Core would call the plan invalid, if it would.
pub(crate) fn refusal(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Option<String> {
    refuse_block(&schema.block, prior, config, planned)
}

fn refuse_block(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Option<String> {
    refuse_attributes(&block.attributes, prior, config, planned).or_else(|| {
        block.blocks.iter().find_map(|(name, nested)| {
            let part = |value: &Value| value.attribute(name).cloned().unwrap_or_default();
            let refuse = |prior: &Value, config: &Value, planned: &Value| {
                refuse_block(&nested.block, prior, config, planned)
            };
            refuse_each(name, &part(prior), &part(config), &part(planned), &refuse)
        })
    })
}

fn refuse_attributes(
    attributes: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Option<String> {
    attributes.iter().find_map(|(name, attribute)| {
        let part = |value: &Value| value.attribute(name).cloned().unwrap_or_default();
        refuse_attribute(name, attribute, &part(prior), &part(config), &part(planned))
    })
}

fn refuse_attribute(
    name: &str,
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Option<String> {
    if attribute.write_only {
        return (!planned.is_null()).then(|| format!("{name}: a write-only value is planned"));
    }
    if planned == config || (!prior.is_null() && !config.is_null() && planned == prior) {
        return None;
    }
    if attribute.computed() && config.is_null() {
        return None;
    }
    match attribute.nested() {
        Some(nested) => refuse_each(name, prior, config, planned, &|prior, config, planned| {
            refuse_attributes(&nested.attributes, prior, config, planned)
        }),
        None => Some(format!(
            "{name}: planned {planned:?}, configured {config:?}, prior {prior:?}"
        )),
    }
}

fn refuse_each(
    name: &str,
    prior: &Value,
    config: &Value,
    planned: &Value,
    refuse: &dyn Fn(&Value, &Value, &Value) -> Option<String>,
) -> Option<String> {
    let counts_differ = || Some(format!("{name}: the count differs from the configured one"));
    match (config, planned) {
        (Value::List(configs), Value::List(plans)) if configs.len() == plans.len() => {
            let prior = prior.elements().unwrap_or_default();
            let mut pairs = configs.iter().zip(plans).enumerate();
            pairs.find_map(|(index, (config, planned))| {
                refuse(prior.get(index).unwrap_or(&Value::Null), config, planned)
            })
        }
        (Value::Map(configs), Value::Map(plans)) if configs.keys().eq(plans.keys()) => {
            configs.iter().find_map(|(key, config)| {
                refuse(
                    prior.attribute(key).unwrap_or(&Value::Null),
                    config,
                    &plans[key],
                )
            })
        }
        (Value::Set(configs), Value::Set(plans)) => {
            if configs.len() == plans.len() {
                None
            } else {
                counts_differ()
            }
        }
        (Value::Object(_), Value::Object(_)) => refuse(prior, config, planned),
        (Value::Null, Value::Null) | (Value::Unknown, Value::Unknown) => None,
        _ => counts_differ(),
    }
}
