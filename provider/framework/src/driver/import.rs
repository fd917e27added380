//! `ImportResourceState` and `MoveResourceState`: state that comes from elsewhere.

use super::apply::ApplyOutput;
use super::invariants::{check_identity, settle};
use crate::{Diagnostic, ImportRequest, MoveRequest, Resource, Value};

/// Imports by id or identity. Terraform reads the resource right after.
pub async fn import_resource(resource: &dyn Resource, request: ImportRequest) -> ApplyOutput {
    let response = resource.import(request).await;
    let mut diagnostics = response.diagnostics;
    if diagnostics.has_errors() {
        return ApplyOutput {
            diagnostics,
            ..ApplyOutput::default()
        };
    }
    let Some(state) = response.state.filter(|state| !state.is_null()) else {
        diagnostics.push(Diagnostic::provider_bug(
            "The import answered neither a state nor an error.",
        ));
        return ApplyOutput {
            diagnostics,
            ..ApplyOutput::default()
        };
    };
    let mut state = resource.schema().complete(state);
    diagnostics.extend(settle(resource.schema(), &mut state, "The imported state"));
    diagnostics.extend(check_identity(resource, response.identity.as_ref()));
    ApplyOutput {
        state,
        private: response.private.encode(),
        identity: response.identity,
        diagnostics,
    }
}

/// Takes over the state of a resource of another type.
pub fn move_resource(resource: &dyn Resource, request: &MoveRequest) -> ApplyOutput {
    let moved = match resource.take_over(request) {
        Some(Ok(moved)) => moved,
        Some(Err(diagnostic)) => return failed(diagnostic),
        None => return failed(not_taken_over(resource, request)),
    };
    let mut state = resource.schema().complete(moved.state);
    let mut diagnostics = settle(resource.schema(), &mut state, "The moved state");
    diagnostics.extend(check_identity(resource, moved.identity.as_ref()));
    ApplyOutput {
        state,
        private: moved.private.encode(),
        identity: moved.identity,
        diagnostics,
    }
}

fn failed(diagnostic: Diagnostic) -> ApplyOutput {
    ApplyOutput {
        state: Value::Null,
        diagnostics: diagnostic.into(),
        ..ApplyOutput::default()
    }
}

fn not_taken_over(resource: &dyn Resource, request: &MoveRequest) -> Diagnostic {
    Diagnostic::error("Resource cannot be moved to this type")
        .found(format!(
            "`{}` cannot take over the state of `{}` of provider `{}`.",
            resource.type_name(),
            request.source_type,
            request.source_provider
        ))
        .action("Remove the `moved` block; use a `removed` block and an `import` block instead.")
}
