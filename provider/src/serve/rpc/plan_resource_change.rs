//! `PlanResourceChange`: what an apply would do.

use std::sync::Arc;

use cloister_framework::driver::{PlanInput, plan_resource};
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::plan_resource_change::{Request, Response};

use super::super::convert::{decode, encode, wire_diagnostics_in, wire_path};
use super::find::find_resource;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let resource = find_resource(&*provider, &request.type_name)?;
    let ty = resource.schema().ty();
    let input = PlanInput {
        config: decode(request.config.as_ref(), &ty)?,
        prior: decode(request.prior_state.as_ref(), &ty)?,
        proposed: decode(request.proposed_new_state.as_ref(), &ty)?,
        private: request.prior_private.into(),
    };
    let plan = plan_resource(&*resource, input).await;
    Ok(Response {
        planned_state: encode(&plan.planned, &ty)?,
        requires_replace: plan.requires_replace.iter().map(wire_path).collect(),
        planned_private: plan.private.into(),
        planned_identity: request.prior_identity,
        diagnostics: wire_diagnostics_in(&plan.diagnostics, resource.schema()),
        ..Response::default()
    })
}
