//! `UpgradeResourceState`: every stored object, on every command.

use serde_json::Value as Json;

use super::invariants::settle;
use crate::{Diagnostic, Diagnostics, Resource, Value, json};

/// State of the same version is completed: attributes that a newer provider
/// added are missing in it. Older state goes through the resource.
pub fn upgrade_resource(
    resource: &dyn Resource,
    version: i64,
    json: &[u8],
) -> (Value, Diagnostics) {
    match upgraded(resource, version, json) {
        Ok(state) => {
            let mut state = resource.schema().complete(state);
            let diagnostics = settle(resource.schema(), &mut state, "The upgraded state");
            (state, diagnostics)
        }
        Err(diagnostic) => (Value::Null, diagnostic.into()),
    }
}

fn upgraded(resource: &dyn Resource, version: i64, json: &[u8]) -> Result<Value, Diagnostic> {
    let schema = resource.schema();
    if version == schema.version {
        return json::decode_lenient(json, &schema.ty()).map_err(|error| {
            let path = error.path.clone();
            unreadable(&error.to_string()).at(path)
        });
    }
    if version > schema.version {
        return Err(newer(resource.type_name(), version, schema.version));
    }
    let json: Json =
        serde_json::from_slice(json).map_err(|error| unreadable(&error.to_string()))?;
    resource.upgrade(version, &json)
}

/// Identities have had one version so far.
pub fn upgrade_identity(
    resource: &dyn Resource,
    version: i64,
    json: &[u8],
) -> (Value, Diagnostics) {
    let Some(schema) = resource.identity_schema() else {
        let bug = format!(
            "`{}` has no identity, but was asked to upgrade one.",
            resource.type_name()
        );
        return (Value::Null, Diagnostic::provider_bug(bug).into());
    };
    if version != schema.version {
        return (
            Value::Null,
            newer(resource.type_name(), version, schema.version).into(),
        );
    }
    match json::decode_lenient(json, &schema.ty()) {
        Ok(identity) => (identity, Diagnostics::new()),
        Err(error) => (Value::Null, unreadable(&error.to_string()).into()),
    }
}

fn unreadable(error: &str) -> Diagnostic {
    Diagnostic::error("State cannot be read")
        .found(format!(
            "The stored object does not have the form of its schema version: {error}."
        ))
        .action("Restore the state from a backup, or import the resource again.")
}

fn newer(type_name: &str, version: i64, known: i64) -> Diagnostic {
    Diagnostic::error("State was written by another version of the provider")
        .found(format!("The state of `{type_name}` has version `{version}`; this provider knows version `{known}`."))
        .action("Use the version of the provider that wrote the state, or a newer one.")
}
