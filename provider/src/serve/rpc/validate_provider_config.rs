//! `ValidateProviderConfig`: checks the provider block.

use std::sync::Arc;

use cloister_framework::driver::validate_provider;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::validate_provider_config::{Request, Response};

use super::super::convert::{decode, wire_diagnostics};

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let config = decode(request.config.as_ref(), &provider.schema().ty())?;
    Ok(Response {
        diagnostics: wire_diagnostics(&validate_provider(&*provider, &config)),
    })
}
