//! Why a record does not match: which fields, what they should be, what was found.

use std::fmt;
use std::ops::ControlFlow;

use crate::field::{Branch, Branches, Field};
use crate::json::Kind;
use crate::matching::{Meets, branch_holds, each_leaf, meets};
use crate::operators::Alternative;
use crate::place::{Step, render_path};
use crate::record::Record;

/// How many values of a field a message shows.
const SHOWN: usize = 5;

/// A field that a record does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The keys of the field in the pattern.
    pub path: Vec<String>,
    /// What it should be, in words: `"a" or a text starting with "b"`.
    pub expected: String,
    pub found: Found,
}

/// What a record has where a pattern names a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No plain value: nothing, an object, or an empty list.
    Nothing,
    /// These values as JSON, at most five, and how many more.
    Values { shown: Vec<String>, more: usize },
    /// Values that would do, but not in the list element where the other fields hold.
    InOtherElement { shown: Vec<String>, more: usize },
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: Vec<Step> = self.path.iter().cloned().map(Step::Key).collect();
        let path = render_path(&path);
        write!(
            f,
            "`{path}` should be {}, but is {}",
            self.expected, self.found
        )
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, more) = match self {
            Self::Nothing => return f.write_str("absent"),
            Self::Values { shown, more } | Self::InOtherElement { shown, more } => (shown, more),
        };
        f.write_str(&shown.join(", "))?;
        if *more > 0 {
            write!(f, " and {more} more")?;
        }
        if matches!(self, Self::InOtherElement { .. }) {
            f.write_str(" in another element than the other fields")?;
        }
        Ok(())
    }
}

pub(crate) fn explain_branches(branches: &Branches, record: &Record) -> Vec<Unmet> {
    let mut nearest: Option<Vec<Unmet>> = None;
    for branch in &branches.branches {
        let unmet = explain_branch(branches, branch, record);
        if nearest
            .as_ref()
            .is_none_or(|nearest| unmet.len() < nearest.len())
        {
            nearest = Some(unmet);
        }
    }
    nearest.unwrap_or_default()
}

fn explain_branch(branches: &Branches, branch: &Branch, record: &Record) -> Vec<Unmet> {
    let unmet: Vec<Unmet> = branches
        .fields_of(branch)
        .filter(|field| meets(field, record) == Meets::Never)
        .map(|field| describe(field, values(field, record)))
        .collect();
    if !unmet.is_empty() || branch_holds(branches, branch, record) {
        return unmet;
    }
    let in_elements = branches
        .fields_of(branch)
        .filter(|field| meets(field, record) != Meets::Freely);
    in_elements
        .map(|field| describe(field, in_other_element(values(field, record))))
        .collect()
}

fn describe(field: &Field, found: Found) -> Unmet {
    let expected: Vec<String> = field.alternatives.iter().map(Alternative::render).collect();
    Unmet {
        path: field.keys().to_vec(),
        expected: expected.join(" or "),
        found,
    }
}

fn values(field: &Field, record: &Record) -> Found {
    let mut shown = Vec::new();
    let mut more = 0;
    // Never ends early: the visitor always continues.
    let _ = each_leaf(record.root(), field.path(), &mut |leaf, _| {
        debug_assert!(!matches!(leaf.kind(), Kind::Array | Kind::Object));
        if shown.len() < SHOWN {
            let mut value = String::new();
            leaf.write_json(&mut value);
            shown.push(value);
        } else {
            more += 1;
        }
        ControlFlow::Continue(())
    });
    if shown.is_empty() {
        Found::Nothing
    } else {
        Found::Values { shown, more }
    }
}

fn in_other_element(found: Found) -> Found {
    match found {
        Found::Values { shown, more } => Found::InOtherElement { shown, more },
        other => other,
    }
}
