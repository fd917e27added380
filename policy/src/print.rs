//! Prints documents the way AWS's own pages do.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::{
    Actions, Conditions, Document, Effect, PrincipalSet, Principals, Resources, Statement, Version,
};

impl Document {
    /// The document as a JSON value.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("all keys are strings and nothing fails to serialize")
    }
}

/// Compact JSON; `{:#}` gives it with line breaks and indentation.
impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if f.alternate() {
            serde_json::to_string_pretty(self)
        } else {
            serde_json::to_string(self)
        };
        f.write_str(&text.map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Version", &self.version)?;
        if let Some(id) = &self.id {
            map.serialize_entry("Id", id)?;
        }
        map.serialize_entry("Statement", &self.statements)?;
        map.end()
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(sid) = &self.sid {
            map.serialize_entry("Sid", sid)?;
        }
        map.serialize_entry("Effect", &self.effect)?;
        match &self.principals {
            Some(Principals::Principal(set)) => map.serialize_entry("Principal", set)?,
            Some(Principals::NotPrincipal(set)) => map.serialize_entry("NotPrincipal", set)?,
            None => {}
        }
        match &self.actions {
            Actions::Action(names) if names.is_empty() => {}
            Actions::Action(names) => map.serialize_entry("Action", &OneOrMany(names))?,
            Actions::NotAction(names) => map.serialize_entry("NotAction", &OneOrMany(names))?,
        }
        match &self.resources {
            Some(Resources::Resource(arns)) => map.serialize_entry("Resource", &OneOrMany(arns))?,
            Some(Resources::NotResource(arns)) => {
                map.serialize_entry("NotResource", &OneOrMany(arns))?;
            }
            None => {}
        }
        if !self.conditions.is_empty() {
            map.serialize_entry("Condition", &self.conditions)?;
        }
        map.end()
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for PrincipalSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Anyone => serializer.serialize_str("*"),
            Self::Listed(kinds) => serializer.collect_map(
                kinds
                    .iter()
                    .map(|(kind, names)| (kind.as_str(), OneOrMany(names))),
            ),
        }
    }
}

impl Serialize for Conditions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (operator, keys) in self.by_operator() {
            let keys: Vec<_> = keys
                .iter()
                .map(|(key, values)| (key.as_str(), values))
                .collect();
            map.serialize_entry(&operator.to_string(), &Keys(&keys))?;
        }
        map.end()
    }
}

struct Keys<'a>(&'a [(&'a str, &'a Vec<String>)]);

impl Serialize for Keys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, values)| (key, OneOrMany(values))))
    }
}

/// A list that is written as a plain string where it holds exactly one.
struct OneOrMany<'a>(&'a [String]);

impl Serialize for OneOrMany<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [one] => serializer.serialize_str(one),
            many => many.serialize(serializer),
        }
    }
}
