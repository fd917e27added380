//! What a policy document says: statements, and their parts, as written.
//!
//! Values that AWS takes as a string or a list of strings are lists here.
//! Spelling and order are kept; `normal` decides what makes no difference.

use serde_json::Value;

use crate::{Conditions, PolicyError, Principals, json::Node, parse};

/// A whole policy document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document {
    pub version: Version,
    pub id: Option<String>,
    pub statements: Vec<Statement>,
}

/// The version of the policy language; policy variables such as
/// `${aws:username}` are plain text in the older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`, which is also what an absent `Version` means.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// One statement: who may or may not do what to which resource, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    /// Absent in identity policies, boundaries, SCPs and session policies.
    pub principals: Option<Principals>,
    /// Empty where the statement names none: KMS stores such a statement, and
    /// it has no effect.
    pub actions: Actions,
    /// Absent in role trust policies.
    pub resources: Option<Resources>,
    pub conditions: Conditions,
}

/// Whether a matching statement grants or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`; entries may hold wildcards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actions {
    Action(Vec<String>),
    NotAction(Vec<String>),
}

/// `Resource` or `NotResource`; entries may hold wildcards and variables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resources {
    Resource(Vec<String>),
    NotResource(Vec<String>),
}

impl Document {
    /// Reads a document from JSON text.
    ///
    /// Refuses, with line, column and JSON path: text that is no JSON, unknown
    /// and repeated fields, a statement without `Effect`, values of the wrong
    /// type, unknown condition operators, and pairs that exclude each other.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let root = Node::from_text(text)?;
        parse::document(&root.at(Some(text)))
    }

    /// Reads a document from a JSON value, as [`Document::parse`] does, except
    /// that errors know only the JSON path.
    pub fn from_value(value: &Value) -> Result<Self, PolicyError> {
        let root = Node::from_value(value)?;
        parse::document(&root.at(None))
    }
}

impl Version {
    /// As written in a document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

impl Effect {
    /// As written in a document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

impl Actions {
    /// The entries, whichever of the two fields holds them.
    pub fn patterns(&self) -> &[String] {
        match self {
            Self::Action(patterns) | Self::NotAction(patterns) => patterns,
        }
    }
}

impl Resources {
    /// The entries, whichever of the two fields holds them.
    pub fn patterns(&self) -> &[String] {
        match self {
            Self::Resource(patterns) | Self::NotResource(patterns) => patterns,
        }
    }
}
