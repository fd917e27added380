//! `ValidateDataResourceConfig`: checks a data block.

use std::sync::Arc;

use cloister_framework::driver::validate_data_source;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::validate_data_resource_config::{Request, Response};

use super::super::convert::{decode, wire_diagnostics};
use super::find::find_data_source;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let data_source = find_data_source(&*provider, &request.type_name)?;
    let config = decode(request.config.as_ref(), &data_source.schema().ty())?;
    Ok(Response {
        diagnostics: wire_diagnostics(&validate_data_source(&*data_source, &config)),
    })
}
