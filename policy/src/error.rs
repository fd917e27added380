//! Why a text is no policy document or no ARN, where, and the way out.

use std::fmt;

use crate::nearest::nearest;

/// A text that has to be mended by whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A policy document is malformed at `place`.
    #[error("{place}: {problem}")]
    Malformed { place: Place, problem: Problem },
    /// A text that should be an ARN is none.
    #[error("`{text}` is no ARN: {reason}; write `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`")]
    NotAnArn { text: String, reason: &'static str },
}

/// Where in a document: the JSON path, and the position where text was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub position: Option<Position>,
    /// `Statement[0].Condition.StringLike["aws:PrincipalArn"]`; empty for the
    /// whole document.
    pub path: String,
}

/// Line and column, counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// What is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    NotJson {
        reason: String,
    },
    TooDeep {
        limit: usize,
    },
    UnknownField {
        name: String,
        known: Vec<&'static str>,
    },
    Repeated {
        name: String,
    },
    /// Two spellings of one name.
    SameName {
        name: String,
        earlier: String,
    },
    Missing {
        field: &'static str,
        fix: &'static str,
    },
    WrongType {
        found: &'static str,
        expected: &'static str,
    },
    Exclusive {
        fields: [&'static str; 2],
    },
    NotAChoice {
        found: String,
        choices: [&'static str; 2],
    },
    UnknownOperator {
        name: String,
        nearest: Option<String>,
    },
}

impl PolicyError {
    /// Where in the document; `None` for an ARN on its own.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Malformed { place, .. } => Some(place),
            Self::NotAnArn { .. } => None,
        }
    }
}

impl Position {
    /// The position of a byte offset in `text`.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.position, self.path.as_str()) {
            (Some(Position { line, column }), "") => write!(f, "line {line}, column {column}"),
            (Some(Position { line, column }), path) => {
                write!(f, "line {line}, column {column} (`{path}`)")
            }
            (None, "") => f.write_str("the policy"),
            (None, path) => write!(f, "`{path}`"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { reason } => write!(f, "this is no JSON: {reason}"),
            Self::TooDeep { limit } => {
                write!(
                    f,
                    "nested deeper than {limit} levels, which no policy needs"
                )
            }
            Self::UnknownField { name, known } => write_unknown_field(f, name, known),
            Self::Repeated { name } => {
                write!(
                    f,
                    "`{name}` is given twice; keep one, or join their values in a list"
                )
            }
            Self::SameName { name, earlier } => write!(
                f,
                "`{name}` means the same as `{earlier}` before it; join their values in one"
            ),
            Self::Missing { field, fix } => write!(f, "`{field}` is missing; {fix}"),
            Self::WrongType { found, expected } => write!(f, "found {found}; write {expected}"),
            Self::Exclusive {
                fields: [one, other],
            } => {
                write!(
                    f,
                    "`{one}` and `{other}` exclude each other; keep one of them"
                )
            }
            Self::NotAChoice {
                found,
                choices: [one, other],
            } => {
                write!(f, "`{found}` is not possible; write `{one}` or `{other}`")
            }
            Self::UnknownOperator { name, nearest } => {
                write!(f, "`{name}` is no condition operator")?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => f.write_str("; use one of AWS's, such as `StringEquals`"),
                }
            }
        }
    }
}

fn write_unknown_field(f: &mut fmt::Formatter<'_>, name: &str, known: &[&str]) -> fmt::Result {
    write!(f, "`{name}` is no field here; ")?;
    match nearest(name, known.iter().copied()) {
        Some(nearest) => write!(f, "did you mean `{nearest}`?"),
        None => write!(f, "remove it, or use one of `{}`", known.join("`, `")),
    }
}
