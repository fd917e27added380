//! Runs the rules, and gives them statements in a form that is easy to ask.

use std::collections::BTreeSet;

use super::bundle::{Bundle, Place, Placed};
use super::finding::{Finding, Found, Severity};
use super::rule::{Check, RULES};
use crate::actions::{Action, Service, Table, matches_name};
use crate::{
    Actions, Conditions, Document, Effect, Operator, QualifiedOperator, Quantifier, Resources,
    Statement,
};

/// What a rule looks at: the bundle, and what AWS's services know.
pub(super) struct Scene<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) table: &'static Table,
}

/// A statement at its place.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) placed: &'a Placed,
    pub(super) index: usize,
    pub(super) statement: &'a Statement,
}

/// One condition of a statement.
#[derive(Clone, Copy)]
pub(super) struct Test<'a> {
    pub(super) operator: QualifiedOperator,
    pub(super) key: &'a str,
    pub(super) values: &'a [String],
}

/// Runs every rule over the bundle. The findings are in the order of the
/// documents' names, statements and rules, so that two runs give the same.
pub fn check(bundle: &Bundle) -> Vec<Finding> {
    let scene = Scene {
        bundle,
        table: Table::builtin(),
    };
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    for (number, rule) in RULES.iter().enumerate() {
        let found = scene.run(&rule.check);
        findings.extend(found.into_iter().map(|finding| {
            let rule = rule.id;
            (number, Finding { rule, ..finding })
        }));
    }
    findings.sort_by(|(left_rule, left), (right_rule, right)| {
        let key = |finding: &Finding| finding.statement.as_ref().map(|found| found.index);
        (
            &left.document,
            key(left),
            left_rule,
            &left.path,
            &left.reason,
        )
            .cmp(&(
                &right.document,
                key(right),
                right_rule,
                &right.path,
                &right.reason,
            ))
    });
    findings.dedup();
    findings.into_iter().map(|(_, finding)| finding).collect()
}

impl<'a> Scene<'a> {
    fn run(&self, check: &Check) -> Vec<Finding> {
        match check {
            Check::Bundle(check) => check(self),
            Check::Document(check) => {
                let documents = self.documents();
                documents
                    .flat_map(|(placed, document)| check(self, placed, document))
                    .collect()
            }
            Check::Statement(check) => self.statements().flat_map(|at| check(self, &at)).collect(),
        }
    }

    /// The documents that could be read.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&'a Placed, &'a Document)> + use<'a> {
        let documents = self.bundle.documents.iter();
        documents.filter_map(|placed| Some((placed, placed.document.as_ref().ok()?)))
    }

    /// The statements of the documents that could be read.
    pub(super) fn statements(&self) -> impl Iterator<Item = At<'a>> + use<'a> {
        self.documents()
            .flat_map(|(placed, document)| statements_of(placed, document))
    }

    /// What the statement's actions mean. For `NotAction`, what is left of the
    /// services that its entries name: of `NotAction: ["s3:Get*"]`, the rest of S3.
    pub(super) fn actions(&self, statement: &Statement) -> Vec<Action<'static>> {
        match &statement.actions {
            Actions::Action(patterns) => {
                let mut seen = BTreeSet::new();
                let meant = patterns
                    .iter()
                    .flat_map(|pattern| self.table.expand(pattern));
                meant
                    .filter(|action| seen.insert((action.service().prefix(), action.name())))
                    .collect()
            }
            Actions::NotAction(patterns) => {
                let named = patterns
                    .iter()
                    .filter_map(|pattern| pattern.split_once(':'));
                let prefixes: BTreeSet<&str> = named.map(|(prefix, _)| prefix).collect();
                let services = prefixes
                    .into_iter()
                    .filter_map(|prefix| self.table.service(prefix));
                services
                    .flat_map(Service::actions)
                    .filter(|action| !patterns.iter().any(|pattern| action.is_meant_by(pattern)))
                    .collect()
            }
        }
    }
}

/// The statements of a document.
pub(super) fn statements_of<'a>(
    placed: &'a Placed,
    document: &'a Document,
) -> impl Iterator<Item = At<'a>> + use<'a> {
    let statements = document.statements.iter().enumerate();
    statements.map(move |(index, statement)| At {
        placed,
        index,
        statement,
    })
}

impl<'a> At<'a> {
    pub(super) fn place(&self) -> &'a Place {
        &self.placed.place
    }

    pub(super) fn allows(&self) -> bool {
        self.statement.effect == Effect::Allow
    }

    pub(super) fn denies(&self) -> bool {
        self.statement.effect == Effect::Deny
    }

    pub(super) fn tests(&self) -> impl Iterator<Item = Test<'a>> + use<'a> {
        tests(&self.statement.conditions)
    }

    pub(super) fn tests_of(&self, key: &str) -> impl Iterator<Item = Test<'a>> + use<'a> {
        let key = key.to_owned();
        self.tests().filter(move |test| test.is_of(&key))
    }

    /// Whether the statement says nothing about a request that lacks the key.
    pub(super) fn needs(&self, key: &str) -> bool {
        self.tests_of(key).any(|test| test.fails_without_key())
    }

    /// The entries of `Action`; none for `NotAction`.
    pub(super) fn action_patterns(&self) -> &'a [String] {
        match &self.statement.actions {
            Actions::Action(patterns) => patterns,
            Actions::NotAction(_) => &[],
        }
    }

    /// The entries of `Resource`; none for `NotResource`.
    pub(super) fn resource_patterns(&self) -> &'a [String] {
        match &self.statement.resources {
            Some(Resources::Resource(patterns)) => patterns,
            _ => &[],
        }
    }

    /// Whether the statement speaks of the action, given in full.
    pub(super) fn covers(&self, action: &str) -> bool {
        match &self.statement.actions {
            Actions::Action(patterns) => names_action(patterns, action),
            Actions::NotAction(patterns) => !names_action(patterns, action),
        }
    }

    /// Whether the statement speaks of the action.
    pub(super) fn covers_action(&self, action: &Action<'_>) -> bool {
        let names =
            |patterns: &[String]| patterns.iter().any(|pattern| action.is_meant_by(pattern));
        match &self.statement.actions {
            Actions::Action(patterns) => names(patterns),
            Actions::NotAction(patterns) => !names(patterns),
        }
    }

    pub(super) fn error(&self, reason: impl Into<String>, mend: impl Into<String>) -> Finding {
        self.finding(Severity::Error, reason, mend)
    }

    pub(super) fn warning(&self, reason: impl Into<String>, mend: impl Into<String>) -> Finding {
        self.finding(Severity::Warning, reason, mend)
    }

    pub(super) fn note(&self, reason: impl Into<String>, mend: impl Into<String>) -> Finding {
        self.finding(Severity::Note, reason, mend)
    }

    fn finding(
        &self,
        severity: Severity,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        let finding = Finding::about(&self.placed.name, severity, reason, mend);
        Finding {
            statement: Some(Found {
                index: self.index,
                sid: self.statement.sid.clone(),
            }),
            path: self.path(""),
            ..finding
        }
    }

    /// The JSON path of a field of the statement, or of the statement.
    pub(super) fn path(&self, field: &str) -> String {
        let dot = if field.is_empty() { "" } else { "." };
        format!("Statement[{}]{dot}{field}", self.index)
    }

    /// The JSON path of a condition.
    pub(super) fn path_of(&self, test: &Test<'_>) -> String {
        self.path(&format!(
            "Condition[\"{}\"][\"{}\"]",
            test.operator, test.key
        ))
    }

    /// How a sentence names the statement.
    pub(super) fn label(&self) -> String {
        match &self.statement.sid {
            Some(sid) if !sid.is_empty() => format!("`{sid}`"),
            _ => format!("statement {}", self.index),
        }
    }
}

impl Test<'_> {
    pub(super) fn is_of(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether the operator holds for what is not listed.
    pub(super) fn is_negated(&self) -> bool {
        matches!(
            self.operator.operator,
            Operator::StringNotEquals
                | Operator::StringNotEqualsIgnoreCase
                | Operator::StringNotLike
                | Operator::NumericNotEquals
                | Operator::DateNotEquals
                | Operator::NotIpAddress
                | Operator::ArnNotEquals
                | Operator::ArnNotLike
        )
    }

    /// `Some(true)`: holds only without the key; `Some(false)`: only with it.
    pub(super) fn null(&self) -> Option<bool> {
        let is_null = self.operator.operator == Operator::Null;
        is_null.then(|| {
            self.values
                .iter()
                .any(|value| value.eq_ignore_ascii_case("true"))
        })
    }

    /// Whether the condition cannot hold for a request that lacks the key.
    pub(super) fn fails_without_key(&self) -> bool {
        if let Some(absent) = self.null() {
            return !absent;
        }
        match self.operator.quantifier {
            Some(Quantifier::ForAllValues) => false,
            Some(Quantifier::ForAnyValue) => !self.operator.if_exists,
            None => !self.operator.if_exists && !self.is_negated(),
        }
    }

    pub(super) fn is_for_all_values(&self) -> bool {
        self.operator.quantifier == Some(Quantifier::ForAllValues)
    }

    pub(super) fn is_for_any_value(&self) -> bool {
        self.operator.quantifier == Some(Quantifier::ForAnyValue)
    }
}

/// Whether a list of action patterns names the action, given in full.
pub(super) fn names_action(patterns: &[String], action: &str) -> bool {
    patterns.iter().any(|pattern| matches_name(pattern, action))
}

fn tests(conditions: &Conditions) -> impl Iterator<Item = Test<'_>> {
    conditions.iter().map(|(operator, key, values)| Test {
        operator,
        key: key.as_str(),
        values,
    })
}

/// Names as a sentence lists them: the first few, and how many more.
pub(super) fn listed<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 4;
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(SHOWN) {
        0 => joined(&shown),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn joined(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}
