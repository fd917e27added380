//! `MoveResourceState`: takes over the state of a resource of another type.

use std::sync::Arc;

use cloister_framework::driver::move_resource;
use cloister_framework::{Diagnostic, MoveRequest, Provider};
use cloister_proto::tfplugin6::move_resource_state::{Request, Response};

use super::super::convert::{encode, encode_identity, wire_diagnostics};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.target_type_name)?;
    let source = request.source_state.unwrap_or_default();
    let source_state = serde_json::from_slice(&source.json).map_err(|error| {
        Diagnostic::provider_bug(format!(
            "The state of `{}` is not JSON: {error}.",
            request.source_type_name
        ))
    })?;
    let moved = move_resource(
        &*resource,
        &MoveRequest {
            source_provider: request.source_provider_address,
            source_type: request.source_type_name,
            source_version: request.source_schema_version,
            source_state,
            source_private: request.source_private.into(),
        },
    );
    Ok(Response {
        target_state: encode(&moved.state, &resource.schema().ty())?,
        target_private: moved.private.into(),
        target_identity: encode_identity(moved.identity.as_ref(), resource.identity_schema())?,
        diagnostics: wire_diagnostics(&moved.diagnostics),
    })
}
