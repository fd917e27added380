//! The parts of a question that are read by hand: what JSON allows in several forms.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Document;
use crate::access::question::NamedPrincipal;
use crate::access::{Attached, QuestionError, QuestionPrincipal};

/// The value of a condition key: a text, a boolean, a number, a list of these, or null for a key
/// that is absent although AWS usually sends it.
#[derive(Debug, Clone)]
pub struct ContextValue(Vec<String>);

/// A policy document, as an object or as JSON text, under a name; or the object alone.
#[derive(Debug, Clone)]
pub struct QuestionPolicy {
    name: Option<String>,
    document: Box<RawValue>,
}

impl ContextValue {
    pub(super) fn texts(self) -> Vec<String> {
        self.0
    }
}

impl QuestionPolicy {
    /// `place` is also the name of a document that has none.
    pub(super) fn read(self, place: String) -> Result<Attached, QuestionError> {
        let written = self.document.get();
        let text = if written.starts_with('"') {
            Cow::Owned(serde_json::from_str::<String>(written)?)
        } else {
            Cow::Borrowed(written)
        };
        match Document::parse(&text) {
            Ok(document) => Ok(Attached {
                name: self.name.unwrap_or(place),
                document,
            }),
            Err(source) => Err(QuestionError::Policy { place, source }),
        }
    }
}

impl<'de> Deserialize<'de> for QuestionPrincipal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Principal;
        impl<'de> Visitor<'de> for Principal {
            type Value = QuestionPrincipal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a principal, as a text or an object")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(QuestionPrincipal::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                NamedPrincipal::deserialize(MapAccessDeserializer::new(map))
                    .map(QuestionPrincipal::Named)
            }
        }
        deserializer.deserialize_any(Principal)
    }
}

/// A document under a name, as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenPolicy {
    /// Comes back in answers that this document decides.
    #[serde(default)]
    name: Option<String>,
    /// The policy, as an object or as JSON text.
    #[schemars(with = "PolicyObjectOrText")]
    document: Box<RawValue>,
}

/// For the schema alone: what stands in `document`.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "read by the schema generator only")]
enum PolicyObjectOrText {
    Object(serde_json::Map<String, serde_json::Value>),
    Text(String),
}

impl<'de> Deserialize<'de> for QuestionPolicy {
    /// The document is kept as text, so that its errors know line and column.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Its presence tells a bare document.
        #[derive(Deserialize)]
        struct Bare {
            #[serde(rename = "Statement")]
            statement: Option<serde::de::IgnoredAny>,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if !raw.get().starts_with('{') {
            return Err(D::Error::custom(
                "a policy is an object: a document with its `Statement`, or `name` and `document`",
            ));
        }
        let bare: Bare = part(&raw)?;
        if bare.statement.is_some() {
            return Ok(Self {
                name: None,
                document: raw,
            });
        }
        let WrittenPolicy { name, document } = part(&raw)?;
        Ok(Self { name, document })
    }
}

/// Reads a part of the text. Its own count of lines would mislead; where the
/// part ends in the whole is added further out.
fn part<'a, T: Deserialize<'a>, E: serde::de::Error>(raw: &'a RawValue) -> Result<T, E> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let message = error.to_string();
        let reason = message.rsplit_once(" at line ");
        E::custom(reason.map_or(message.as_str(), |(reason, _)| reason))
    })
}

impl JsonSchema for QuestionPolicy {
    fn schema_name() -> Cow<'static, str> {
        "Policy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let written = generator.subschema_for::<WrittenPolicy>();
        json_schema!({
            "description": "A policy document under a name, or the document's object alone.",
            "anyOf": [written, {"type": "object", "required": ["Statement"]}],
        })
    }
}

impl<'de> Deserialize<'de> for ContextValue {
    /// Numbers keep their text, which a float would round.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let written = raw.get();
        let values = match written.as_bytes().first() {
            Some(b'n') => Vec::new(),
            Some(b'[') => {
                let items: Vec<Box<RawValue>> = part(&raw)?;
                let values = items.iter().map(|item| scalar(item.get()));
                values.collect::<Result<_, _>>().map_err(D::Error::custom)?
            }
            _ => vec![scalar(written).map_err(D::Error::custom)?],
        };
        Ok(Self(values))
    }
}

fn scalar(written: &str) -> Result<String, String> {
    match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str(written).map_err(|error| error.to_string()),
        Some(b'{' | b'[' | b'n') | None => Err(format!(
            "a condition key has texts, booleans and numbers, not `{written}`"
        )),
        Some(_) => Ok(written.to_owned()),
    }
}

impl JsonSchema for ContextValue {
    fn schema_name() -> Cow<'static, str> {
        "ContextValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The value of a condition key: a text, a boolean, a number, a list of these, or null for a key that is absent although AWS usually sends it.",
            "type": ["string", "boolean", "number", "array", "null"],
            "items": {"type": ["string", "boolean", "number"]},
        })
    }
}
