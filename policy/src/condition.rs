//! The conditions of a statement: all must hold, each by one of its values.

use std::collections::BTreeMap;
use std::collections::btree_map;

use crate::QualifiedOperator;

/// The name of a condition key, spelt as in the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionKey(String);

/// Operator, then key, then the values of which one must match.
///
/// Booleans and numbers are kept as the text they were written in; AWS
/// compares them as text with the operator's own reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conditions(BTreeMap<QualifiedOperator, BTreeMap<ConditionKey, Vec<String>>>);

impl ConditionKey {
    /// Takes the name as written.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The spelling under which equal keys are identical: names ignore case,
    /// while a tag key after `/` keeps it, since that part is the user's own.
    #[must_use]
    pub fn folded(&self) -> Self {
        let (name, tag) = self.0.split_at(self.0.find('/').unwrap_or(self.0.len()));
        Self(name.to_ascii_lowercase() + tag)
    }
}

impl Conditions {
    /// No conditions: the statement always applies.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds values; those given earlier for the same operator and key are
    /// alternatives to them, since a document cannot say "both".
    pub fn add(
        &mut self,
        operator: QualifiedOperator,
        key: impl Into<String>,
        values: impl IntoIterator<Item = String>,
    ) {
        let key = ConditionKey::new(key);
        let folded = key.folded();
        let keys = self.0.entry(operator).or_default();
        match keys.iter_mut().find(|(known, _)| known.folded() == folded) {
            Some((_, known_values)) => known_values.extend(values),
            None => {
                keys.insert(key, values.into_iter().collect());
            }
        }
    }

    /// Names an operator without keys, which AWS stores and ignores.
    pub(crate) fn add_operator(&mut self, operator: QualifiedOperator) {
        self.0.entry(operator).or_default();
    }

    /// Each condition: operator, key, values.
    pub fn iter(&self) -> impl Iterator<Item = (QualifiedOperator, &ConditionKey, &[String])> {
        self.0.iter().flat_map(|(operator, keys)| {
            keys.iter()
                .map(move |(key, values)| (*operator, key, values.as_slice()))
        })
    }

    /// Whether there is nothing to test.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The conditions by operator, as a document groups them.
    pub fn by_operator(
        &self,
    ) -> btree_map::Iter<'_, QualifiedOperator, BTreeMap<ConditionKey, Vec<String>>> {
        self.0.iter()
    }
}
