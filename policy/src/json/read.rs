//! Reads JSON text, or a JSON value, into the tree.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Data, Member, Node};
use crate::{Place, PolicyError, Position, Problem};

/// Values nest six deep in a policy; the rest is room for a better message.
const DEEPEST: usize = 16;

impl Node {
    /// Reads `text`, which must hold one JSON value.
    pub(crate) fn from_text(text: &str) -> Result<Self, PolicyError> {
        let raw: &RawValue =
            serde_json::from_str(text).map_err(|error| not_json(text, 0, text, &error))?;
        Reader { text }.node(raw.get(), 0)
    }

    /// Copies `value`, which has no places.
    pub(crate) fn from_value(value: &Value) -> Result<Self, PolicyError> {
        copied(value, 0)
    }
}

struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn node(&self, raw: &'a str, depth: usize) -> Result<Node, PolicyError> {
        let offset = self.offset(raw);
        let data = match raw.as_bytes().first() {
            Some(b'{' | b'[') if depth == DEEPEST => return Err(self.too_deep(offset)),
            Some(b'{') => Data::Object(self.members(raw, depth + 1)?),
            Some(b'[') => {
                let items: Vec<&RawValue> = self.decoded(raw)?;
                let nodes = items.iter().map(|item| self.node(item.get(), depth + 1));
                Data::List(nodes.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Data::String(self.decoded(raw)?),
            Some(b't') => Data::Bool(true),
            Some(b'f') => Data::Bool(false),
            Some(b'n') => Data::Null,
            _ => Data::Number(raw.to_owned()),
        };
        Ok(Node { offset, data })
    }

    fn members(&self, raw: &'a str, depth: usize) -> Result<Vec<Member>, PolicyError> {
        let RawMembers(members) = self.decoded(raw)?;
        let read = members.into_iter().map(|(name, value)| {
            Ok(Member {
                name: self.decoded(name.get())?,
                name_offset: self.offset(name.get()),
                value: self.node(value.get(), depth)?,
            })
        });
        read.collect()
    }

    fn decoded<T: Deserialize<'a>>(&self, raw: &'a str) -> Result<T, PolicyError> {
        serde_json::from_str(raw)
            .map_err(|error| not_json(self.text, self.offset(raw), raw, &error))
    }

    /// Where `raw`, a slice of the text, starts in it.
    fn offset(&self, raw: &str) -> usize {
        raw.as_ptr().addr() - self.text.as_ptr().addr()
    }

    fn too_deep(&self, offset: usize) -> PolicyError {
        let position = Some(Position::of(self.text, offset));
        PolicyError::Malformed {
            place: Place {
                position,
                path: String::new(),
            },
            problem: Problem::TooDeep { limit: DEEPEST },
        }
    }
}

/// The members of an object in their order, repeated ones included.
struct RawMembers<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMembers<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawMembersVisitor)
    }
}

struct RawMembersVisitor;

impl<'de> Visitor<'de> for RawMembersVisitor {
    type Value = RawMembers<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(RawMembers(members))
    }
}

/// `error` was met in `part`, which starts at `start` in `text`.
fn not_json(text: &str, start: usize, part: &str, error: &serde_json::Error) -> PolicyError {
    let lines = part.split_inclusive('\n');
    let line_start: usize = lines
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let offset = start + line_start + error.column().saturating_sub(1);
    let boundary = text.floor_char_boundary(offset);
    let message = error.to_string();
    let reason = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(reason, _)| reason);
    PolicyError::Malformed {
        place: Place {
            position: Some(Position::of(text, boundary)),
            path: String::new(),
        },
        problem: Problem::NotJson {
            reason: reason.to_owned(),
        },
    }
}

fn copied(value: &Value, depth: usize) -> Result<Node, PolicyError> {
    if depth == DEEPEST && (value.is_array() || value.is_object()) {
        return Err(PolicyError::Malformed {
            place: Place {
                position: None,
                path: String::new(),
            },
            problem: Problem::TooDeep { limit: DEEPEST },
        });
    }
    let data = match value {
        Value::Null => Data::Null,
        Value::Bool(value) => Data::Bool(*value),
        Value::Number(number) => Data::Number(number.to_string()),
        Value::String(text) => Data::String(text.clone()),
        Value::Array(items) => {
            let nodes = items.iter().map(|item| copied(item, depth + 1));
            Data::List(nodes.collect::<Result<_, _>>()?)
        }
        Value::Object(map) => {
            let members = map.iter().map(|(name, value)| {
                Ok(Member {
                    name: name.clone(),
                    name_offset: 0,
                    value: copied(value, depth + 1)?,
                })
            });
            Data::Object(members.collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { offset: 0, data })
}
