//! JSON with places: a tree that knows where each value stands in the text.
//!
//! `serde_json::Value` loses positions and repeated keys, and both are needed
//! to say what is wrong with a policy.

mod read;

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::{Place, PolicyError, Position, Problem};

/// A JSON value and the byte offset at which it starts.
pub(crate) struct Node {
    offset: usize,
    pub(crate) data: Data,
}

pub(crate) enum Data {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    String(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

pub(crate) struct Member {
    name: String,
    name_offset: usize,
    value: Node,
}

/// A node seen from the root: knows its path and how to complain.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    source: Option<&'a str>,
    pub(crate) node: &'a Node,
    step: Step<'a>,
    parent: Option<&'a At<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Name(&'a str, usize),
    Index(usize),
}

impl Node {
    /// The root of the tree, for reading.
    pub(crate) fn at<'a>(&'a self, source: Option<&'a str>) -> At<'a> {
        At {
            source,
            node: self,
            step: Step::Root,
            parent: None,
        }
    }
}

impl<'a> At<'a> {
    /// The members of an object; one given twice is an error.
    pub(crate) fn members(
        &'a self,
        expected: &'static str,
    ) -> Result<Vec<(&'a str, At<'a>)>, PolicyError> {
        let Data::Object(members) = &self.node.data else {
            return Err(self.wrong_type(expected));
        };
        let mut seen = HashSet::new();
        let entries = members.iter().map(|member| {
            let name = member.name.as_str();
            let at = self.child(&member.value, Step::Name(name, member.name_offset));
            if !seen.insert(name) {
                return Err(at.name_error(Problem::Repeated {
                    name: name.to_owned(),
                }));
            }
            Ok((name, at))
        });
        entries.collect()
    }

    /// The items of a list, or the value itself where it is no list.
    pub(crate) fn each(&'a self) -> Vec<At<'a>> {
        match &self.node.data {
            Data::List(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.child(item, Step::Index(index)))
                    .collect()
            }
            _ => vec![*self],
        }
    }

    /// The text of a string.
    pub(crate) fn string(&self, expected: &'static str) -> Result<&'a str, PolicyError> {
        match &self.node.data {
            Data::String(text) => Ok(text),
            _ => Err(self.wrong_type(expected)),
        }
    }

    /// This value has the wrong type.
    pub(crate) fn wrong_type(&self, expected: &'static str) -> PolicyError {
        self.error(Problem::WrongType {
            found: self.node.data.type_name(),
            expected,
        })
    }

    /// Something is wrong with this value.
    pub(crate) fn error(&self, problem: Problem) -> PolicyError {
        self.error_at(self.node.offset, problem)
    }

    /// Something is wrong with the name under which this value stands.
    pub(crate) fn name_error(&self, problem: Problem) -> PolicyError {
        match self.step {
            Step::Name(_, offset) => self.error_at(offset, problem),
            Step::Root | Step::Index(_) => self.error(problem),
        }
    }

    fn error_at(&self, offset: usize, problem: Problem) -> PolicyError {
        let position = self.source.map(|text| Position::of(text, offset));
        PolicyError::Malformed {
            place: Place {
                position,
                path: self.path(),
            },
            problem,
        }
    }

    fn child(&'a self, node: &'a Node, step: Step<'a>) -> At<'a> {
        At {
            source: self.source,
            node,
            step,
            parent: Some(self),
        }
    }

    fn path(&self) -> String {
        let mut path = self.parent.map_or_else(String::new, At::path);
        match self.step {
            Step::Root => {}
            Step::Name(name, _) => push_name(&mut path, name),
            Step::Index(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
        path
    }
}

/// Appends `.name`, or `["name"]` where the name would be misread.
fn push_name(path: &mut String, name: &str) {
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain {
        path.push_str(if path.is_empty() { "" } else { "." });
        path.push_str(name);
    } else {
        let _ = write!(path, "[{}]", Value::from(name));
    }
}

impl Data {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}
