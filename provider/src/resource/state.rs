//! Parts as values: the computed attributes of a composite.

use std::collections::BTreeMap;

use cloister_composite::{PartKey, PartState, PartsState, PlannedId, PlannedPart, Tags};
use cloister_framework::{Path, Value};

/// The value of `status` when everything is as wanted.
pub(crate) const READY: &str = "READY";
/// The value of `status` when something could not be made.
pub(crate) const INCOMPLETE: &str = "INCOMPLETE";

/// The attribute `parts` of a plan.
pub(crate) fn planned_parts(parts: &BTreeMap<PartKey, PlannedPart>) -> Value {
    Value::map(parts.iter().map(|(key, part)| {
        let id = match &part.id {
            PlannedId::Known(id) => Value::string(id),
            PlannedId::Unknown => Value::Unknown,
        };
        let settings = part.settings.as_ref().map_or(Value::Unknown, Value::string);
        (key.as_str(), part_value(&part.kind, id, settings))
    }))
}

/// The attribute `parts` of a state.
pub(crate) fn state_parts(parts: &PartsState) -> Value {
    Value::map(parts.iter().map(|(key, part)| {
        let id = part.id.as_ref().map_or(Value::Null, Value::string);
        (
            key.as_str(),
            part_value(&part.kind, id, Value::string(&part.settings)),
        )
    }))
}

fn part_value(kind: &str, id: Value, settings: Value) -> Value {
    Value::object([
        ("id", id),
        ("kind", Value::string(kind)),
        ("settings", settings),
    ])
}

/// Reads the attribute `parts` of a state; what is null or not readable is left out, as if it did not exist.
pub(crate) fn read_parts(state: &Value) -> PartsState {
    let parts = state.attribute("parts").and_then(Value::entries);
    parts
        .into_iter()
        .flatten()
        .filter_map(|(key, part)| read_part(key, part))
        .collect()
}

fn read_part(key: &str, part: &Value) -> Option<(PartKey, PartState)> {
    let text = |name: &str| {
        part.attribute(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let state = PartState {
        kind: text("kind")?,
        id: text("id"),
        settings: text("settings")?,
    };
    Some((PartKey::parse(key).ok()?, state))
}

/// An attribute that comes from parts: a text, or a list or map of texts.
pub(crate) fn exposed_value(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Array(items) => Value::List(items.iter().map(exposed_value).collect()),
        serde_json::Value::Object(fields) => Value::map(
            fields
                .iter()
                .map(|(name, field)| (name.clone(), exposed_value(field))),
        ),
        serde_json::Value::Null | serde_json::Value::Number(_) => Value::Null,
    }
}

/// Tags as a value; unknown if they are.
pub(crate) fn tags_value(tags: Option<&Tags>) -> Value {
    tags.map_or(Value::Unknown, |tags| {
        Value::map(
            tags.iter()
                .map(|(key, value)| (key.clone(), Value::string(value))),
        )
    })
}

/// Sets a top-level attribute.
pub(crate) fn put(object: &mut Value, name: &str, value: Value) {
    object.set(&Path::attribute(name), value);
}
