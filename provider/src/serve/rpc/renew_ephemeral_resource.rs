//! `RenewEphemeralResource`: prolongs an open ephemeral resource.

use std::sync::Arc;

use cloister_framework::driver::renew_ephemeral;
use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::renew_ephemeral_resource::{Request, Response};
use prost_types::Timestamp;

use super::super::convert::wire_diagnostics;
use super::find::find_ephemeral;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let ephemeral = find_ephemeral(&*provider, &request.type_name)?;
    let renewed = renew_ephemeral(&*ephemeral, &request.private.unwrap_or_default()).await;
    Ok(Response {
        private: Some(renewed.private.into()),
        renew_at: renewed.renew_at.map(wire_moment),
        diagnostics: wire_diagnostics(&renewed.diagnostics),
    })
}

/// A moment in whole seconds since 1970.
pub(super) fn wire_moment(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}
