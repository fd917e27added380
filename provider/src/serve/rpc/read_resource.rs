//! `ReadResource`: what a resource is like now.

use std::sync::Arc;

use cloister_framework::driver::read_resource;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::read_resource::{Request, Response};

use super::super::convert::{decode, encode, encode_identity, wire_diagnostics};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let ty = resource.schema().ty();
    let state = decode(request.current_state.as_ref(), &ty)?;
    let read = read_resource(&*resource, state, &request.private).await;
    let identity = encode_identity(read.identity.as_ref(), resource.identity_schema())?;
    Ok(Response {
        new_state: encode(&read.state, &ty)?,
        private: read.private.into(),
        new_identity: identity.or(request.current_identity),
        diagnostics: wire_diagnostics(&read.diagnostics),
        deferred: None,
    })
}
