//! `ReadDataSource`: reads a data source.

use std::sync::Arc;

use cloister_framework::driver::read_data_source;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::read_data_source::{Request, Response};

use super::super::convert::{decode, encode, wire_diagnostics};
use super::find::find_data_source;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let data_source = find_data_source(&*provider, &request.type_name)?;
    let ty = data_source.schema().ty();
    let config = decode(request.config.as_ref(), &ty)?;
    let (state, diagnostics) = read_data_source(&*data_source, config).await;
    Ok(Response {
        state: encode(&state, &ty)?,
        diagnostics: wire_diagnostics(&diagnostics),
        deferred: None,
    })
}
