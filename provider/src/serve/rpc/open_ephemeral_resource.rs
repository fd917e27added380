//! `OpenEphemeralResource`: makes a value that is never stored.

use std::sync::Arc;

use cloister_framework::driver::open_ephemeral;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::open_ephemeral_resource::{Request, Response};

use super::super::convert::{decode, encode, wire_diagnostics};
use super::find::find_ephemeral;
use super::renew_ephemeral_resource::wire_moment;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let ephemeral = find_ephemeral(&*provider, &request.type_name)?;
    let ty = ephemeral.schema().ty();
    let config = decode(request.config.as_ref(), &ty)?;
    let opened = open_ephemeral(&*ephemeral, config).await;
    Ok(Response {
        result: encode(&opened.result, &ty)?,
        private: Some(opened.private.into()),
        renew_at: opened.renew_at.map(wire_moment),
        diagnostics: wire_diagnostics(&opened.diagnostics),
        deferred: None,
    })
}
