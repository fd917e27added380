//! `UpgradeResourceState`: brings stored state to the schema of this version.

use std::sync::Arc;

use cloister_framework::driver::upgrade_resource;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::upgrade_resource_state::{Request, Response};

use super::super::convert::{encode, wire_diagnostics};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let stored = request.raw_state.unwrap_or_default();
    let (state, diagnostics) = upgrade_resource(&*resource, request.version, &stored.json);
    Ok(Response {
        upgraded_state: encode(&state, &resource.schema().ty())?,
        diagnostics: wire_diagnostics(&diagnostics),
    })
}
