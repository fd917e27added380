//! `GetResourceIdentitySchemas`: what import blocks can name resources by.

use std::sync::Arc;

use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::get_resource_identity_schemas::{Request, Response};

use super::super::convert::wire_identity_schema;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    _: Request,
) -> Result<Response, Diagnostic> {
    let schemas = provider.resources().iter().filter_map(|resource| {
        resource.identity_schema().map(|schema| {
            (
                resource.type_name().to_owned(),
                wire_identity_schema(schema),
            )
        })
    });
    Ok(Response {
        identity_schemas: schemas.collect(),
        ..Response::default()
    })
}
