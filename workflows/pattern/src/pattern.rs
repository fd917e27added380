//! A pattern: parsed once, matched often, written back as it came.

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::MAX_PATTERN_DEPTH;
use crate::error::{PatternError, Problem};
use crate::explain::{Unmet, explain_branches};
use crate::field::Branches;
use crate::json::{Document, Keep, Limits, Rest, copy_value, read};
use crate::literals::{RequiredLiterals, required_literals};
use crate::matching::any_branch_holds;
use crate::parse::parse_branches;
use crate::record::Record;

/// An EventBridge event pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    document: Document,
    branches: Branches,
}

impl Pattern {
    /// Reads a pattern from JSON text.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let limits = Limits {
            depth: MAX_PATTERN_DEPTH,
            keep: Keep::Places,
            rest: Rest::Refused,
        };
        let document =
            read(text.as_bytes(), limits).map_err(|fault| PatternError::of_fault(fault, text))?;
        let branches = parse_branches(document.root(), Some(text))?;
        Ok(Self { document, branches })
    }

    /// Reads a pattern from a value that was parsed elsewhere.
    ///
    /// Its errors have a path but no place; the caller knows where the value
    /// came from.
    pub fn from_value(value: &Value) -> Result<Self, PatternError> {
        let document = copy_value(value, MAX_PATTERN_DEPTH).ok_or(PatternError {
            path: Vec::new(),
            place: None,
            problem: Problem::TooDeep,
        })?;
        let branches = parse_branches(document.root(), None)?;
        Ok(Self { document, branches })
    }

    /// Whether the record matches.
    pub fn matches(&self, record: &Record) -> bool {
        any_branch_holds(&self.branches, record)
    }

    /// The fields that keep the record from matching; none if it matches.
    ///
    /// With `$or` they are those of the branch that comes nearest.
    pub fn explain(&self, record: &Record) -> Vec<Unmet> {
        explain_branches(&self.branches, record)
    }

    /// What the text of every matching record holds, to pass over most records unread.
    pub fn required_literals(&self) -> Vec<RequiredLiterals> {
        required_literals(&self.branches)
    }

    /// The pattern as JSON without spaces, keys in their order, numbers as they were spelt.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.document.root().write_json(&mut out);
        out
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.to_json()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}
