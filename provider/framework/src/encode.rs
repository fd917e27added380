//! Rust to value: what was observed as Terraform values, through `serde`.

mod compound;
mod dynamic;

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::ser::{self, Serialize};

use crate::{Number, Type, Value};
use compound::{Fields, Keyed, Sequence};

/// Encodes as a value of this type. [`Attr`](crate::Attr) goes back to null and unknown.
///
/// Attributes that the struct does not have become null, so that a struct may
/// hold less than the schema. Fields that the type does not have are an error.
pub fn to_value<T: Serialize + ?Sized>(value: &T, ty: &Type) -> Result<Value, EncodeError> {
    value.serialize(Encoder { ty })
}

/// Why a Rust value does not fit a type: always a fault in the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EncodeError {
    pub reason: String,
}

impl EncodeError {
    fn new(reason: impl Display) -> Self {
        Self {
            reason: reason.to_string(),
        }
    }

    fn within(self, name: &str) -> Self {
        Self {
            reason: format!("`{name}`: {}", self.reason),
        }
    }

    fn mismatch(ty: &Type, found: &str) -> Self {
        Self::new(format!("expected {ty}, found {found}"))
    }
}

impl ser::Error for EncodeError {
    fn custom<T: Display>(reason: T) -> Self {
        Self::new(reason)
    }
}

impl From<EncodeError> for crate::Diagnostic {
    fn from(error: EncodeError) -> Self {
        crate::Diagnostic::provider_bug(format!("A value does not fit its schema: {error}."))
    }
}

#[derive(Clone, Copy)]
struct Encoder<'a> {
    ty: &'a Type,
}

impl Encoder<'_> {
    fn number(self, number: Number) -> Result<Value, EncodeError> {
        match self.ty {
            Type::Number => Ok(Value::Number(number)),
            Type::Dynamic => Ok(Value::dynamic(Type::Number, Value::Number(number))),
            other => Err(EncodeError::mismatch(other, "a number")),
        }
    }
}

macro_rules! integers {
    ($($method:ident: $integer:ty => $wide:ty),*) => {$(
        fn $method(self, integer: $integer) -> Result<Value, EncodeError> {
            self.number(<$wide>::from(integer).into())
        }
    )*};
}

impl<'a> ser::Serializer for Encoder<'a> {
    type Ok = Value;
    type Error = EncodeError;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Sequence<'a>;
    type SerializeTupleVariant = Keyed<Sequence<'a>>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Keyed<Fields<'a>>;

    integers! {
        serialize_i8: i8 => i64, serialize_i16: i16 => i64, serialize_i32: i32 => i64, serialize_i64: i64 => i64,
        serialize_i128: i128 => i128, serialize_u8: u8 => u64, serialize_u16: u16 => u64, serialize_u32: u32 => u64,
        serialize_u64: u64 => u64, serialize_u128: u128 => u128
    }

    fn serialize_bool(self, flag: bool) -> Result<Value, EncodeError> {
        match self.ty {
            Type::Bool => Ok(Value::Bool(flag)),
            Type::Dynamic => Ok(Value::dynamic(Type::Bool, Value::Bool(flag))),
            other => Err(EncodeError::mismatch(other, "a bool")),
        }
    }

    fn serialize_f32(self, float: f32) -> Result<Value, EncodeError> {
        // The shortest text that reads back as the float is the number that was meant.
        self.number(float.to_string().parse().map_err(EncodeError::new)?)
    }

    fn serialize_f64(self, float: f64) -> Result<Value, EncodeError> {
        self.number(float.to_string().parse().map_err(EncodeError::new)?)
    }

    fn serialize_char(self, character: char) -> Result<Value, EncodeError> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<Value, EncodeError> {
        match self.ty {
            Type::String => Ok(Value::from(text)),
            Type::Number => Ok(Value::Number(text.parse().map_err(EncodeError::new)?)),
            Type::Dynamic => Ok(Value::dynamic(Type::String, Value::from(text))),
            other => Err(EncodeError::mismatch(other, "a string")),
        }
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, EncodeError> {
        Err(EncodeError::mismatch(self.ty, "bytes"))
    }

    fn serialize_none(self) -> Result<Value, EncodeError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, EncodeError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, EncodeError> {
        Ok(if name == crate::attr::UNKNOWN {
            Value::Unknown
        } else {
            Value::Null
        })
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, EncodeError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, EncodeError> {
        let content = compound::field_type(self.ty, variant)?;
        let value = value
            .serialize(Encoder { ty: content })
            .map_err(|error| error.within(variant))?;
        compound::variant(self.ty, variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence<'a>, EncodeError> {
        Sequence::new(self.ty)
    }

    fn serialize_tuple(self, _: usize) -> Result<Sequence<'a>, EncodeError> {
        Sequence::new(self.ty)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Sequence<'a>, EncodeError> {
        Sequence::new(self.ty)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Keyed<Sequence<'a>>, EncodeError> {
        let content = Sequence::new(compound::field_type(self.ty, variant)?)?;
        Ok(Keyed {
            ty: self.ty.clone(),
            variant,
            content,
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>, EncodeError> {
        Fields::new(self.ty)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, EncodeError> {
        Fields::new(self.ty)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Keyed<Fields<'a>>, EncodeError> {
        let content = Fields::new(compound::field_type(self.ty, variant)?)?;
        Ok(Keyed {
            ty: self.ty.clone(),
            variant,
            content,
        })
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<Value, EncodeError> {
        self.serialize_str(&text.to_string())
    }
}

/// An object whose missing attributes are null.
fn filled(mut entries: BTreeMap<String, Value>, attributes: &BTreeMap<String, Type>) -> Value {
    for name in attributes.keys() {
        entries.entry(name.clone()).or_default();
    }
    Value::Object(entries)
}
