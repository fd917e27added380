//! The config as the anchor remembers it, so that an import finds the parts that config names.

use cloister_framework::Attr;
use serde_json::Value;

use super::config::SecureStudioDomain;
use crate::composite::Imported;

/// What is written down: everything that is given.
pub(crate) fn of(config: &SecureStudioDomain) -> Value {
    let whole = serde_json::to_value(config).unwrap_or_default();
    without_nulls(whole)
}

/// The config of this name, as it was written down.
pub(crate) fn config(name: &str, recipe: Option<&Value>) -> Option<SecureStudioDomain> {
    let mut config: SecureStudioDomain = serde_json::from_value(recipe?.clone()).ok()?;
    config.name = Attr::Known(name.to_owned());
    Some(config)
}

/// The config that made what an import found; `None` without a domain.
pub(crate) fn recover(imported: &Imported<'_>) -> Option<SecureStudioDomain> {
    imported.found.keys().find(|key| key.as_str() == "domain")?;
    config(imported.name, imported.recipe)
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, field)| !field.is_null())
                .map(|(name, field)| (name, without_nulls(field)))
                .collect(),
        ),
        other => other,
    }
}
