//! `ApplyResourceChange`: creates, updates or deletes.

use std::sync::Arc;

use cloister_framework::driver::{ApplyInput, apply_resource};
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::apply_resource_change::{Request, Response};

use super::super::convert::{decode, encode, encode_identity, wire_diagnostics_in};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let ty = resource.schema().ty();
    let input = ApplyInput {
        config: decode(request.config.as_ref(), &ty)?,
        prior: decode(request.prior_state.as_ref(), &ty)?,
        planned: decode(request.planned_state.as_ref(), &ty)?,
        private: request.planned_private.into(),
    };
    let applied = apply_resource(&*resource, input).await;
    let identity = encode_identity(applied.identity.as_ref(), resource.identity_schema())?;
    Ok(Response {
        new_state: encode(&applied.state, &ty)?,
        private: applied.private.into(),
        new_identity: identity.or(request.planned_identity),
        diagnostics: wire_diagnostics_in(&applied.diagnostics, resource.schema()),
        ..Response::default()
    })
}
