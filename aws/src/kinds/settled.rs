//! Inputs that must be known by the time a kind is called.

use cloister_composite::{ErrorClass, Input, PartError};

/// The value of `input`; the engine settles every input before it calls a kind.
pub(crate) fn settled<'a, T>(
    input: &'a Input<T>,
    kind: &str,
    name: &str,
) -> Result<&'a T, PartError> {
    input
        .known()
        .ok_or_else(|| PartError::bug(kind, format!("`{name}` was not settled before the call")))
}

/// The values of all `inputs`.
pub(crate) fn settled_all<'a, T>(
    inputs: &'a [Input<T>],
    kind: &str,
    name: &str,
) -> Result<Vec<&'a T>, PartError> {
    inputs
        .iter()
        .map(|input| settled(input, kind, name))
        .collect()
}

/// A field that AWS's answer must have.
pub(crate) fn answered<T>(value: Option<T>, api: &str, name: &str) -> Result<T, PartError> {
    value.ok_or_else(|| PartError::bug(api, format!("the answer lacks `{name}`")))
}

/// A policy document in AWS's answer.
pub(crate) fn parse_policy(text: &str, api: &str) -> Result<serde_json::Value, PartError> {
    serde_json::from_str(text)
        .map_err(|error| PartError::bug(api, format!("the policy is no JSON: {error}")))
}

/// The object was made a moment ago: that AWS does not know it everywhere yet is no answer.
pub(crate) fn not_yet_seen(mut error: PartError) -> PartError {
    if error.is_not_found() {
        error.class = ErrorClass::Propagation;
    }
    error
}

/// The object was made, and what comes after its create failed: it is looked for and mended, never made twice.
///
/// For kinds whose create takes neither a name nor a token; the engine repeats the create of all others.
pub(crate) fn half_made(mut error: PartError) -> PartError {
    if matches!(
        error.class,
        ErrorClass::NotFound | ErrorClass::Busy | ErrorClass::Propagation
    ) {
        error.class = ErrorClass::Uncertain;
    }
    error
}
