//! Filling an object up to its schema: what is missing is null, and missing blocks are empty.

use std::collections::BTreeMap;

use super::{Attribute, Block, NestedBlock, Schema};
use crate::Value;

impl Schema {
    /// An object with every attribute null and no blocks.
    pub fn empty(&self) -> Value {
        self.complete(Value::Object(BTreeMap::new()))
    }

    /// The object with missing attributes null and missing blocks empty.
    ///
    /// Terraform refuses an object that lacks an attribute, and a null in place of blocks.
    #[must_use]
    pub fn complete(&self, value: Value) -> Value {
        complete_block(&self.block, value)
    }
}

fn complete_block(block: &Block, value: Value) -> Value {
    let Value::Object(mut entries) = value else {
        return value;
    };
    complete_attributes(&block.attributes, &mut entries);
    for (name, nested) in &block.blocks {
        let given = entries.remove(name).unwrap_or_default();
        entries.insert(name.clone(), complete_nested(nested, given));
    }
    Value::Object(entries)
}

fn complete_attributes(
    attributes: &BTreeMap<String, Attribute>,
    entries: &mut BTreeMap<String, Value>,
) {
    for (name, attribute) in attributes {
        let value = entries.entry(name.clone()).or_default();
        if let Some(nested) = attribute.nested() {
            let given = std::mem::take(value);
            *value = each_object(given, &|object| match object {
                Value::Object(mut entries) => {
                    complete_attributes(&nested.attributes, &mut entries);
                    Value::Object(entries)
                }
                other => other,
            });
        }
    }
}

fn complete_nested(nested: &NestedBlock, value: Value) -> Value {
    match value {
        Value::Null => nested.absent(),
        given => each_object(given, &|object| complete_block(&nested.block, object)),
    }
}

/// Rebuilds the object itself, or each object of a collection.
fn each_object(value: Value, rebuild: &dyn Fn(Value) -> Value) -> Value {
    match value {
        Value::List(elements) => Value::List(elements.into_iter().map(rebuild).collect()),
        Value::Set(elements) => Value::Set(elements.into_iter().map(rebuild).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, entry)| (key, rebuild(entry)))
                .collect(),
        ),
        other => rebuild(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attr, Timeouts};

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Outer {
        name: Attr<String>,
        inner: Vec<Inner>,
        #[schemars(extend("x-block" = "list"))]
        many: Vec<Inner>,
        #[serde(default)]
        #[schemars(extend("x-block" = "single"))]
        timeouts: Option<Timeouts>,
    }

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Inner {
        a: Attr<String>,
        b: Attr<String>,
    }

    #[test]
    fn what_is_missing_is_null_and_missing_blocks_are_empty() {
        let schema = Schema::of::<Outer>(0);
        let a = || Value::object([("a", Value::from("x"))]);
        let ab = || Value::object([("a", Value::from("x")), ("b", Value::Null)]);
        let outer = |name: Value, inner: Value, many: Value| {
            Value::object([
                ("name", name),
                ("inner", inner),
                ("many", many),
                ("timeouts", Value::Null),
            ])
        };
        assert_eq!(
            schema.empty(),
            outer(Value::Null, Value::Null, Value::List(vec![]))
        );
        let given = Value::object([
            ("inner", Value::List(vec![a(), Value::Null])),
            ("many", Value::List(vec![a()])),
        ]);
        let inner = Value::List(vec![ab(), Value::Null]);
        assert_eq!(
            schema.complete(given),
            outer(Value::Null, inner, Value::List(vec![ab()]))
        );
        assert_eq!(schema.complete(Value::Null), Value::Null);
        let unknown = Value::object([("many", Value::Unknown)]);
        assert_eq!(
            schema.complete(unknown),
            outer(Value::Null, Value::Null, Value::Unknown)
        );
    }
}
