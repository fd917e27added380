//! The Terraform side of the provider, without Terraform's wire.
//!
//! This crate knows what a Terraform value, schema, path and diagnostic is, and
//! in which order a plan or an apply happens. It derives schema, validation and
//! documentation from config structs. It never does I/O, starts no runtime,
//! and knows neither AWS nor the protocol's messages: `provider/src/serve`
//! translates between those messages and the [`driver`].
//!
//! Read first: [`Value`], [`Schema`] and [`Resource`].

mod attr;
mod codec;
mod data_source;
mod decode;
mod diagnostic;
pub mod docs;
pub mod driver;
mod encode;
mod ephemeral;
mod function;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod private;
mod provider;
mod resource;
pub mod schema;
mod timeouts;
mod types;
mod value;

pub use attr::Attr;
pub use codec::CodecError;
pub use data_source::{DataSource, DataSourceResponse};
pub use decode::{DecodeError, from_value};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use encode::{EncodeError, to_value};
pub use ephemeral::{EphemeralResource, OpenResponse, RenewResponse, UnixSeconds};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use number::{Number, NumberError};
pub use path::{Path, Step};
pub use private::{Private, PrivateError};
pub use provider::{ConfigureRequest, Provider};
pub use resource::{
    ApplyResponse, CreateRequest, DeleteRequest, ImportRequest, ImportResponse, MoveRequest,
    MoveResponse, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, UpdateRequest,
};
pub use schema::{
    Attribute, AttributeKind, Block, BlockNesting, IdentityAttribute, IdentitySchema,
    NestedAttributes, NestedBlock, Nesting, Presence, Replace, Rule, Schema, SchemaError,
};
pub use timeouts::{Operation, Timeouts, parse_duration};
pub use types::{Type, TypeError};
pub use value::Value;
