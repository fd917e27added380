//! What is wrong with a pattern or a record, where, and what to write instead.

use std::fmt;

use crate::json::{Fault, What};
use crate::place::{Place, Step, render_path};
use crate::{MAX_BRANCHES, MAX_PATTERN_DEPTH, MAX_RECORD_DEPTH};

/// Why a pattern is none.
///
/// Its text names the path, the place in the text if one was parsed, the
/// problem, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Keys and indices from the root of the pattern to the fault.
    pub path: Vec<Step>,
    /// Where the fault stands; nothing if the pattern came as a parsed value.
    pub place: Option<Place>,
    pub problem: Problem,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("this is not JSON: {0}")]
    Syntax(&'static str),
    #[error("there is text after the pattern")]
    TextAfter,
    #[error("the pattern nests deeper than {MAX_PATTERN_DEPTH} levels")]
    TooDeep,
    #[error("a pattern is an object, this is {0}")]
    NotAnObject(&'static str),
    #[error("the key `{0}` stands twice in one object")]
    DuplicateKey(String),
    #[error("the object is empty")]
    EmptyObject,
    #[error("the list is empty")]
    EmptyList,
    #[error("a field takes a list of alternatives, this is {0}")]
    NotAList(&'static str),
    #[error("an alternative is a string, number, true, false, null or operator, this is a list")]
    NestedList,
    #[error("the object names no operator")]
    NoOperator,
    #[error("the object names {0} operators")]
    SeveralOperators(usize),
    #[error("`{0}` is no operator here")]
    UnknownOperator(String),
    #[error("`{operator}` takes {takes}, this is {found}")]
    WrongOperand {
        operator: &'static str,
        takes: &'static str,
        found: &'static str,
    },
    #[error("`$or` takes a list of at least two objects, this is {0}")]
    NotAlternatives(String),
    #[error("`{0}` is the name of an operator and cannot name a field inside `$or`")]
    ReservedName(String),
    #[error("the `$or` lists combine to more than {MAX_BRANCHES} branches")]
    TooManyBranches,
    #[error("`{0}` cannot be compared exactly: no double has this value")]
    InexactNumber(String),
    #[error("the bounds leave no number between them")]
    EmptyRange,
    #[error("the list mixes strings and numbers")]
    MixedList,
    #[error("an empty text would exclude every string")]
    ExcludesAll,
    #[error("`**`: two wildcards stand side by side")]
    AdjacentWildcards,
    #[error("a backslash must be followed by `*` or a backslash")]
    WildcardEscape,
    #[error("`{0}` is no address block")]
    NotABlock(String),
    #[error("`{0}` holds a single address")]
    SingleAddress(String),
}

impl Problem {
    /// What to write instead.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "Write the pattern as JSON.",
            Self::TextAfter => "Remove what follows the closing brace.",
            Self::TooDeep => "Name the fields with fewer levels.",
            Self::NotAnObject(_) => "Write `{\"field\": [\"value\"]}`.",
            Self::DuplicateKey(_) => "Join the two in one list, or use `$or`.",
            Self::EmptyObject | Self::NotAList(_) | Self::EmptyList => {
                "Write the alternatives as a list, such as `[\"value\"]` or `[{\"exists\": true}]`."
            }
            Self::NestedList => "Write one flat list: a record's nested lists are searched anyway.",
            Self::NoOperator | Self::UnknownOperator(_) => {
                "Use one of `prefix`, `suffix`, `equals-ignore-case`, `wildcard`, `anything-but`, `numeric`, `cidr`, `exists`."
            }
            Self::SeveralOperators(_) => {
                "Give each operator an object of its own; they are alternatives."
            }
            Self::WrongOperand { .. } => "Change the operand to that form.",
            Self::NotAlternatives(_) => {
                "Write `\"$or\": [{…}, {…}]`; a field cannot be called `$or`."
            }
            Self::ReservedName(_) => {
                "Put operators in a field's list: `\"field\": [{\"prefix\": \"a\"}]`."
            }
            Self::TooManyBranches => "Split the pattern into several.",
            Self::InexactNumber(_) => {
                "Use at most 15 digits, or match the number itself in the list."
            }
            Self::EmptyRange => "Write the lower bound first, and below the upper one.",
            Self::MixedList => "Use strings only or numbers only.",
            Self::ExcludesAll => "Write the text that must not stand there.",
            Self::AdjacentWildcards => "Write one `*`; a literal asterisk is `\\*`.",
            Self::WildcardEscape => {
                "Write a literal asterisk as `\\*` and a literal backslash as `\\\\`."
            }
            Self::NotABlock(_) => {
                "Write address, slash and prefix length, such as `10.0.0.0/8` or `2001:db8::/32`."
            }
            Self::SingleAddress(_) => "Write the address itself as an alternative, without `cidr`.",
        }
    }
}

impl PatternError {
    pub(crate) fn of_fault(fault: Fault, text: &str) -> Self {
        Self {
            path: fault.path,
            place: Some(Place::of(fault.offset, text)),
            problem: match fault.what {
                What::Syntax(what) => Problem::Syntax(what),
                What::TooDeep => Problem::TooDeep,
                What::TextAfter => Problem::TextAfter,
            },
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.path.is_empty(), self.place) {
            (true, None) => write!(f, "pattern")?,
            (true, Some(place)) => write!(f, "pattern ({place})")?,
            (false, None) => write!(f, "`{}`", render_path(&self.path))?,
            (false, Some(place)) => write!(f, "`{}` ({place})", render_path(&self.path))?,
        }
        write!(f, ": {}. {}", self.problem, self.problem.hint())
    }
}

impl std::error::Error for PatternError {}

/// Why a record could not be read. It says nothing about the records beside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("the record is not JSON at byte {offset}: {what}")]
    Syntax { offset: usize, what: &'static str },
    #[error("the record is not UTF-8 at byte {offset}")]
    NotUtf8 { offset: usize },
    #[error("the record nests deeper than {MAX_RECORD_DEPTH} levels at byte {offset}")]
    TooDeep { offset: usize },
    #[error("a record is a JSON object")]
    NotAnObject,
}
