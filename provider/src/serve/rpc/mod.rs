//! The calls of the protocol: one file for each, which decodes the request,
//! hands it to the framework, and encodes the answer.

mod absent;
mod apply_resource_change;
mod call;
mod call_function;
mod capabilities;
mod close_ephemeral_resource;
mod configure_provider;
mod find;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod import_resource_state;
mod move_resource_state;
mod open_ephemeral_resource;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod refusal;
mod renew_ephemeral_resource;
mod service;
mod stop_provider;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate_data_resource_config;
mod validate_ephemeral_resource_config;
mod validate_provider_config;
mod validate_resource_config;

pub(super) use service::ProviderService;
