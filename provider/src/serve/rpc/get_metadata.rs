//! `GetMetadata`: the names of everything, without schemas.

use std::sync::Arc;

use cloister_framework::{Diagnostic, Provider};
use cloister_proto::tfplugin6::get_metadata::{
    DataSourceMetadata, EphemeralMetadata, FunctionMetadata, Request, ResourceMetadata, Response,
};

use super::capabilities::server_capabilities;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    _: Request,
) -> Result<Response, Diagnostic> {
    let resources = provider.resources().iter();
    let data_sources = provider.data_sources().iter();
    let functions = provider.functions().iter();
    let ephemeral = provider.ephemeral_resources().iter();
    Ok(Response {
        server_capabilities: Some(server_capabilities(&*provider)),
        resources: resources
            .map(|it| ResourceMetadata {
                type_name: it.type_name().to_owned(),
            })
            .collect(),
        data_sources: data_sources
            .map(|it| DataSourceMetadata {
                type_name: it.type_name().to_owned(),
            })
            .collect(),
        functions: functions
            .map(|it| FunctionMetadata {
                name: it.name().to_owned(),
            })
            .collect(),
        ephemeral_resources: ephemeral
            .map(|it| EphemeralMetadata {
                type_name: it.type_name().to_owned(),
            })
            .collect(),
        ..Response::default()
    })
}
