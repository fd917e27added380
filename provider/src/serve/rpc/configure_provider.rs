//! `ConfigureProvider`: hands over the settings of the provider block.

use std::sync::Arc;

use cloister_framework::driver::configure_provider;
use cloister_framework::{ConfigureRequest, Diagnostic, Provider};
use cloister_proto::tfplugin6::configure_provider::{Request, Response};

use super::super::convert::{decode, wire_diagnostics};

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let config = decode(request.config.as_ref(), &provider.schema().ty())?;
    let configure = ConfigureRequest {
        config,
        terraform_version: request.terraform_version,
    };
    Ok(Response {
        diagnostics: wire_diagnostics(&configure_provider(&*provider, configure).await),
    })
}
