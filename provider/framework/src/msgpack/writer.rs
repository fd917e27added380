//! Value to msgpack, led by the type.

use std::collections::BTreeMap;

use rmp::encode as write;

use crate::number::Encoded;
use crate::{CodecError, Number, Step, Type, Value};

/// An unknown of any type, as Terraform itself writes it.
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

pub(super) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::new();
    value_into(&mut bytes, value, ty)?;
    Ok(bytes)
}

fn value_into(bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => bytes.push(0xc0),
        (_, Value::Unknown) => bytes.extend(UNKNOWN),
        (Type::Dynamic, Value::Dynamic(inner)) => dynamic_into(bytes, &inner.0, &inner.1)?,
        (Type::Bool, Value::Bool(flag)) => written(write::write_bool(bytes, *flag))?,
        (Type::Number, Value::Number(number)) => number_into(bytes, number)?,
        (Type::String, Value::String(text)) => written(write::write_str(bytes, text))?,
        (Type::List(element), Value::List(elements)) => {
            elements_into(
                bytes,
                elements.len(),
                elements.iter().map(|value| (value, &**element)),
            )?;
        }
        (Type::Set(element), Value::Set(elements)) => {
            elements_into(
                bytes,
                elements.len(),
                elements.iter().map(|value| (value, &**element)),
            )
            .map_err(CodecError::inside_set)?;
        }
        (Type::Tuple(types), Value::Tuple(elements)) if types.len() == elements.len() => {
            elements_into(bytes, elements.len(), elements.iter().zip(types))?;
        }
        (Type::Tuple(types), Value::Tuple(elements)) => {
            return Err(CodecError::new(format!(
                "expected {} elements, found {}",
                types.len(),
                elements.len()
            )));
        }
        (Type::Map(element), Value::Map(entries)) => map_into(bytes, entries, element)?,
        (Type::Object(attributes), Value::Object(entries)) => {
            object_into(bytes, entries, attributes)?;
        }
        (ty, value) => {
            return Err(CodecError::new(format!(
                "expected {ty}, found {}",
                value.kind()
            )));
        }
    }
    Ok(())
}

fn number_into(bytes: &mut Vec<u8>, number: &Number) -> Result<(), CodecError> {
    match number.encoded() {
        Encoded::Int(integer) => written(write::write_sint(bytes, integer)),
        Encoded::Float(float) => written(write::write_f64(bytes, float)),
        Encoded::Text(text) => written(write::write_str(bytes, &text)),
    }
}

fn elements_into<'a>(
    bytes: &mut Vec<u8>,
    length: usize,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
) -> Result<(), CodecError> {
    written(write::write_array_len(bytes, length_of(length)?))?;
    for (index, (value, ty)) in elements.enumerate() {
        value_into(bytes, value, ty).map_err(|error| error.within(Step::Index(index as u64)))?;
    }
    Ok(())
}

fn map_into(
    bytes: &mut Vec<u8>,
    entries: &BTreeMap<String, Value>,
    element: &Type,
) -> Result<(), CodecError> {
    written(write::write_map_len(bytes, length_of(entries.len())?))?;
    for (key, value) in entries {
        written(write::write_str(bytes, key))?;
        value_into(bytes, value, element).map_err(|error| error.within(Step::Key(key.clone())))?;
    }
    Ok(())
}

/// Terraform refuses an object with an attribute too many or too few.
fn object_into(
    bytes: &mut Vec<u8>,
    entries: &BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<(), CodecError> {
    if let Some(extra) = entries.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(CodecError::new("no such attribute").within(Step::Attribute(extra.clone())));
    }
    written(write::write_map_len(bytes, length_of(attributes.len())?))?;
    for (name, ty) in attributes {
        let step = || Step::Attribute(name.clone());
        let value = entries
            .get(name)
            .ok_or_else(|| CodecError::new("attribute is missing").within(step()))?;
        written(write::write_str(bytes, name))?;
        value_into(bytes, value, ty).map_err(|error| error.within(step()))?;
    }
    Ok(())
}

fn dynamic_into(bytes: &mut Vec<u8>, ty: &Type, value: &Value) -> Result<(), CodecError> {
    if value.is_null() {
        bytes.push(0xc0); // A null has no type of its own on the wire.
        return Ok(());
    }
    if *ty == Type::Dynamic {
        return value_into(bytes, value, ty);
    }
    bytes.push(0x92);
    written(write::write_bin(bytes, ty.to_json().as_bytes()))?;
    value_into(bytes, value, ty)
}

fn length_of(length: usize) -> Result<u32, CodecError> {
    u32::try_from(length).map_err(|_| CodecError::new("too many elements"))
}

fn written<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<(), CodecError> {
    result.map(|_| ()).map_err(CodecError::new)
}
