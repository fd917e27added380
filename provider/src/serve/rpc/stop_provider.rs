//! `StopProvider`: the user interrupted; running calls finish what they began.

use std::sync::Arc;

use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::stop_provider::{Request, Response};

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    _: Request,
) -> Result<Response, Diagnostic> {
    provider.stop();
    Ok(Response::default())
}
