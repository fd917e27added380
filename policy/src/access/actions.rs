//! `Action` and `NotAction`, compiled.

use crate::Actions;
use crate::access::facts::Facts;
use crate::access::pattern::{Case, Pattern, Reading};

/// Variables have no place in actions, and case makes no difference.
const READING: Reading = Reading {
    variables: false,
    wildcards: true,
};

/// The actions that a statement is about.
#[derive(Debug)]
pub(super) struct ActionTest {
    patterns: Vec<Pattern>,
    all_but: bool,
}

impl ActionTest {
    /// Compiles a statement's field.
    pub(super) fn of(actions: &Actions) -> Self {
        let patterns = actions.patterns().iter();
        Self {
            patterns: patterns.map(|text| Pattern::read(text, READING)).collect(),
            all_but: matches!(actions, Actions::NotAction(_)),
        }
    }

    /// Whether the statement is about the action of the request.
    pub(super) fn matches(&self, facts: &Facts<'_>) -> bool {
        let action = facts.request.action.as_str();
        let named =
            (self.patterns.iter()).any(|pattern| pattern.matches(action, facts, Case::Ignored));
        named != self.all_but
    }
}
