//! Decodes a YAML tree into a serde type, keeping the place of every fault.
//!
//! An unknown field is noted and skipped, so that one misspelling does not
//! hide the next fault; any other fault ends the value it is in.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

use crate::problem::Problem;
use crate::yaml::{Key, Node, Spot, Value};

/// Decodes `node`; faults go to `problems`.
///
/// A value may come back although problems were noted (unknown fields).
pub(crate) fn decode<'de, T: Deserialize<'de>>(
    node: &'de Node,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let skipped = RefCell::new(Vec::new());
    let decoded = T::deserialize(Cursor {
        node,
        skipped: &skipped,
    });
    problems.append(&mut skipped.into_inner());
    decoded
        .map_err(|fault| problems.push(fault.into_problem(node)))
        .ok()
}

/// The candidate closest to `name`, if it is close enough to be a misspelling.
pub(crate) fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let limit = 1 + name.chars().count() / 4;
    candidates
        .iter()
        .map(|candidate| (edit_distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

#[derive(Clone, Copy)]
struct Cursor<'de, 'a> {
    node: &'de Node,
    skipped: &'a RefCell<Vec<Problem>>,
}

/// What serde refused; the place is added on the way out of the value.
#[derive(Debug)]
struct Fault {
    what: What,
    spot: Option<Spot>,
    found: Option<String>,
}

#[derive(Debug)]
enum What {
    Wrong {
        expected: String,
    },
    UnknownVariant {
        name: String,
        expected: &'static [&'static str],
    },
    MissingField(&'static str),
    Other(String),
}

impl Fault {
    fn new(what: What) -> Self {
        Fault {
            what,
            spot: None,
            found: None,
        }
    }

    /// Takes the place of `node` unless a value inside it was to blame.
    fn within(mut self, node: &Node) -> Self {
        if self.spot.is_none() {
            self.spot = Some(node.spot);
            self.found = Some(node.describe());
        }
        self
    }

    fn into_problem(self, root: &Node) -> Problem {
        let fault = self.within(root);
        let spot = fault.spot.unwrap_or_default();
        let found = fault.found.unwrap_or_default();
        match fault.what {
            What::Wrong { expected } => Problem::at(
                spot,
                format!("Expected {}, found {found}", in_plain_words(&expected)),
            ),
            What::UnknownVariant { name, expected } => {
                Problem::at(spot, format!("`{name}` is not known here"))
                    .hint(suggest(&name, expected))
            }
            What::MissingField(field) => Problem::at(spot, format!("`{field}` is missing"))
                .hint(format!("Add `{field}:` to this mapping")),
            What::Other(message) => Problem::at(spot, message),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.what)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::new(What::Other(message.to_string()))
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Fault::new(What::Wrong {
            expected: expected.to_string(),
        })
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Fault::new(What::Wrong {
            expected: expected.to_string(),
        })
    }

    fn unknown_variant(name: &str, expected: &'static [&'static str]) -> Self {
        Fault::new(What::UnknownVariant {
            name: name.to_owned(),
            expected,
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::new(What::MissingField(field))
    }
}

impl<'de> Deserializer<'de> for Cursor<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => visit_number(number, visitor),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(elements) => visitor.visit_seq(Elements {
                rest: elements.iter(),
                at: self,
            }),
            Value::Map(entries) => visitor.visit_map(Entries::new(entries, self, &[])),
        }
        .map_err(|fault| fault.within(self.node))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Value::Map(entries) = &self.node.value else {
            let expected = "a mapping of fields".to_owned();
            return Err(Fault::new(What::Wrong { expected }).within(self.node));
        };
        visitor
            .visit_map(Entries::new(entries, self, fields))
            .map_err(|fault| fault.within(self.node))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor
            .visit_newtype_struct(self)
            .map_err(|fault| fault.within(self.node))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let chosen = match &self.node.value {
            Value::Text(name) => Choice {
                name,
                spot: self.node.spot,
                content: None,
                at: self,
            },
            Value::Map(entries) if entries.len() == 1 => {
                let (key, content) = &entries[0];
                Choice {
                    name: &key.name,
                    spot: key.spot,
                    content: Some(content),
                    at: self,
                }
            }
            _ => {
                let expected = format!("exactly one of {}", quoted(variants));
                return Err(Fault::new(What::Wrong { expected }).within(self.node));
            }
        };
        visitor
            .visit_enum(chosen)
            .map_err(|fault| fault.within(self.node))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn visit_number<'de, V: Visitor<'de>>(
    number: &serde_json::Number,
    visitor: V,
) -> Result<V::Value, Fault> {
    if let Some(value) = number.as_u64() {
        visitor.visit_u64(value)
    } else if let Some(value) = number.as_i64() {
        visitor.visit_i64(value)
    } else {
        visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN))
    }
}

struct Elements<'de, 'a> {
    rest: std::slice::Iter<'de, Node>,
    at: Cursor<'de, 'a>,
}

impl<'de> de::SeqAccess<'de> for Elements<'de, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(node) = self.rest.next() else {
            return Ok(None);
        };
        let element = seed.deserialize(Cursor { node, ..self.at });
        element.map(Some).map_err(|fault| fault.within(node))
    }
}

struct Entries<'de, 'a> {
    rest: std::slice::Iter<'de, (Key, Node)>,
    value: Option<&'de Node>,
    at: Cursor<'de, 'a>,
    /// The fields of the struct being decoded; empty for a free mapping.
    fields: &'static [&'static str],
}

impl<'de, 'a> Entries<'de, 'a> {
    fn new(
        entries: &'de [(Key, Node)],
        at: Cursor<'de, 'a>,
        fields: &'static [&'static str],
    ) -> Self {
        Entries {
            rest: entries.iter(),
            value: None,
            at,
            fields,
        }
    }

    /// A second entry of one key is left out: `repeated_keys` reports it.
    fn is_repeated(&self, key: &Key) -> bool {
        self.at
            .node
            .entry(&key.name)
            .is_some_and(|(first, _)| first.spot != key.spot)
    }

    fn is_unknown(&self, key: &Key) -> bool {
        !self.fields.is_empty() && !self.fields.contains(&key.name.as_str())
    }

    fn note_unknown(&self, key: &Key) {
        let problem = Problem::at(key.spot, format!("Unknown field `{}`", key.name))
            .hint(suggest(&key.name, self.fields));
        self.at.skipped.borrow_mut().push(problem);
    }
}

impl<'de> de::MapAccess<'de> for Entries<'de, '_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        while let Some((key, value)) = self.rest.next() {
            if self.is_repeated(key) {
                continue;
            }
            if self.is_unknown(key) {
                self.note_unknown(key);
                continue;
            }
            self.value = Some(value);
            let name = key.name.as_str().into_deserializer();
            return seed
                .deserialize(name)
                .map(Some)
                .map_err(|mut fault: Fault| {
                    fault.spot = Some(key.spot);
                    fault
                });
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let node = self.value.take().unwrap_or(self.at.node);
        seed.deserialize(Cursor { node, ..self.at })
            .map_err(|fault| fault.within(node))
    }
}

struct Choice<'de, 'a> {
    name: &'de str,
    spot: Spot,
    content: Option<&'de Node>,
    at: Cursor<'de, 'a>,
}

impl<'de, 'a> de::EnumAccess<'de> for Choice<'de, 'a> {
    type Error = Fault;
    type Variant = Content<'de, 'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Fault> {
        let variant =
            seed.deserialize(self.name.into_deserializer())
                .map_err(|mut fault: Fault| {
                    fault.spot = Some(self.spot);
                    fault
                })?;
        Ok((
            variant,
            Content {
                name: self.name,
                value: self.content,
                at: self.at,
            },
        ))
    }
}

struct Content<'de, 'a> {
    name: &'de str,
    value: Option<&'de Node>,
    at: Cursor<'de, 'a>,
}

impl<'de> Content<'de, '_> {
    fn cursor(&self) -> Result<Cursor<'de, '_>, Fault> {
        let missing = || Fault::custom_at(format!("`{}` needs a value", self.name), self.at.node);
        let node = self.value.ok_or_else(missing)?;
        Ok(Cursor {
            node,
            skipped: self.at.skipped,
        })
    }
}

impl Fault {
    fn custom_at(message: String, node: &Node) -> Self {
        Fault::new(What::Other(message)).within(node)
    }
}

impl<'de> de::VariantAccess<'de> for Content<'de, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.value {
            None => Ok(()),
            Some(node) => Err(Fault::custom_at(
                format!("`{}` takes no value", self.name),
                node,
            )),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        let cursor = self.cursor()?;
        seed.deserialize(cursor)
            .map_err(|fault| fault.within(cursor.node))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.cursor()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.cursor()?.deserialize_struct("", fields, visitor)
    }
}

fn suggest(name: &str, expected: &[&str]) -> String {
    match closest(name, expected) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Known here: {}", quoted(expected)),
    }
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Rust's type names mean nothing to the writer of a workflow.
fn in_plain_words(expected: &str) -> &str {
    match expected {
        "u32" | "u64" => "a whole number, 0 or more",
        "a string" | "a borrowed string" => "text",
        "a sequence" => "a list",
        "a map" => "a mapping",
        other => other,
    }
}

fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
