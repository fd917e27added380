//! What a provider offers.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{DataSource, Diagnostics, EphemeralResource, Function, Resource, Schema, Value};

/// The provider block, as Terraform configures it once per process.
#[derive(Clone, Debug)]
pub struct ConfigureRequest {
    /// May hold unknowns: a provider can be configured from a resource of the same run.
    pub config: Value,
    /// The version of Terraform or `OpenTofu`, for the user agent.
    pub terraform_version: String,
}

/// A provider: its settings and everything it can make.
///
/// Schemas and lists are asked for on every call; build them once.
#[async_trait]
pub trait Provider: Send + Sync {
    fn schema(&self) -> &Schema;

    fn resources(&self) -> &[Arc<dyn Resource>];

    fn data_sources(&self) -> &[Arc<dyn DataSource>] {
        &[]
    }

    fn functions(&self) -> &[Arc<dyn Function>] {
        &[]
    }

    fn ephemeral_resources(&self) -> &[Arc<dyn EphemeralResource>] {
        &[]
    }

    /// Checks beyond the schema. What needs an unknown value has no complaint.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Takes the settings. An unknown setting is no error here, but where it is first needed.
    async fn configure(&self, request: ConfigureRequest) -> Diagnostics;

    /// The user interrupted: start nothing new, finish and save what runs. Not a shut-down.
    fn stop(&self) {}
}
