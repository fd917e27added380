//! `GetProviderSchema`: every schema and function signature.

use std::sync::Arc;

use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::get_provider_schema::{Request, Response};

use super::super::convert::wire_schema;
use super::capabilities::server_capabilities;
use super::get_functions::wire_functions;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    _: Request,
) -> Result<Response, Diagnostic> {
    let resources = provider.resources().iter();
    let data_sources = provider.data_sources().iter();
    let ephemeral = provider.ephemeral_resources().iter();
    Ok(Response {
        provider: Some(wire_schema(provider.schema())),
        resource_schemas: resources
            .map(|it| (it.type_name().to_owned(), wire_schema(it.schema())))
            .collect(),
        data_source_schemas: data_sources
            .map(|it| (it.type_name().to_owned(), wire_schema(it.schema())))
            .collect(),
        ephemeral_resource_schemas: ephemeral
            .map(|it| (it.type_name().to_owned(), wire_schema(it.schema())))
            .collect(),
        functions: wire_functions(&*provider),
        server_capabilities: Some(server_capabilities(&*provider)),
        ..Response::default()
    })
}
