//! Puts the schema's defaults where configuration says nothing.

use std::collections::BTreeMap;

use crate::Value;
use crate::schema::{Attribute, Block, Schema};

/// `proposed` with every default that its null config calls for.
pub(super) fn apply_defaults(schema: &Schema, proposed: &mut Value, config: &Value) {
    default_block(&schema.block, proposed, config);
}

fn default_block(block: &Block, proposed: &mut Value, config: &Value) {
    let (Value::Object(proposed), Value::Object(config)) = (proposed, config) else {
        return;
    };
    default_attributes(&block.attributes, proposed, config);
    for (name, nested) in &block.blocks {
        if let (Some(proposed), Some(config)) = (proposed.get_mut(name), config.get(name)) {
            each_pair(proposed, config, &mut |proposed, config| {
                default_block(&nested.block, proposed, config);
            });
        }
    }
}

fn default_attributes(
    attributes: &BTreeMap<String, Attribute>,
    proposed: &mut BTreeMap<String, Value>,
    config: &BTreeMap<String, Value>,
) {
    for (name, attribute) in attributes {
        let (Some(proposed), Some(config)) = (proposed.get_mut(name), config.get(name)) else {
            continue;
        };
        match (&attribute.default, attribute.nested()) {
            (Some(default), _) if config.is_null() => *proposed = default.clone(),
            (_, Some(nested)) => each_pair(proposed, config, &mut |proposed, config| {
                if let (Value::Object(proposed), Value::Object(config)) = (proposed, config) {
                    default_attributes(&nested.attributes, proposed, config);
                }
            }),
            _ => {}
        }
    }
}

/// Visits each proposed object with the configured one it came from.
///
/// Terraform builds the elements of a proposed set from the configured ones,
/// so an element belongs to the configured one that it repeats most of.
pub(super) fn each_pair(
    proposed: &mut Value,
    config: &Value,
    visit: &mut dyn FnMut(&mut Value, &Value),
) {
    match (proposed, config) {
        (Value::List(proposed), Value::List(config)) => {
            proposed
                .iter_mut()
                .zip(config)
                .for_each(|(proposed, config)| visit(proposed, config));
        }
        (Value::Map(proposed), Value::Map(config)) => {
            for (key, proposed) in proposed {
                if let Some(config) = config.get(key) {
                    visit(proposed, config);
                }
            }
        }
        (Value::Set(proposed), Value::Set(config)) => {
            for proposed in proposed {
                let candidates = config.iter().filter(|config| extends(proposed, config));
                if let Some(config) = candidates.max_by_key(|config| said(config)) {
                    visit(proposed, config);
                }
            }
        }
        (proposed @ Value::Object(_), config @ Value::Object(_)) => visit(proposed, config),
        _ => {}
    }
}

/// Whether `proposed` says what `config` says, and more only where that is null.
fn extends(proposed: &Value, config: &Value) -> bool {
    match (proposed, config) {
        (_, Value::Null) => true,
        (Value::Object(proposed), Value::Object(config)) => config.iter().all(|(name, config)| {
            proposed
                .get(name)
                .is_some_and(|proposed| extends(proposed, config))
        }),
        (Value::List(proposed), Value::List(config)) => {
            proposed.len() == config.len()
                && proposed
                    .iter()
                    .zip(config)
                    .all(|(proposed, config)| extends(proposed, config))
        }
        (Value::Map(proposed), Value::Map(config)) => {
            proposed.len() == config.len()
                && config.iter().all(|(key, config)| {
                    proposed
                        .get(key)
                        .is_some_and(|proposed| extends(proposed, config))
                })
        }
        (Value::Set(proposed), Value::Set(config)) => config
            .iter()
            .all(|config| proposed.iter().any(|proposed| extends(proposed, config))),
        (proposed, config) => proposed == config,
    }
}

/// How much a configured element says: the one that says most is the closest.
fn said(config: &Value) -> usize {
    match config {
        Value::Null => 0,
        Value::Object(entries) | Value::Map(entries) => entries.values().map(said).sum(),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            1 + elements.iter().map(said).sum::<usize>()
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_extends_the_config_it_came_from() {
        let object = |a: Value, b: Value| Value::object([("a", a), ("b", b)]);
        assert!(extends(
            &object("x".into(), "computed".into()),
            &object("x".into(), Value::Null)
        ));
        assert!(!extends(
            &object("x".into(), "computed".into()),
            &object("y".into(), Value::Null)
        ));
        assert!(!extends(
            &object("x".into(), Value::Null),
            &object("x".into(), "set".into())
        ));
    }
}
