//! What an import reads out of the settings of parts and the conditions of policies.

use cloister_framework::Attr;
use cloister_policy::{Conditions, Document, Statement};
use serde_json::Value;

/// The values for `key` in the conditions of the statement `sid`; none without that statement.
pub(crate) fn values_in(document: &Document, sid: &str, key: &str) -> Vec<String> {
    let has_it = |statement: &&Statement| statement.sid.as_deref() == Some(sid);
    let statement = document.statements.iter().find(has_it);
    statement
        .map(|statement| values_of(&statement.conditions, key))
        .unwrap_or_default()
}

/// All values for `key`, whatever the operator.
pub(crate) fn values_of(conditions: &Conditions, key: &str) -> Vec<String> {
    let named = conditions
        .iter()
        .filter(|(_, name, _)| name.as_str().eq_ignore_ascii_case(key));
    named.flat_map(|(_, _, values)| values.to_vec()).collect()
}

pub(crate) fn string(value: &Value, pointer: &str) -> Attr<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map_or(Attr::Null, |text| Attr::Known(text.to_owned()))
}

pub(crate) fn days(value: &Value, pointer: &str) -> Attr<u32> {
    let days = value.pointer(pointer).and_then(Value::as_u64);
    days.and_then(|days| u32::try_from(days).ok())
        .map_or(Attr::Null, Attr::Known)
}

pub(crate) fn known<T>(value: Option<T>) -> Attr<T> {
    value.map_or(Attr::Null, Attr::Known)
}
