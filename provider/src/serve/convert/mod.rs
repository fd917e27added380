//! Between the messages of the protocol and the framework's types.

mod diagnostics;
mod function;
mod identity;
mod path;
mod schema;
mod value;

pub(super) use diagnostics::{wire_diagnostic, wire_diagnostics, wire_diagnostics_in};
pub(super) use function::{wire_function, wire_function_error};
pub(super) use identity::{decode_identity, encode_identity, wire_identity_schema};
pub(super) use path::wire_path;
pub(super) use schema::wire_schema;
pub(super) use value::{decode, encode};
