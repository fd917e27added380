//! The alternatives in a field's list: which values each takes, and how it reads.

mod address;
mod fold;
mod range;
mod wildcard;

use std::net::IpAddr;

pub(crate) use address::{Block, parse_address};
pub(crate) use fold::Folded;
pub(crate) use range::{Comparison, Range};
pub(crate) use wildcard::Wildcard;

use crate::json::Kind;
use crate::json::text::quoted;
use crate::number::{Decimal, is_exact_double};

/// One alternative of a field.
#[derive(Clone, Debug)]
pub(crate) enum Alternative {
    Null,
    Bool(bool),
    Number(Number),
    Text(Box<[u8]>),
    /// A text that is an address: each spelling of the address will do.
    Address(IpAddr, Box<[u8]>),
    Prefix(Box<[u8]>),
    Suffix(Box<[u8]>),
    Folded(Folded),
    FoldedPrefix(Folded),
    FoldedSuffix(Folded),
    Wildcard(Wildcard),
    /// Any value that none of these takes.
    AnythingBut(Vec<Alternative>),
    Numeric(Range),
    Cidr(Block),
    /// Any value at all.
    Exists,
    /// No value. The only alternative that an absent field meets.
    Absent,
}

/// A number in a list: equal by value if a double can hold it, else by spelling.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    text: String,
    exact: bool,
}

impl Number {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            exact: is_exact_double(text),
        }
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.exact
    }

    fn equals(&self, found: &str) -> bool {
        self.text == found || (self.exact && Decimal::of(&self.text) == Decimal::of(found))
    }
}

impl Alternative {
    pub(crate) fn takes(&self, value: Kind<'_>) -> bool {
        match (self, value) {
            (_, Kind::Array | Kind::Object) | (Self::Absent, _) => false,
            (Self::Exists, _) | (Self::Null, Kind::Null) => true,
            (Self::AnythingBut(excluded), _) => !excluded.iter().any(|one| one.takes(value)),
            (Self::Bool(wanted), Kind::Bool(found)) => *wanted == found,
            (Self::Number(wanted), Kind::Number(found)) => wanted.equals(found),
            (Self::Numeric(range), Kind::Number(found)) => range.contains(found),
            (_, Kind::Text(found)) => self.takes_text(found),
            _ => false,
        }
    }

    fn takes_text(&self, found: &[u8]) -> bool {
        match self {
            Self::Text(wanted) => **wanted == *found,
            Self::Address(wanted, text) => {
                **text == *found
                    || parse_address(found).is_some_and(|ip| ip.to_canonical() == *wanted)
            }
            Self::Prefix(prefix) => found.starts_with(prefix),
            Self::Suffix(suffix) => found.ends_with(suffix),
            Self::Folded(folded) => folded.equals(found),
            Self::FoldedPrefix(folded) => folded.starts(found),
            Self::FoldedSuffix(folded) => folded.ends(found),
            Self::Wildcard(wildcard) => wildcard.matches(found),
            Self::Cidr(block) => parse_address(found).is_some_and(|ip| block.contains(ip)),
            _ => false,
        }
    }

    /// The alternative in words: completes "should be …".
    pub(crate) fn render(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(truth) => truth.to_string(),
            Self::Number(number) => number.text.clone(),
            Self::Text(text) | Self::Address(_, text) => quoted(text),
            Self::Prefix(text) => format!("a text starting with {}", quoted(text)),
            Self::Suffix(text) => format!("a text ending with {}", quoted(text)),
            Self::Folded(folded) => format!("{} in any case", quoted(folded.text())),
            Self::FoldedPrefix(folded) => {
                format!("a text starting with {} in any case", quoted(folded.text()))
            }
            Self::FoldedSuffix(folded) => {
                format!("a text ending with {} in any case", quoted(folded.text()))
            }
            Self::Wildcard(wildcard) => format!("a text like {}", quoted(wildcard.text())),
            Self::AnythingBut(excluded) => {
                let excluded: Vec<String> = excluded.iter().map(Self::render).collect();
                format!("anything but {}", excluded.join(" or "))
            }
            Self::Numeric(range) => format!("a number {}", range.render()),
            Self::Cidr(block) => format!("an address in {}", block.text()),
            Self::Exists => "present".to_owned(),
            Self::Absent => "absent".to_owned(),
        }
    }
}
