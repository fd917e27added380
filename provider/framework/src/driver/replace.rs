//! Which changes force a new resource.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Block, Replace, Schema};
use crate::{Path, Value};

/// The paths whose rule asks for a replacement, and those the resource asked
/// for, where anything differs; sorted, each once.
///
/// An unknown counts as different: should it turn out equal at apply,
/// Terraform still replaces, as it said it would.
pub(super) fn paths_to_replace(
    schema: &Schema,
    prior: &Value,
    planned: &Value,
    config: &Value,
    asked: Vec<Path>,
) -> Vec<Path> {
    let mut found = Vec::new();
    block_paths(
        &schema.block,
        Three {
            prior,
            planned,
            config,
        },
        &Path::root(),
        &mut found,
    );
    found.extend(
        asked
            .into_iter()
            .filter(|path| differs(prior.get(path), planned.get(path))),
    );
    found.sort();
    found.dedup();
    found
}

#[derive(Clone, Copy)]
struct Three<'a> {
    prior: &'a Value,
    planned: &'a Value,
    config: &'a Value,
}

impl<'a> Three<'a> {
    fn attribute(self, name: &str) -> Three<'a> {
        let part = |value: &'a Value| value.attribute(name).unwrap_or(&Value::Null);
        Three {
            prior: part(self.prior),
            planned: part(self.planned),
            config: part(self.config),
        }
    }
}

fn differs(prior: Option<&Value>, planned: Option<&Value>) -> bool {
    match (prior, planned) {
        (None, None) => false,
        (prior, planned) => {
            prior != planned || planned.is_some_and(|planned| !planned.is_fully_known())
        }
    }
}

fn block_paths(block: &Block, values: Three<'_>, path: &Path, found: &mut Vec<Path>) {
    attribute_paths(&block.attributes, values, path, found);
    for (name, nested) in &block.blocks {
        each_object(
            values.attribute(name),
            &path.then(name),
            &mut |values, path| {
                block_paths(&nested.block, values, path, found);
            },
        );
    }
}

fn attribute_paths(
    attributes: &BTreeMap<String, Attribute>,
    values: Three<'_>,
    path: &Path,
    found: &mut Vec<Path>,
) {
    for (name, attribute) in attributes {
        let (values, path) = (values.attribute(name), path.then(name));
        if !differs(Some(values.prior), Some(values.planned)) {
            continue;
        }
        match attribute.replace {
            Some(Replace::Always) => found.push(path.clone()),
            Some(Replace::IfConfigured) if !values.config.is_null() => found.push(path.clone()),
            _ => {}
        }
        if let Some(nested) = attribute.nested() {
            each_object(values, &path, &mut |values, path| {
                attribute_paths(&nested.attributes, values, path, found);
            });
        }
    }
}

/// Visits objects that exist before or after. Elements of sets have no path:
/// a changed set is replaced through a rule on the set itself.
fn each_object<'a>(values: Three<'a>, path: &Path, visit: &mut dyn FnMut(Three<'a>, &Path)) {
    let keys = |value: &'a Value| match value {
        Value::List(elements) => (0..elements.len()).map(|index| path.index(index)).collect(),
        Value::Map(entries) => entries.keys().map(|key| path.key(key)).collect(),
        Value::Object(_) => vec![path.clone()],
        _ => Vec::new(),
    };
    let mut places: Vec<Path> = keys(values.prior);
    places.extend(keys(values.planned));
    places.sort();
    places.dedup();
    for place in places {
        let steps: Path = place.steps()[path.steps().len()..]
            .iter()
            .cloned()
            .collect();
        let part = |value: &'a Value| value.get(&steps).unwrap_or(&Value::Null);
        visit(
            Three {
                prior: part(values.prior),
                planned: part(values.planned),
                config: part(values.config),
            },
            &place,
        );
    }
}
