//! What a resource, data source or provider block looks like.
//!
//! A schema is derived from the struct that decodes the configuration
//! ([`Schema::of`]), so that both cannot disagree. [`Schema::check`] finds in a
//! test what Terraform would refuse, or crash on, when it loads the schema.

mod check;
mod complete;
mod derive;
mod identity;
mod json_schema;
mod model;
mod presence;
mod rule;

pub use check::SchemaError;
pub use identity::{IdentityAttribute, IdentitySchema};
pub(crate) use model::Purpose;
pub use model::{
    Attribute, AttributeKind, Block, BlockNesting, NestedAttributes, NestedBlock, Nesting,
    Presence, Replace, Schema,
};
pub use rule::Rule;
pub(crate) use rule::Shown;
