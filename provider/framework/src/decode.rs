//! Value to Rust: config structs from Terraform values, through `serde`.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, Unexpected,
    VariantAccess, Visitor,
};

use crate::{Diagnostic, Number, Path, Step, Value};

/// Decodes a value, usually a whole config object into its struct.
///
/// A null attribute counts as absent, so that `#[serde(default)]` applies;
/// [`Attr`](crate::Attr) fields take null and unknown as they are. An unknown
/// anywhere else is an error that says so: it never becomes a default.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, DecodeError> {
    T::deserialize(Decoder { value })
}

/// Why a value does not become the wanted Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub path: Path,
    pub reason: String,
    /// The value is not known yet, and may well be right once it is.
    pub unknown: bool,
}

impl DecodeError {
    fn new(reason: impl Display) -> Self {
        Self {
            path: Path::root(),
            reason: reason.to_string(),
            unknown: false,
        }
    }

    fn unknown() -> Self {
        Self {
            path: Path::root(),
            reason: "not known until apply".to_owned(),
            unknown: true,
        }
    }

    /// Elements of a set have no path.
    fn inside_set(self) -> Self {
        let unknown = self.unknown;
        let reason = match self.path.steps() {
            [] | [_] => self.reason,
            [_, inner @ ..] => format!(
                "`{}`: {}",
                inner.iter().cloned().collect::<Path>(),
                self.reason
            ),
        };
        Self {
            path: Path::root(),
            reason,
            unknown,
        }
    }

    fn within(mut self, step: Step) -> Self {
        self.path = self.path.under(&Path::from(vec![step]));
        self
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            f.write_str(&self.reason)
        } else {
            write!(f, "`{}`: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: Display>(reason: T) -> Self {
        Self::new(reason)
    }

    /// Names the kind of what was found, not the value: it may be a secret.
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match unexpected {
            Unexpected::Bool(_) => "a bool",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Str(_) | Unexpected::Char(_) => "a string",
            Unexpected::Unit | Unexpected::Option => "null",
            Unexpected::Seq => "a list",
            Unexpected::Map => "an object",
            _ => "something else",
        };
        Self::new(format!("expected {expected}, found {found}"))
    }
}

impl From<DecodeError> for Diagnostic {
    fn from(error: DecodeError) -> Self {
        let place = if error.path.is_root() {
            "the configuration".to_owned()
        } else {
            format!("`{}`", error.path)
        };
        let (summary, action) = if error.unknown {
            let action = "Use a value that does not depend on a resource that is yet to be made, or make that \
                          resource first with `-target`.";
            ("Value must be known at plan time", action.to_owned())
        } else {
            ("Invalid attribute value", format!("Change {place}."))
        };
        Diagnostic::error(summary)
            .found(format!("{error}."))
            .action(action)
            .at(error.path)
    }
}

#[derive(Clone, Copy)]
struct Decoder<'a> {
    value: &'a Value,
}

impl<'a> Decoder<'a> {
    fn known(self) -> Result<&'a Value, DecodeError> {
        match self.value {
            Value::Unknown => Err(DecodeError::unknown()),
            Value::Dynamic(inner) => Decoder { value: &inner.1 }.known(),
            known => Ok(known),
        }
    }
}

impl<'de> de::Deserializer<'de> for Decoder<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.known()? {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => visit_number(number, visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::List(elements) | Value::Tuple(elements) => visitor.visit_seq(Elements {
                elements: elements.iter().enumerate(),
            }),
            Value::Set(elements) => visitor
                .visit_seq(Elements {
                    elements: elements.iter().enumerate(),
                })
                .map_err(DecodeError::inside_set),
            Value::Map(entries) => visitor.visit_map(Entries::of_map(entries)),
            Value::Object(entries) => visitor.visit_map(Entries::of_object(entries)),
            Value::Unknown | Value::Dynamic(_) => Err(DecodeError::unknown()),
        }
    }

    /// `Option` and [`Attr`](crate::Attr) both ask for an option; only the latter takes an unknown.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.value.is_null() {
            return visitor.visit_none();
        }
        if self.value.is_unknown() {
            let marker: StrDeserializer<'_, DecodeError> = crate::attr::UNKNOWN.into_deserializer();
            return visitor
                .visit_newtype_struct(marker)
                .map_err(|_| DecodeError::unknown());
        }
        visitor.visit_some(self)
    }

    /// A [`Number`] takes every digit, as text.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.known() {
            Ok(Value::Number(number)) if name == crate::number::NUMBER => {
                visitor.visit_string(number.to_string())
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.known()? {
            Value::String(text) => visitor.visit_enum(text.clone().into_deserializer()),
            Value::Object(entries) => visitor.visit_enum(Variant { entries }),
            other => Err(DecodeError::new(format!(
                "expected a name, found {}",
                other.kind()
            ))),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }

    /// What the struct does not name need not be known.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}

fn visit_number<'de, V: Visitor<'de>>(
    number: &Number,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    if let Some(integer) = number.to_u64() {
        return visitor.visit_u64(integer);
    }
    match number.to_i64() {
        Some(integer) => visitor.visit_i64(integer),
        None => visitor.visit_f64(number.to_f64()),
    }
}

struct Elements<'a> {
    elements: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
}

impl<'de> de::SeqAccess<'de> for Elements<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some((index, value)) = self.elements.next() else {
            return Ok(None);
        };
        seed.deserialize(Decoder { value })
            .map(Some)
            .map_err(|error| error.within(Step::Index(index as u64)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

struct Entries<'a> {
    rest: std::collections::btree_map::Iter<'a, String, Value>,
    pending: Option<(&'a String, &'a Value)>,
    step: fn(String) -> Step,
    /// A null attribute is an absent one; a null element of a map is an element.
    nulls: Nulls,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Absent,
    Present,
}

impl<'a> Entries<'a> {
    fn of_map(entries: &'a BTreeMap<String, Value>) -> Self {
        Self {
            rest: entries.iter(),
            pending: None,
            step: Step::Key,
            nulls: Nulls::Present,
        }
    }

    fn of_object(entries: &'a BTreeMap<String, Value>) -> Self {
        Self {
            rest: entries.iter(),
            pending: None,
            step: Step::Attribute,
            nulls: Nulls::Absent,
        }
    }
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let absent = |value: &Value, nulls: Nulls| nulls == Nulls::Absent && value.is_null();
        let nulls = self.nulls;
        self.pending = self.rest.by_ref().find(|(_, value)| !absent(value, nulls));
        let Some((key, _)) = self.pending else {
            return Ok(None);
        };
        let key: StringDeserializer<DecodeError> = key.clone().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let Some((key, value)) = self.pending.take() else {
            return Err(DecodeError::new("a value was asked for before its key"));
        };
        seed.deserialize(Decoder { value })
            .map_err(|error| error.within((self.step)(key.clone())))
    }
}

/// An object with one attribute that is not null: which one says the variant.
struct Variant<'a> {
    entries: &'a BTreeMap<String, Value>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = DecodeError;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'a>), DecodeError> {
        let mut set = self.entries.iter().filter(|(_, value)| !value.is_null());
        let (Some((name, value)), None) = (set.next(), set.next()) else {
            let names: Vec<String> = self
                .entries
                .keys()
                .map(|name| format!("`{name}`"))
                .collect();
            return Err(DecodeError::new(format!(
                "exactly one of {} must be set",
                names.join(", ")
            )));
        };
        let variant: StringDeserializer<DecodeError> = name.clone().into_deserializer();
        Ok((seed.deserialize(variant)?, Content { name, value }))
    }
}

struct Content<'a> {
    name: &'a str,
    value: &'a Value,
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        let step = Step::Attribute(self.name.to_owned());
        seed.deserialize(Decoder { value: self.value })
            .map_err(|error| error.within(step))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        let step = Step::Attribute(self.name.to_owned());
        de::Deserializer::deserialize_any(Decoder { value: self.value }, visitor)
            .map_err(|error| error.within(step))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.tuple_variant(0, visitor)
    }
}
