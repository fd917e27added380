//! Validate*: the schema's rules, then the resource's own.

use std::collections::BTreeMap;

use crate::schema::Shown;
use crate::schema::{Attribute, Block, NestedAttributes, NestedBlock, Schema};
use crate::{
    DataSource, Diagnostic, Diagnostics, EphemeralResource, Path, Provider, Resource, Value,
};

/// What this Terraform can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It keeps write-only attributes out of state (since 1.11).
    pub write_only_attributes: bool,
    pub deferral: bool,
}

pub fn validate_provider(provider: &dyn Provider, config: &Value) -> Diagnostics {
    validate(provider.schema(), config, Stored::Never, || {
        provider.validate(config)
    })
}

pub fn validate_resource(
    resource: &dyn Resource,
    config: &Value,
    capabilities: Capabilities,
) -> Diagnostics {
    let stored = if capabilities.write_only_attributes {
        Stored::Never
    } else {
        Stored::WithWriteOnly
    };
    validate(resource.schema(), config, stored, || {
        resource.validate(config)
    })
}

pub fn validate_data_source(data_source: &dyn DataSource, config: &Value) -> Diagnostics {
    validate(data_source.schema(), config, Stored::Never, || {
        data_source.validate(config)
    })
}

pub fn validate_ephemeral(ephemeral: &dyn EphemeralResource, config: &Value) -> Diagnostics {
    validate(ephemeral.schema(), config, Stored::Never, || {
        ephemeral.validate(config)
    })
}

/// Checks an object by the rules of a schema alone, such as the arguments of a function that are settings of a resource.
pub fn validate_object(schema: &Schema, object: &Value) -> Diagnostics {
    validate(schema, object, Stored::Never, Diagnostics::new)
}

/// Whether write-only values would end up in state: an old Terraform knows no better.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    Never,
    WithWriteOnly,
}

/// The own checks only see what keeps the schema's rules, so nothing is reported twice.
fn validate(
    schema: &Schema,
    config: &Value,
    stored: Stored,
    own: impl FnOnce() -> Diagnostics,
) -> Diagnostics {
    let mut walk = Walk {
        stored,
        diagnostics: Diagnostics::new(),
    };
    walk.block(&schema.block, config, &Path::root());
    if !walk.diagnostics.has_errors() {
        walk.diagnostics.extend(own());
    }
    walk.diagnostics
}

struct Walk {
    stored: Stored,
    diagnostics: Diagnostics,
}

impl Walk {
    fn block(&mut self, block: &Block, value: &Value, path: &Path) {
        let Value::Object(entries) = value else {
            return;
        };
        if let Some(message) = block.deprecation.as_ref().filter(|_| !path.is_root()) {
            self.diagnostics
                .push(deprecated("Deprecated block", message, path));
        }
        self.attributes(&block.attributes, entries, path, Shown::Openly);
        for (name, nested) in &block.blocks {
            self.nested_block(
                nested,
                entries.get(name).unwrap_or(&Value::Null),
                &path.then(name),
            );
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, value: &Value, path: &Path) {
        self.each_object(value, path, &|walk, object, path| {
            walk.block(&nested.block, object, path);
        });
    }

    fn attributes(
        &mut self,
        attributes: &BTreeMap<String, Attribute>,
        entries: &BTreeMap<String, Value>,
        path: &Path,
        shown: Shown,
    ) {
        for (name, attribute) in attributes {
            let value = entries.get(name).unwrap_or(&Value::Null);
            if !value.is_null() {
                self.attribute(attribute, value, &path.then(name), shown);
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, path: &Path, shown: Shown) {
        if attribute.read_only() {
            self.diagnostics.push(read_only(path));
            return;
        }
        if attribute.write_only && self.stored == Stored::WithWriteOnly {
            self.diagnostics.push(write_only(path));
        }
        if let Some(message) = &attribute.deprecation {
            self.diagnostics
                .push(deprecated("Deprecated attribute", message, path));
        }
        // What lies inside a secret is a secret.
        let shown = if attribute.sensitive || attribute.write_only {
            Shown::Never
        } else {
            shown
        };
        for rule in &attribute.rules {
            self.diagnostics.extend(rule.check(value, path, shown));
        }
        if let Some(nested) = attribute.nested() {
            self.nested_attributes(nested, value, path, shown);
        }
    }

    fn nested_attributes(
        &mut self,
        nested: &NestedAttributes,
        value: &Value,
        path: &Path,
        shown: Shown,
    ) {
        self.each_object(value, path, &|walk, object, path| {
            if let Value::Object(entries) = object {
                walk.attributes(&nested.attributes, entries, path, shown);
            }
        });
    }

    /// Visits the object itself or each object of a collection. What is found
    /// inside a set is shown at the set: its elements have no path.
    fn each_object(
        &mut self,
        value: &Value,
        path: &Path,
        visit: &dyn Fn(&mut Self, &Value, &Path),
    ) {
        match value {
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    visit(self, element, &path.index(index));
                }
            }
            Value::Set(elements) => {
                let from = self.diagnostics.len();
                for element in elements {
                    visit(self, element, path);
                }
                self.diagnostics.relocate(from, path);
            }
            Value::Map(entries) => {
                for (key, entry) in entries {
                    visit(self, entry, &path.key(key));
                }
            }
            single => visit(self, single, path),
        }
    }
}

fn read_only(path: &Path) -> Diagnostic {
    Diagnostic::error("Invalid configuration for read-only attribute")
        .found(format!(
            "`{path}` is decided by the provider, but the configuration sets it."
        ))
        .action(format!("Remove `{path}` from the configuration."))
        .at(path.clone())
}

fn write_only(path: &Path) -> Diagnostic {
    Diagnostic::error("Write-only attribute not allowed")
        .found(format!(
            "`{path}` must never be stored, but this version of Terraform would keep it in state."
        ))
        .action(format!(
            "Use Terraform 1.11 or OpenTofu 1.11 or newer, or remove `{path}`."
        ))
        .at(path.clone())
}

fn deprecated(summary: &str, message: &str, path: &Path) -> Diagnostic {
    Diagnostic::warning(summary)
        .found(format!("`{path}`: {message}"))
        .at(path.clone())
}
