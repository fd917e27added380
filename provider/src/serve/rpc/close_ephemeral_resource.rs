//! `CloseEphemeralResource`: ends an open ephemeral resource.

use std::sync::Arc;

use cloister_framework::driver::close_ephemeral;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::close_ephemeral_resource::{Request, Response};

use super::super::convert::wire_diagnostics;
use super::find::find_ephemeral;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let ephemeral = find_ephemeral(&*provider, &request.type_name)?;
    let closed = close_ephemeral(&*ephemeral, &request.private.unwrap_or_default()).await;
    Ok(Response {
        diagnostics: wire_diagnostics(&closed),
    })
}
