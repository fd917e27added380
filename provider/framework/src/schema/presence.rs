//! What the extensions on a field say: who gives the value, and how it changes.

use serde_json::{Map, Value as Json};

use super::{Presence, Replace};
use crate::{Type, Value, to_value};

/// The extensions of one field.
#[derive(Default)]
pub(super) struct Flags {
    /// `Computed` or `OptionalComputed`, if said.
    pub(super) computed: Option<Presence>,
    pub(super) sensitive: bool,
    pub(super) write_only: bool,
    pub(super) keep: bool,
    pub(super) replace: Option<Replace>,
    pub(super) deprecation: Option<String>,
    pub(super) problems: Vec<String>,
}

/// What the attribute around it makes of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Configurable,
    ReadOnly,
    WriteOnly,
}

impl Parent {
    /// What a field with these flags makes of the fields inside it.
    pub(super) fn with(self, flags: &Flags) -> Self {
        match self {
            Self::Configurable if flags.computed == Some(Presence::Computed) => Self::ReadOnly,
            Self::Configurable if flags.write_only => Self::WriteOnly,
            other => other,
        }
    }
}

impl Flags {
    pub(super) fn of(field: &Map<String, Json>) -> Self {
        let mut flags = Self {
            sensitive: is_true(field, "x-sensitive"),
            write_only: is_true(field, "writeOnly"),
            keep: is_true(field, "x-keep"),
            deprecation: deprecation(field),
            ..Self::default()
        };
        flags.computed = match field.get("x-computed") {
            None | Some(Json::Bool(false)) => {
                is_true(field, "readOnly").then_some(Presence::Computed)
            }
            Some(Json::Bool(true)) => Some(Presence::Computed),
            Some(Json::String(word)) if word == "optional" => Some(Presence::OptionalComputed),
            Some(_) => flags.complain("`x-computed` must be true or \"optional\""),
        };
        flags.replace = match field.get("x-replace").map(Json::as_str) {
            None => None,
            Some(Some("always")) => Some(Replace::Always),
            Some(Some("if_configured")) => Some(Replace::IfConfigured),
            Some(_) => flags.complain("`x-replace` must be \"always\" or \"if_configured\""),
        };
        flags
    }

    fn complain<T>(&mut self, problem: &str) -> Option<T> {
        self.problems.push(problem.to_owned());
        None
    }
}

pub(super) fn presence_of(
    flags: &Flags,
    required: bool,
    has_default: bool,
    parent: Parent,
) -> Presence {
    match (flags.computed, parent) {
        (_, Parent::ReadOnly) => Presence::Computed,
        (Some(computed), _) => computed,
        _ if has_default => Presence::OptionalComputed,
        _ if required => Presence::Required,
        _ => Presence::Optional,
    }
}

/// The default of a field as a value; null and empty are no default, since
/// absent means the same to the code and shows less in a plan.
pub(super) fn default_of(field: &Map<String, Json>, ty: &Type) -> Result<Option<Value>, String> {
    let said = field.get("x-default");
    let default = match (said, field.get("default")) {
        (Some(default), _) => default,
        (None, Some(default)) if !is_empty(default) => default,
        _ => return Ok(None),
    };
    to_value(default, ty)
        .map(Some)
        .map_err(|error| format!("the default does not fit: {error}"))
}

/// Nothing inside says anything: an empty collection, or a struct of absent fields.
fn is_empty(default: &Json) -> bool {
    match default {
        Json::Null => true,
        Json::Array(elements) => elements.is_empty(),
        Json::Object(entries) => entries.values().all(is_empty),
        _ => false,
    }
}

fn is_true(field: &Map<String, Json>, key: &str) -> bool {
    field.get(key).and_then(Json::as_bool) == Some(true)
}

fn deprecation(field: &Map<String, Json>) -> Option<String> {
    match field.get("x-deprecated").and_then(Json::as_str) {
        Some(message) => Some(message.to_owned()),
        None => is_true(field, "deprecated")
            .then(|| "It will be removed in a later version.".to_owned()),
    }
}
