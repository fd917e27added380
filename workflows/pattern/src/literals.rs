//! Texts that every matching record must hold, for a search before anything is parsed.
//!
//! A record may spell any character as `\uXXXX` and a slash as `\/`. Records
//! in which either occurs must bypass the search; all other escapes are
//! accounted for here.

use crate::field::{Branches, Field};
use crate::json::text::{Piece, pieces};
use crate::operators::Alternative;

/// What one branch of a pattern needs: of each list, at least one text must occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredLiterals {
    pub any_of: Vec<Vec<String>>,
}

pub(crate) fn required_literals(branches: &Branches) -> Vec<RequiredLiterals> {
    let branch = |branch| RequiredLiterals {
        any_of: branches
            .fields_of(branch)
            .filter_map(field_literals)
            .collect(),
    };
    branches.branches.iter().map(branch).collect()
}

/// The texts one of which a record has if it meets the field; the field's last
/// key where its alternatives name none.
fn field_literals(field: &Field) -> Option<Vec<String>> {
    if field.may_be_absent {
        return None;
    }
    let values: Option<Vec<String>> = field.alternatives.iter().map(alternative_literal).collect();
    values.or_else(|| {
        let key = field.keys().last()?;
        Some(vec![longest_plain([key.as_bytes()].into_iter())?])
    })
}

fn alternative_literal(alternative: &Alternative) -> Option<String> {
    match alternative {
        Alternative::Text(text) | Alternative::Prefix(text) | Alternative::Suffix(text) => {
            longest_plain([&**text].into_iter())
        }
        Alternative::Wildcard(wildcard) => longest_plain(wildcard.parts()),
        _ => None,
    }
}

/// The longest stretch that JSON spells as it is, `\u` and `\/` apart.
fn longest_plain<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Option<String> {
    let must_be_escaped = |letter: char| letter < ' ' || letter == '"' || letter == '\\';
    let mut longest = "";
    for text in texts {
        for piece in pieces(text) {
            let Piece::Text(text) = piece else {
                continue;
            };
            for stretch in text.split(must_be_escaped) {
                if stretch.len() > longest.len() {
                    longest = stretch;
                }
            }
        }
    }
    (!longest.is_empty()).then(|| longest.to_owned())
}
