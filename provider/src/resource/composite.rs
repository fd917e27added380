//! [`CompositeResource`]: what Terraform asks, routed to where it is answered.

use std::{
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use cloister_composites::{Common, Composite};
use cloister_framework::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostics, IdentityAttribute, IdentitySchema,
    ImportRequest, ImportResponse, PlanRequest, PlanResponse, Private, ReadRequest, ReadResponse,
    Resource, Schema, Timeouts, Type, UpdateRequest, Value,
};

use super::input::Input;
use crate::provider::Shared;

/// A composite as a Terraform resource.
pub(crate) struct CompositeResource<C> {
    pub(super) shared: Arc<Shared>,
    type_name: String,
    schema: OnceLock<Schema>,
    identity: OnceLock<IdentitySchema>,
    composite: PhantomData<fn() -> C>,
}

impl<C: Composite> CompositeResource<C> {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            type_name: format!("cloister_{}", C::TYPE),
            schema: OnceLock::new(),
            identity: OnceLock::new(),
            composite: PhantomData,
        }
    }
}

/// The composite's own attributes, and those that every composite has.
fn schema_of<C: Composite>() -> Schema {
    let mut schema = Schema::of::<C::Config>(0);
    let common = Schema::of::<Common>(0);
    schema.block.attributes.extend(common.block.attributes);
    schema.block.blocks.extend(common.block.blocks);
    schema
}

fn identity_schema() -> IdentitySchema {
    let attribute = |description: &str| IdentityAttribute {
        ty: Type::String,
        required_for_import: true,
        description: description.to_owned(),
    };
    let attributes = [
        ("account", "The 12-digit account id."),
        ("region", "The region."),
        ("name", "The name of the composite."),
    ];
    IdentitySchema {
        version: 0,
        attributes: attributes
            .map(|(name, text)| (name.to_owned(), attribute(text)))
            .into(),
    }
}

#[async_trait]
impl<C: Composite> Resource for CompositeResource<C> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn schema(&self) -> &Schema {
        self.schema.get_or_init(schema_of::<C>)
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(self.identity.get_or_init(identity_schema))
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = Timeouts::check(config);
        match Input::<C>::decode(config) {
            Ok(input) => C::validate(&input.config)
                .into_iter()
                .for_each(|found| diagnostics.push(found)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
        diagnostics
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        self.plan_change(request).await
    }

    async fn plan_destroy(&self, prior: Value, _private: Private) -> Diagnostics {
        Self::refuse_protected(&prior).into_iter().collect()
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        self.apply_create(request).await
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        self.apply_update(request).await
    }

    async fn delete(&self, request: DeleteRequest) -> ApplyResponse {
        self.apply_delete(request).await
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        self.refresh(request).await
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        self.import_by_name(request).await
    }
}
