//! What a data source does.

use async_trait::async_trait;

use crate::{Diagnostics, Schema, Value};

#[derive(Clone, Debug, Default)]
pub struct DataSourceResponse {
    /// The config with everything computed filled in, wholly known.
    pub state: Option<Value>,
    pub diagnostics: Diagnostics,
}

/// A data source: read anew on every plan, remembers nothing.
#[async_trait]
pub trait DataSource: Send + Sync {
    fn type_name(&self) -> &str;

    fn schema(&self) -> &Schema;

    /// Checks beyond the schema. What needs an unknown value has no complaint.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Reads, given a wholly known config with defaults applied.
    async fn read(&self, config: Value) -> DataSourceResponse;
}
