//! `ImportResourceState`: takes an existing object under management.

use std::sync::Arc;

use cloister_framework::driver::import_resource;
use cloister_framework::{Diagnostic, ImportRequest, Provider};
use cloister_proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};

use super::super::convert::{decode_identity, encode, encode_identity, wire_diagnostics};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let import = ImportRequest {
        id: Some(request.id).filter(|id| !id.is_empty()),
        identity: decode_identity(request.identity.as_ref(), resource.identity_schema())?,
    };
    let import = import_resource(&*resource, import).await;
    let diagnostics = wire_diagnostics(&import.diagnostics);
    if import.diagnostics.has_errors() {
        return Ok(Response {
            diagnostics,
            ..Response::default()
        });
    }
    let imported = ImportedResource {
        type_name: request.type_name,
        state: encode(&import.state, &resource.schema().ty())?,
        private: import.private.into(),
        identity: encode_identity(import.identity.as_ref(), resource.identity_schema())?
            .or(request.identity),
    };
    Ok(Response {
        imported_resources: vec![imported],
        diagnostics,
        deferred: None,
    })
}
