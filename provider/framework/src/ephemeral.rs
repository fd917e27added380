//! What an ephemeral resource does: values that never reach plan or state.

use async_trait::async_trait;

use crate::{Diagnostics, Private, Schema, Value};

/// A moment in UTC, in seconds since 1970. Comes from the caller's clock.
pub type UnixSeconds = i64;

#[derive(Clone, Debug, Default)]
pub struct OpenResponse {
    /// The config with everything computed filled in.
    pub result: Option<Value>,
    pub private: Private,
    /// When Terraform shall ask to renew, if ever.
    pub renew_at: Option<UnixSeconds>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug, Default)]
pub struct RenewResponse {
    pub private: Private,
    pub renew_at: Option<UnixSeconds>,
    pub diagnostics: Diagnostics,
}

/// Opened at plan and again at apply, closed after its last user.
#[async_trait]
pub trait EphemeralResource: Send + Sync {
    fn type_name(&self) -> &str;

    fn schema(&self) -> &Schema;

    /// Checks beyond the schema. What needs an unknown value has no complaint.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Makes the value, given a wholly known config with defaults applied.
    async fn open(&self, config: Value) -> OpenResponse;

    /// Prolongs it; only called if a `renew_at` was given.
    async fn renew(&self, private: Private) -> RenewResponse {
        RenewResponse {
            private,
            ..RenewResponse::default()
        }
    }

    /// Ends it, given the private data of `open`.
    async fn close(&self, _private: Private) -> Diagnostics {
        Diagnostics::new()
    }
}
