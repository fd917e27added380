//! What Terraform will demand of an answer, checked before it sees it.

use crate::driver::write_only::null_write_only;
use crate::schema::Schema;
use crate::{Diagnostic, Diagnostics, Path, Resource, Value, msgpack};

/// The value fits the schema's type and holds no write-only value.
pub(super) fn check_form(schema: &Schema, value: &Value, answer: &str) -> Diagnostics {
    if let Err(error) = msgpack::encode(value, &schema.ty()) {
        let path = error.path.clone();
        return Diagnostic::provider_bug(format!(
            "{answer} does not have the form of the schema: {error}."
        ))
        .at(path)
        .into();
    }
    let mut stripped = value.clone();
    null_write_only(schema, &mut stripped);
    if stripped == *value {
        return Diagnostics::new();
    }
    Diagnostic::provider_bug(format!("{answer} holds a value of a write-only attribute.")).into()
}

/// The same, and nothing is left to be known. Unknowns become null, so that the rest can be saved.
pub(super) fn settle(schema: &Schema, state: &mut Value, answer: &str) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    if let Some(path) = state.first_unknown() {
        diagnostics.push(
            Diagnostic::provider_bug(format!("{answer} leaves {} unknown.", named(&path))).at(path),
        );
        null_unknowns(state);
    }
    null_write_only(schema, state);
    diagnostics.extend(check_form(schema, state, answer));
    diagnostics
}

/// An identity is wholly known and fits its schema.
pub(super) fn check_identity(resource: &dyn Resource, identity: Option<&Value>) -> Diagnostics {
    let Some(identity) = identity else {
        return Diagnostics::new();
    };
    let Some(schema) = resource.identity_schema() else {
        return Diagnostic::provider_bug(format!(
            "`{}` answers an identity but has no schema for one.",
            resource.type_name()
        ))
        .into();
    };
    match (
        identity.is_fully_known(),
        msgpack::encode(identity, &schema.ty()),
    ) {
        (true, Ok(_)) => Diagnostics::new(),
        (false, _) => Diagnostic::provider_bug("The identity is not wholly known.").into(),
        (true, Err(error)) => {
            Diagnostic::provider_bug(format!("The identity does not fit its schema: {error}."))
                .into()
        }
    }
}

fn named(path: &Path) -> String {
    if path.is_root() {
        "the whole object".to_owned()
    } else {
        format!("`{path}`")
    }
}

fn null_unknowns(value: &mut Value) {
    match value {
        Value::Unknown => *value = Value::Null,
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            elements.iter_mut().for_each(null_unknowns);
        }
        Value::Map(entries) | Value::Object(entries) => {
            entries.values_mut().for_each(null_unknowns);
        }
        Value::Dynamic(inner) => null_unknowns(&mut inner.1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
