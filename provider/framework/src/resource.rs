//! What a managed resource does.

use async_trait::async_trait;

use crate::{Diagnostic, Diagnostics, IdentitySchema, Path, Private, Schema, Value};

#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// As written, with write-only values and unknowns; never null.
    pub config: Value,
    /// `None` plans a create.
    pub prior: Option<Value>,
    /// Config over prior state, defaults applied, write-only values nulled, and
    /// what the provider computes marked unknown where anything changes.
    pub proposed: Value,
    pub private: Private,
}

#[derive(Clone, Debug)]
pub struct PlanResponse {
    pub planned: Value,
    /// In addition to the replace rules of the schema.
    pub requires_replace: Vec<Path>,
    pub private: Private,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// What was planned; what it leaves unknown is decided now.
    pub planned: Value,
    /// Wholly known, with write-only values.
    pub config: Value,
    pub private: Private,
}

#[derive(Clone, Debug)]
pub struct UpdateRequest {
    pub prior: Value,
    pub planned: Value,
    pub config: Value,
    pub private: Private,
}

#[derive(Clone, Debug)]
pub struct DeleteRequest {
    pub prior: Value,
    pub private: Private,
}

/// What stands after create, update or delete, finished or not.
#[derive(Clone, Debug, Default)]
pub struct ApplyResponse {
    /// What exists now. `None`: nothing exists (a create that made nothing, a finished delete).
    /// With an error, the state that was reached: nothing made is forgotten.
    pub state: Option<Value>,
    pub private: Private,
    pub identity: Option<Value>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug)]
pub struct ReadRequest {
    pub state: Value,
    pub private: Private,
}

#[derive(Clone, Debug, Default)]
pub struct ReadResponse {
    /// `None`: it no longer exists.
    pub state: Option<Value>,
    pub private: Private,
    pub identity: Option<Value>,
    pub diagnostics: Diagnostics,
}

/// Exactly one of the two is set.
#[derive(Clone, Debug, Default)]
pub struct ImportRequest {
    pub id: Option<String>,
    pub identity: Option<Value>,
}

#[derive(Clone, Debug, Default)]
pub struct ImportResponse {
    /// May be partial: Terraform reads the resource right after. Missing attributes are filled with null.
    pub state: Option<Value>,
    pub private: Private,
    pub identity: Option<Value>,
    pub diagnostics: Diagnostics,
}

/// A `moved` block that leads here from a resource of another type.
#[derive(Clone, Debug)]
pub struct MoveRequest {
    /// `HOST/NAMESPACE/TYPE`; `OpenTofu` and Terraform differ in the host.
    pub source_provider: String,
    pub source_type: String,
    pub source_version: i64,
    pub source_state: serde_json::Value,
    pub source_private: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct MoveResponse {
    pub state: Value,
    pub private: Private,
    pub identity: Option<Value>,
}

/// A managed resource. All values are objects of the schema's type.
///
/// Planning is called at plan and again at apply, in other processes, and must
/// answer the same. Every method may be called at the same time for other
/// instances of the resource.
#[async_trait]
pub trait Resource: Send + Sync {
    /// With the provider's prefix: `cloister_s3_locked_bucket`.
    fn type_name(&self) -> &str;

    fn schema(&self) -> &Schema;

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        None
    }

    /// Checks beyond the schema. What needs an unknown value has no complaint.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Decides what an apply would do. Called for create and update.
    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        PlanResponse {
            planned: request.proposed,
            requires_replace: Vec::new(),
            private: request.private,
            diagnostics: Diagnostics::new(),
        }
    }

    /// The last moment to refuse or warn before a delete.
    async fn plan_destroy(&self, _prior: Value, _private: Private) -> Diagnostics {
        Diagnostics::new()
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse;

    async fn update(&self, request: UpdateRequest) -> ApplyResponse;

    async fn delete(&self, request: DeleteRequest) -> ApplyResponse;

    async fn read(&self, request: ReadRequest) -> ReadResponse;

    async fn import(&self, _request: ImportRequest) -> ImportResponse {
        let refusal = Diagnostic::error("Resource cannot be imported")
            .found(format!("`{}` has no import.", self.type_name()))
            .action("Remove the `import` block, and let Terraform create the resource.");
        ImportResponse {
            diagnostics: refusal.into(),
            ..ImportResponse::default()
        }
    }

    /// Turns state of an older schema version into today's. State of the same
    /// version never comes here: the driver fills new attributes with null.
    fn upgrade(&self, version: i64, _json: &serde_json::Value) -> Result<Value, Diagnostic> {
        Err(Diagnostic::provider_bug(format!(
            "State of `{}` has schema version {version}; nothing leads from there to version {}.",
            self.type_name(),
            self.schema().version
        )))
    }

    /// Takes over the state of another resource type; `None` where it does not know that type.
    fn take_over(&self, _request: &MoveRequest) -> Option<Result<MoveResponse, Diagnostic>> {
        None
    }

    /// Whether [`Resource::take_over`] ever answers: Terraform must be told beforehand.
    fn takes_over(&self) -> bool {
        false
    }
}
