//! Marks what the provider computes as unknown, where something changes.

use std::collections::BTreeMap;

use super::defaults::each_pair;
use crate::schema::{Attribute, Block, NestedAttributes, Schema};
use crate::{Path, Value};

/// Makes every computed attribute that configuration leaves null unknown,
/// unless it has a default or keeps what `prior` holds.
pub(super) fn mark_computed(
    schema: &Schema,
    proposed: &mut Value,
    config: &Value,
    prior: Option<&Value>,
) {
    let marking = Marking { prior };
    marking.block(&schema.block, proposed, config, Some(&Path::root()));
}

struct Marking<'a> {
    prior: Option<&'a Value>,
}

impl Marking<'_> {
    /// Inside a set there is no path, and so no prior value to look up.
    fn block(&self, block: &Block, proposed: &mut Value, config: &Value, path: Option<&Path>) {
        let (Value::Object(proposed), Value::Object(config)) = (proposed, config) else {
            return;
        };
        self.attributes(&block.attributes, proposed, config, path);
        for (name, nested) in &block.blocks {
            let path = path.map(|path| path.then(name));
            if let (Some(proposed), Some(config)) = (proposed.get_mut(name), config.get(name)) {
                each_with_path(
                    proposed,
                    config,
                    path.as_ref(),
                    &mut |proposed, config, path| {
                        self.block(&nested.block, proposed, config, path);
                    },
                );
            }
        }
    }

    fn attributes(
        &self,
        attributes: &BTreeMap<String, Attribute>,
        proposed: &mut BTreeMap<String, Value>,
        config: &BTreeMap<String, Value>,
        path: Option<&Path>,
    ) {
        for (name, attribute) in attributes {
            let (Some(proposed), Some(config)) = (proposed.get_mut(name), config.get(name)) else {
                continue;
            };
            let path = path.map(|path| path.then(name));
            self.attribute(attribute, proposed, config, path.as_ref());
        }
    }

    fn attribute(
        &self,
        attribute: &Attribute,
        proposed: &mut Value,
        config: &Value,
        path: Option<&Path>,
    ) {
        if config.is_null() && attribute.computed() {
            if attribute.default.is_none() {
                *proposed = self.computed(attribute, proposed, path);
            }
        } else if let Some(nested) = attribute.nested() {
            self.nested(nested, proposed, config, path);
        }
    }

    fn nested(
        &self,
        nested: &NestedAttributes,
        proposed: &mut Value,
        config: &Value,
        path: Option<&Path>,
    ) {
        each_with_path(proposed, config, path, &mut |proposed, config, path| {
            if let (Value::Object(proposed), Value::Object(config)) = (proposed, config) {
                self.attributes(&nested.attributes, proposed, config, path);
            }
        });
    }

    fn computed(&self, attribute: &Attribute, proposed: &Value, path: Option<&Path>) -> Value {
        let Some(path) = path else {
            // Terraform has matched the element to its prior self as well as can be.
            return if proposed.is_null() {
                Value::Unknown
            } else {
                proposed.clone()
            };
        };
        // A null is not kept: an apply that ended early may have left it.
        let prior = self
            .prior
            .filter(|_| attribute.keep)
            .and_then(|prior| prior.get(path));
        prior
            .filter(|prior| !prior.is_null())
            .cloned()
            .unwrap_or(Value::Unknown)
    }
}

/// Visits proposed and configured objects in pairs, with their path if they have one.
fn each_with_path(
    proposed: &mut Value,
    config: &Value,
    path: Option<&Path>,
    visit: &mut dyn FnMut(&mut Value, &Value, Option<&Path>),
) {
    match (proposed, config) {
        (Value::List(proposed), Value::List(config)) => {
            for (index, (proposed, config)) in proposed.iter_mut().zip(config).enumerate() {
                visit(
                    proposed,
                    config,
                    path.map(|path| path.index(index)).as_ref(),
                );
            }
        }
        (Value::Map(proposed), Value::Map(config)) => {
            for (key, proposed) in proposed {
                if let Some(config) = config.get(key) {
                    visit(proposed, config, path.map(|path| path.key(key)).as_ref());
                }
            }
        }
        (proposed @ Value::Set(_), config) => {
            each_pair(proposed, config, &mut |proposed, config| {
                visit(proposed, config, None);
            });
        }
        (proposed, config) => visit(proposed, config, path),
    }
}
