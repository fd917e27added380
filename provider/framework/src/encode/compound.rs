//! Sequences, maps, structs and variants on their way to a value.

use std::collections::BTreeMap;

use serde::ser::{self, Serialize};

use super::dynamic::type_of;
use super::{EncodeError, Encoder, filled};
use crate::{Type, Value};

/// The type that holds any content, for elements of what is itself dynamic.
static ANY: Type = Type::Dynamic;

/// A list, set or tuple being built.
pub(super) struct Sequence<'a> {
    ty: &'a Type,
    elements: Vec<Value>,
}

impl<'a> Sequence<'a> {
    pub(super) fn new(ty: &'a Type) -> Result<Self, EncodeError> {
        match ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic => Ok(Self {
                ty,
                elements: Vec::new(),
            }),
            other => Err(EncodeError::mismatch(other, "a sequence")),
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let index = self.elements.len();
        let ty = match self.ty {
            Type::List(element) | Type::Set(element) => element,
            Type::Tuple(types) => types
                .get(index)
                .ok_or_else(|| EncodeError::mismatch(self.ty, "more elements"))?,
            _ => &ANY,
        };
        let value = value
            .serialize(Encoder { ty })
            .map_err(|error| error.within(&format!("[{index}]")))?;
        self.elements.push(value);
        Ok(())
    }

    fn finish(self) -> Result<Value, EncodeError> {
        match self.ty {
            Type::List(_) => Ok(Value::List(self.elements)),
            Type::Set(_) => {
                let mut elements = self.elements;
                elements.sort();
                elements.dedup();
                Ok(Value::Set(elements))
            }
            Type::Tuple(types) if types.len() != self.elements.len() => {
                Err(EncodeError::mismatch(self.ty, "fewer elements"))
            }
            Type::Tuple(_) => Ok(Value::Tuple(self.elements)),
            _ => {
                let (types, elements) = self.elements.into_iter().map(type_of).unzip();
                Ok(Value::dynamic(Type::Tuple(types), Value::Tuple(elements)))
            }
        }
    }
}

/// A map or object being built.
pub(super) struct Fields<'a> {
    ty: &'a Type,
    entries: BTreeMap<String, Value>,
    key: Option<String>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(ty: &'a Type) -> Result<Self, EncodeError> {
        match ty {
            Type::Map(_) | Type::Object(_) | Type::Dynamic => Ok(Self {
                ty,
                entries: BTreeMap::new(),
                key: None,
            }),
            other => Err(EncodeError::mismatch(other, "a struct or map")),
        }
    }

    fn insert<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), EncodeError> {
        let ty = field_type(self.ty, key)?;
        let value = value
            .serialize(Encoder { ty })
            .map_err(|error| error.within(key))?;
        self.entries.insert(key.to_owned(), value);
        Ok(())
    }

    fn finish(self) -> Value {
        match self.ty {
            Type::Map(_) => Value::Map(self.entries),
            Type::Object(attributes) => filled(self.entries, attributes),
            _ => {
                let typed = self
                    .entries
                    .into_iter()
                    .map(|(name, value)| (name, type_of(value)));
                let (types, values) = typed
                    .map(|(name, (ty, value))| ((name.clone(), ty), (name, value)))
                    .unzip();
                Value::dynamic(Type::Object(types), Value::Object(values))
            }
        }
    }
}

/// The type of a map's element or an object's attribute.
pub(super) fn field_type<'a>(ty: &'a Type, name: &str) -> Result<&'a Type, EncodeError> {
    match ty {
        Type::Map(element) => Ok(element),
        Type::Object(attributes) => attributes
            .get(name)
            .ok_or_else(|| EncodeError::new(format!("no attribute `{name}` in the schema"))),
        Type::Dynamic => Ok(&ANY),
        other => Err(EncodeError::mismatch(other, "a struct")),
    }
}

/// A variant with content: an object in which only the variant's attribute is set.
pub(super) fn variant(ty: &Type, name: &str, value: Value) -> Result<Value, EncodeError> {
    match ty {
        Type::Object(attributes) => Ok(filled(
            BTreeMap::from([(name.to_owned(), value)]),
            attributes,
        )),
        Type::Map(_) => Ok(Value::map([(name, value)])),
        other => Err(EncodeError::mismatch(other, "a variant with content")),
    }
}

/// A variant around its content.
pub(super) struct Keyed<C> {
    pub(super) ty: Type,
    pub(super) variant: &'static str,
    pub(super) content: C,
}

impl ser::SerializeSeq for Sequence<'_> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.push(value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        self.finish()
    }
}

impl ser::SerializeTuple for Sequence<'_> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.push(value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Sequence<'_> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.push(value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Keyed<Sequence<'_>> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.content.push(value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        let value = self.content.finish()?;
        variant(&self.ty, self.variant, value)
    }
}

impl ser::SerializeMap for Fields<'_> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        self.key = Some(match key.serialize(Encoder { ty: &ANY })? {
            Value::Dynamic(inner) => match inner.1 {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                other => {
                    return Err(EncodeError::new(format!(
                        "{} cannot be a key",
                        other.kind()
                    )));
                }
            },
            other => {
                return Err(EncodeError::new(format!(
                    "{} cannot be a key",
                    other.kind()
                )));
            }
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let key = self
            .key
            .take()
            .ok_or_else(|| EncodeError::new("a value came before its key"))?;
        self.insert(&key, value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        Ok(self.finish())
    }
}

impl ser::SerializeStruct for Fields<'_> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.insert(key, value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        Ok(self.finish())
    }
}

impl ser::SerializeStructVariant for Keyed<Fields<'_>> {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.content.insert(key, value)
    }

    fn end(self) -> Result<Value, EncodeError> {
        let value = self.content.finish();
        variant(&self.ty, self.variant, value)
    }
}
