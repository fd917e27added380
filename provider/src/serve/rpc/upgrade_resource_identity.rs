//! `UpgradeResourceIdentity`: brings a stored identity to the schema of this version.

use std::sync::Arc;

use cloister_framework::driver::upgrade_identity;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::upgrade_resource_identity::{Request, Response};

use super::super::convert::{encode_identity, wire_diagnostics};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let stored = request.raw_identity.unwrap_or_default();
    let (identity, diagnostics) = upgrade_identity(&*resource, request.version, &stored.json);
    Ok(Response {
        upgraded_identity: encode_identity(Some(&identity), resource.identity_schema())?,
        diagnostics: wire_diagnostics(&diagnostics),
    })
}
