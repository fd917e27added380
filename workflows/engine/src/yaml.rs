//! YAML text as a tree whose every key and value knows where it stands.
//!
//! The tree is what diagnostics point into: a serde type alone loses the
//! place of a value as soon as it is decoded.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy, Spanned};

use crate::problem::Problem;

/// Nesting beyond this is a mistake or an attack, never a workflow.
const DEEPEST: usize = 64;

/// A stretch of one line of the file, counted from 1 in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub line: u64,
    pub column: u64,
    pub width: u64,
}

/// A YAML value and where it starts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) spot: Spot,
    pub(crate) value: Value,
}

/// What a YAML node holds, by the core schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) spot: Spot,
}

/// Reads one YAML document; the problem names the place where reading stopped.
pub(crate) fn parse(text: &str) -> Result<Node, Problem> {
    let options = serde_saphyr::options! {
        // Repeated keys are reported by `repeated_keys`, all of them at once.
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: DEEPEST },
    };
    serde_saphyr::from_str_with_options::<Spanned<Value>>(text, options)
        .map(Node::from)
        .map_err(|error| unreadable(&error))
}

impl Node {
    /// The value of `name` in a mapping; `None` for other nodes.
    pub(crate) fn field(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|(_, value)| value)
    }

    /// The entry of `name` in a mapping; `None` for other nodes.
    pub(crate) fn entry(&self, name: &str) -> Option<(&Key, &Node)> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|(key, _)| key.name == name)?;
        Some((&found.0, &found.1))
    }

    /// The elements of a list; empty for other nodes.
    pub(crate) fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(elements) => elements,
            _ => &[],
        }
    }

    /// Every key that stands twice in one mapping, in the order of the file.
    pub(crate) fn repeated_keys(&self) -> Vec<(&Key, &Key)> {
        let mut repeated = Vec::new();
        match &self.value {
            Value::List(elements) => {
                for element in elements {
                    repeated.extend(element.repeated_keys());
                }
            }
            Value::Map(entries) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    let before = &entries[..index];
                    if let Some((first, _)) = before.iter().find(|(k, _)| k.name == key.name) {
                        repeated.push((first, key));
                    }
                    repeated.extend(value.repeated_keys());
                }
            }
            _ => {}
        }
        repeated
    }

    /// The same value as JSON, for the pattern compiler.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => serde_json::Value::Number(number.clone()),
            Value::Text(text) => text.as_str().into(),
            Value::List(elements) => elements.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.name.clone(), value.to_json()))
                .collect(),
        }
    }

    /// What the node is, in the words of a diagnostic.
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => format!("`{value}`"),
            Value::Number(number) => format!("the number `{number}`"),
            Value::Text(text) => format!("the text `{text}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }
}

impl From<Spanned<Value>> for Node {
    fn from(found: Spanned<Value>) -> Self {
        Node {
            spot: spot(&found.referenced),
            value: found.value,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element::<Spanned<Value>>()? {
            elements.push(element.into());
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let mut spot = spot(&key.referenced);
            spot.width = key.value.chars().count() as u64;
            let value = map.next_value::<Spanned<Value>>()?.into();
            entries.push((
                Key {
                    name: key.value,
                    spot,
                },
                value,
            ));
        }
        Ok(Value::Map(entries))
    }
}

fn spot(location: &serde_saphyr::Location) -> Spot {
    Spot {
        line: location.line(),
        column: location.column(),
        width: location.span().len(),
    }
}

fn unreadable(error: &serde_saphyr::Error) -> Problem {
    let error = error.without_snippet();
    let spot = error
        .location()
        .map(|location| spot(&location))
        .unwrap_or_default();
    let text = error.render_with_formatter(&serde_saphyr::UserMessageFormatter);
    // The renderer ends with the place, which the caret already shows.
    let text = text
        .split(" at line ")
        .next()
        .unwrap_or(&text)
        .trim_end_matches(':');
    Problem::at(spot, format!("This is not valid YAML: {text}"))
        .hint("Check indentation, quotes and brackets at this place")
}
