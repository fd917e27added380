//! `ValidateResourceConfig`: checks a resource block.

use std::sync::Arc;

use cloister_framework::driver::validate_resource;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::validate_resource_config::{Request, Response};

use super::super::convert::{decode, wire_diagnostics_in};
use super::capabilities::client_capabilities;
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let config = decode(request.config.as_ref(), &resource.schema().ty())?;
    let capabilities = client_capabilities(request.client_capabilities);
    Ok(Response {
        diagnostics: wire_diagnostics_in(
            &validate_resource(&*resource, &config, capabilities),
            resource.schema(),
        ),
    })
}
