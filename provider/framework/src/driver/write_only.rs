//! Keeps write-only values out of plan and state.

use std::collections::BTreeMap;

use crate::Value;
use crate::schema::{Attribute, Block, Schema};

/// Nulls every write-only attribute: Terraform sends them in the proposed state.
pub(super) fn null_write_only(schema: &Schema, value: &mut Value) {
    null_block(&schema.block, value);
}

fn null_block(block: &Block, value: &mut Value) {
    let Value::Object(entries) = value else {
        return;
    };
    null_attributes(&block.attributes, entries);
    for (name, nested) in &block.blocks {
        if let Some(value) = entries.get_mut(name) {
            each_object_mut(value, &mut |object| null_block(&nested.block, object));
        }
    }
}

fn null_attributes(
    attributes: &BTreeMap<String, Attribute>,
    entries: &mut BTreeMap<String, Value>,
) {
    for (name, attribute) in attributes {
        let Some(value) = entries.get_mut(name) else {
            continue;
        };
        if attribute.write_only {
            *value = Value::Null;
        } else if let Some(nested) = attribute.nested() {
            each_object_mut(value, &mut |object| {
                if let Value::Object(entries) = object {
                    null_attributes(&nested.attributes, entries);
                }
            });
        }
    }
}

fn each_object_mut(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::List(elements) | Value::Set(elements) => elements.iter_mut().for_each(visit),
        Value::Map(entries) => entries.values_mut().for_each(visit),
        single => visit(single),
    }
}
