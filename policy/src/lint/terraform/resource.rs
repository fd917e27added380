//! The resources of a plan or state, by type.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// All resources, by type; data sources under `data.TYPE`.
pub(super) struct Resources<'a>(BTreeMap<String, Vec<Resource<'a>>>);

/// One resource with its values.
pub(super) struct Resource<'a> {
    pub(super) address: String,
    values: &'a Map<String, Value>,
    /// What of the values is not known before apply.
    unknown: Option<&'a Value>,
}

impl<'a> Resources<'a> {
    /// The resources of a plan as planned, or of a state; of a plan, also the
    /// data sources that were read for it.
    pub(super) fn of(shown: &'a Value) -> Self {
        let mut resources = Self(BTreeMap::new());
        let unknown = unknown_values(shown);
        let managed = shown.get("planned_values").or_else(|| shown.get("values"));
        let read = shown
            .get("prior_state")
            .and_then(|prior| prior.get("values"));
        for (values, only_data) in [(managed, false), (read, true)] {
            if let Some(root) = values.and_then(|values| values.get("root_module")) {
                resources.add_module(root, only_data, &unknown);
            }
        }
        resources
    }

    fn add_module(
        &mut self,
        module: &'a Value,
        only_data: bool,
        unknown: &BTreeMap<&str, &'a Value>,
    ) {
        for resource in items(module, "resources") {
            let is_data = text(resource, "mode") == Some("data");
            let (Some(address), Some(kind)) = (text(resource, "address"), text(resource, "type"))
            else {
                continue;
            };
            let Some(values) = resource.get("values").and_then(Value::as_object) else {
                continue;
            };
            if only_data && !is_data {
                continue;
            }
            let kind = if is_data {
                format!("data.{kind}")
            } else {
                kind.to_owned()
            };
            let of_kind = self.0.entry(kind).or_default();
            if of_kind.iter().all(|known| known.address != address) {
                of_kind.push(Resource {
                    address: address.to_owned(),
                    values,
                    unknown: unknown.get(address).copied(),
                });
            }
        }
        for child in items(module, "child_modules") {
            self.add_module(child, only_data, unknown);
        }
    }

    /// The resources of a type.
    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = &Resource<'a>> {
        self.0.get(kind).into_iter().flatten()
    }

    /// The resource of a type with that id.
    pub(super) fn by_id(&self, kind: &str, id: Option<&str>) -> Option<&Resource<'a>> {
        let id = id?;
        self.of_type(kind)
            .find(|resource| resource.text("id") == Some(id))
    }
}

impl<'a> Resource<'a> {
    /// An attribute that is a string, and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.values
            .get(name)?
            .as_str()
            .filter(|text| !text.is_empty())
    }

    /// An attribute of any type.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.values.get(name)
    }

    /// The strings at `ATTRIBUTE` or `BLOCK.ATTRIBUTE`, each under a name for reports.
    pub(super) fn texts(&self, path: &str) -> Vec<(String, &'a str)> {
        let Some((block, attribute)) = path.split_once('.') else {
            let name = match path {
                "policy" | "content" => self.address.clone(),
                _ => format!("{}.{path}", self.address),
            };
            return self
                .text(path)
                .map(|text| (name, text))
                .into_iter()
                .collect();
        };
        let blocks = self.values.get(block).and_then(Value::as_array);
        blocks
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, item)| {
                let label =
                    text(item, "name").map_or(index.to_string(), |name| format!("\"{name}\""));
                let found = text(item, attribute).filter(|text| !text.is_empty())?;
                Some((format!("{}.{block}[{label}]", self.address), found))
            })
            .collect()
    }

    /// Whether apply will tell the attribute.
    pub(super) fn is_unknown(&self, path: &str) -> bool {
        let attribute = path.split('.').next().unwrap_or(path);
        let found = self.unknown.and_then(|unknown| unknown.get(attribute));
        found.is_some_and(holds_true)
    }
}

fn holds_true(value: &Value) -> bool {
    match value {
        Value::Bool(unknown) => *unknown,
        Value::Array(items) => items.iter().any(holds_true),
        Value::Object(fields) => fields.values().any(holds_true),
        _ => false,
    }
}

/// `after_unknown` by address.
fn unknown_values(shown: &Value) -> BTreeMap<&str, &Value> {
    let changes = items(shown, "resource_changes");
    changes
        .filter_map(|change| {
            let unknown = change.get("change")?.get("after_unknown")?;
            Some((text(change, "address")?, unknown))
        })
        .collect()
}

/// The items of a list that may be absent.
pub(super) fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A field that is a string.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}
