//! Terraform's msgpack form of values. Any bytes are safe to decode.
//!
//! Refinements of unknowns (what little Terraform knows about them) are
//! dropped: Terraform compares plans without them.

mod reader;
mod writer;

use crate::{CodecError, Type, Value};

/// Reads a value of this type. No bytes at all are a null.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    reader::decode(bytes, ty)
}

/// Writes a value of this type; a value that does not fit the type is an error with its path.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    writer::encode(value, ty)
}
