//! `ValidateEphemeralResourceConfig`: checks an ephemeral block.

use std::sync::Arc;

use cloister_framework::driver::validate_ephemeral;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::validate_ephemeral_resource_config::{Request, Response};

use super::super::convert::{decode, wire_diagnostics};
use super::find::find_ephemeral;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let ephemeral = find_ephemeral(&*provider, &request.type_name)?;
    let config = decode(request.config.as_ref(), &ephemeral.schema().ty())?;
    Ok(Response {
        diagnostics: wire_diagnostics(&validate_ephemeral(&*ephemeral, &config)),
    })
}
