//! Finds what a request names.

use std::sync::Arc;

use cloister_framework::{DataSource, Diagnostic, EphemeralResource, Function, Provider, Resource};

pub(super) fn find_resource(
    provider: &dyn Provider,
    name: &str,
) -> Result<Arc<dyn Resource>, Diagnostic> {
    let found = provider
        .resources()
        .iter()
        .find(|resource| resource.type_name() == name);
    found.cloned().ok_or_else(|| unknown_type("resource", name))
}

pub(super) fn find_data_source(
    provider: &dyn Provider,
    name: &str,
) -> Result<Arc<dyn DataSource>, Diagnostic> {
    let found = provider
        .data_sources()
        .iter()
        .find(|data_source| data_source.type_name() == name);
    found
        .cloned()
        .ok_or_else(|| unknown_type("data source", name))
}

pub(super) fn find_ephemeral(
    provider: &dyn Provider,
    name: &str,
) -> Result<Arc<dyn EphemeralResource>, Diagnostic> {
    let found = provider
        .ephemeral_resources()
        .iter()
        .find(|ephemeral| ephemeral.type_name() == name);
    found
        .cloned()
        .ok_or_else(|| unknown_type("ephemeral resource", name))
}

pub(super) fn find_function(
    provider: &dyn Provider,
    name: &str,
) -> Result<Arc<dyn Function>, Diagnostic> {
    let found = provider
        .functions()
        .iter()
        .find(|function| function.name() == name);
    found.cloned().ok_or_else(|| unknown_type("function", name))
}

/// The answer to a name that this version of the provider does not know.
pub(super) fn unknown_type(what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(format!("Unknown {what}"))
        .found(format!(
            "This version of the provider has no {what} `{name}`."
        ))
        .action("Correct the name, or use a version of the provider that has it.")
}
