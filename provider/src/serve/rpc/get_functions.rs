//! `GetFunctions`: the signatures of all functions.

use std::collections::HashMap;
use std::sync::Arc;

use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::Function;
use cloister_proto::tfplugin6::get_functions::{Request, Response};

use super::super::convert::wire_function;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    _: Request,
) -> Result<Response, Diagnostic> {
    Ok(Response {
        functions: wire_functions(&*provider),
        ..Response::default()
    })
}

/// The same list for every call that asks: `OpenTofu` compares them.
pub(super) fn wire_functions(provider: &dyn Provider) -> HashMap<String, Function> {
    let functions = provider.functions().iter();
    functions
        .map(|function| {
            (
                function.name().to_owned(),
                wire_function(function.signature()),
            )
        })
        .collect()
}
