//! The JSON form of values, as state files hold it. It has no unknowns.
//!
//! Numbers keep every digit: text is read, never a float.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::codec::MAX_DEPTH;
use crate::{CodecError, Step, Type, Value};

/// Reads a value of this type; an object must have exactly its attributes.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    read(bytes, ty, Objects::Exact)
}

/// Reads a value that another build of the same schema version wrote:
/// attributes it lacks become null, and those that are no more are dropped.
pub fn decode_lenient(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    read(bytes, ty, Objects::Lenient)
}

/// Writes a value of this type. An unknown in it is an error.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut text = String::new();
    write(&mut text, value, ty)?;
    Ok(text.into_bytes())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Objects {
    Exact,
    Lenient,
}

fn read(bytes: &[u8], ty: &Type, objects: Objects) -> Result<Value, CodecError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let raw: &RawValue = serde_json::from_slice(bytes).map_err(CodecError::new)?;
    Reader { objects }.value(raw, ty, 0)
}

struct Reader {
    objects: Objects,
}

impl Reader {
    fn value(&self, raw: &RawValue, ty: &Type, depth: usize) -> Result<Value, CodecError> {
        if depth > MAX_DEPTH {
            return Err(CodecError::new("value is nested too deep"));
        }
        if raw.get() == "null" {
            return Ok(Value::Null);
        }
        match ty {
            Type::Bool => Ok(Value::Bool(parsed(raw, "bool")?)),
            Type::String => string(raw),
            Type::Number => number(raw),
            Type::List(element) => Ok(Value::List(self.elements(raw, element, depth)?)),
            Type::Set(element) => {
                let mut elements = self
                    .elements(raw, element, depth)
                    .map_err(CodecError::inside_set)?;
                elements.sort();
                elements.dedup();
                Ok(Value::Set(elements))
            }
            Type::Map(element) => self.map(raw, element, depth),
            Type::Object(attributes) => self.object(raw, attributes, depth),
            Type::Tuple(types) => self.tuple(raw, types, depth),
            Type::Dynamic => self.dynamic(raw, depth),
        }
    }

    fn elements(
        &self,
        raw: &RawValue,
        element: &Type,
        depth: usize,
    ) -> Result<Vec<Value>, CodecError> {
        let elements: Vec<&RawValue> = parsed(raw, "an array")?;
        let decode = |(index, raw): (usize, &&RawValue)| {
            self.value(raw, element, depth + 1)
                .map_err(|error| error.within(Step::Index(index as u64)))
        };
        elements.iter().enumerate().map(decode).collect()
    }

    fn tuple(&self, raw: &RawValue, types: &[Type], depth: usize) -> Result<Value, CodecError> {
        let elements: Vec<&RawValue> = parsed(raw, "an array")?;
        if elements.len() != types.len() {
            return Err(CodecError::new(format!(
                "expected {} elements, found {}",
                types.len(),
                elements.len()
            )));
        }
        let decode = |(index, (raw, ty)): (usize, (&&RawValue, &Type))| {
            self.value(raw, ty, depth + 1)
                .map_err(|error| error.within(Step::Index(index as u64)))
        };
        Ok(Value::Tuple(
            elements
                .iter()
                .zip(types)
                .enumerate()
                .map(decode)
                .collect::<Result<_, _>>()?,
        ))
    }

    fn map(&self, raw: &RawValue, element: &Type, depth: usize) -> Result<Value, CodecError> {
        let entries: BTreeMap<String, &RawValue> = parsed(raw, "an object")?;
        let decode = |(key, raw): (String, &RawValue)| {
            let entry = self
                .value(raw, element, depth + 1)
                .map_err(|error| error.within(Step::Key(key.clone())))?;
            Ok((key, entry))
        };
        Ok(Value::Map(
            entries
                .into_iter()
                .map(decode)
                .collect::<Result<_, CodecError>>()?,
        ))
    }

    fn object(
        &self,
        raw: &RawValue,
        attributes: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<Value, CodecError> {
        let entries: BTreeMap<String, &RawValue> = parsed(raw, "an object")?;
        if self.objects == Objects::Exact
            && let Some(extra) = entries.keys().find(|name| !attributes.contains_key(*name))
        {
            return Err(CodecError::new("no such attribute").within(Step::Attribute(extra.clone())));
        }
        let decode = |(name, ty): (&String, &Type)| {
            let entry = match (entries.get(name), self.objects) {
                (Some(raw), _) => self.value(raw, ty, depth + 1),
                (None, Objects::Lenient) => Ok(Value::Null),
                (None, Objects::Exact) => Err(CodecError::new("attribute is missing")),
            };
            Ok((
                name.clone(),
                entry.map_err(|error| error.within(Step::Attribute(name.clone())))?,
            ))
        };
        Ok(Value::Object(
            attributes
                .iter()
                .map(decode)
                .collect::<Result<_, CodecError>>()?,
        ))
    }

    fn dynamic(&self, raw: &RawValue, depth: usize) -> Result<Value, CodecError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wrapped<'a> {
            #[serde(borrow)]
            value: &'a RawValue,
            #[serde(borrow, rename = "type")]
            ty: &'a RawValue,
        }
        let wrapped: Wrapped<'_> = parsed(raw, "an object of `value` and `type`")?;
        let ty = Type::from_json(wrapped.ty.get().as_bytes()).map_err(CodecError::new)?;
        let value = self.value(wrapped.value, &ty, depth + 1)?;
        Ok(if ty == Type::Dynamic || value.is_null() {
            value
        } else {
            Value::dynamic(ty, value)
        })
    }
}

/// Says what was expected without repeating the value: it may be a secret.
fn parsed<'a, T: Deserialize<'a>>(raw: &'a RawValue, expected: &str) -> Result<T, CodecError> {
    serde_json::from_str(raw.get()).map_err(|_| CodecError::new(format!("expected {expected}")))
}

/// Where a schema once said number or bool, Terraform converts to string in the same way.
fn string(raw: &RawValue) -> Result<Value, CodecError> {
    match raw.get() {
        flag @ ("true" | "false") => Ok(Value::from(flag)),
        number if number.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) => {
            let number: crate::Number = number.parse().map_err(CodecError::new)?;
            Ok(Value::String(number.to_string()))
        }
        _ => Ok(Value::String(parsed(raw, "string")?)),
    }
}

fn number(raw: &RawValue) -> Result<Value, CodecError> {
    let text = if raw.get().starts_with('"') {
        parsed(raw, "number")?
    } else {
        raw.get().to_owned()
    };
    let number = text
        .parse()
        .map_err(|error| CodecError::new(format!("expected number: {error}")))?;
    Ok(Value::Number(number))
}

fn write(text: &mut String, value: &Value, ty: &Type) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => text.push_str("null"),
        (_, Value::Unknown) => return Err(CodecError::new("an unknown value has no JSON form")),
        (Type::Dynamic, Value::Dynamic(inner)) => {
            text.push_str("{\"value\":");
            write(text, &inner.1, &inner.0)?;
            text.push_str(",\"type\":");
            text.push_str(&inner.0.to_json());
            text.push('}');
        }
        (Type::Bool, Value::Bool(flag)) => text.push_str(if *flag { "true" } else { "false" }),
        (Type::Number, Value::Number(number)) => text.push_str(&number.to_string()),
        (Type::String, Value::String(string)) => write_string(text, string),
        (Type::List(element), Value::List(elements)) => {
            write_elements(text, elements.iter().map(|value| (value, &**element)))?;
        }
        (Type::Set(element), Value::Set(elements)) => {
            write_elements(text, elements.iter().map(|value| (value, &**element)))
                .map_err(CodecError::inside_set)?;
        }
        (Type::Tuple(types), Value::Tuple(elements)) if types.len() == elements.len() => {
            write_elements(text, elements.iter().zip(types))?;
        }
        (Type::Map(element), Value::Map(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key, value, &**element, Step::Key(key.clone())));
            write_entries(text, entries)?;
        }
        (Type::Object(attributes), Value::Object(entries)) => {
            write_object(text, entries, attributes)?;
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

fn write_string(text: &mut String, string: &str) {
    text.push_str(&serde_json::Value::from(string).to_string());
}

fn write_elements<'a>(
    text: &mut String,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
) -> Result<(), CodecError> {
    text.push('[');
    for (index, (value, ty)) in elements.enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(text, value, ty).map_err(|error| error.within(Step::Index(index as u64)))?;
    }
    text.push(']');
    Ok(())
}

fn write_object(
    text: &mut String,
    entries: &BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<(), CodecError> {
    if let Some(extra) = entries.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(CodecError::new("no such attribute").within(Step::Attribute(extra.clone())));
    }
    let missing = |name: &String| {
        CodecError::new("attribute is missing").within(Step::Attribute(name.clone()))
    };
    let pairs = attributes
        .iter()
        .map(|(name, ty)| {
            Ok((
                name,
                entries.get(name).ok_or_else(|| missing(name))?,
                ty,
                Step::Attribute(name.clone()),
            ))
        })
        .collect::<Result<Vec<_>, CodecError>>()?;
    write_entries(text, pairs.into_iter())
}

fn write_entries<'a>(
    text: &mut String,
    entries: impl Iterator<Item = (&'a String, &'a Value, &'a Type, Step)>,
) -> Result<(), CodecError> {
    text.push('{');
    for (position, (key, value, ty, step)) in entries.enumerate() {
        if position > 0 {
            text.push(',');
        }
        write_string(text, key);
        text.push(':');
        write(text, value, ty).map_err(|error| error.within(step))?;
    }
    text.push('}');
    Ok(())
}
