//! Policies taken apart: statements by themselves, conditions by themselves.

use std::collections::BTreeSet;

use crate::access::{Attached, Compiled, Outcome, Policies, Request};
use crate::{
    Actions, Conditions, Document, Effect, Operator, Principal, QualifiedOperator, Resources,
    Statement, Version, matches_text,
};

use super::values::Test;

/// A statement, and what it takes to ask whether it applies.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) statement: &'a Statement,
    pub(super) version: Version,
}

/// One condition by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom {
    pub(super) operator: QualifiedOperator,
    /// In lower case: names of keys ignore it.
    pub(super) key: String,
    pub(super) values: Vec<String>,
}

/// Statements and conditions, each turned into the only statement there is, so
/// that the answer tells whether it applies.
pub(super) struct Probe {
    policies: Policies,
    /// The answer where it applies.
    outcome: Outcome,
}

/// A probe that is ready for many requests.
pub(super) struct ReadyProbe<'p>(Compiled<'p>, Outcome);

impl<'a> Piece<'a> {
    /// Every statement of the policies.
    pub(super) fn all(policies: &'a Policies) -> impl Iterator<Item = Self> {
        let single = [&policies.boundary, &policies.resource, &policies.endpoint];
        let lists = [&policies.identity, &policies.session];
        let levels = [&policies.service_control, &policies.resource_control];
        let attached = single
            .into_iter()
            .flatten()
            .chain(lists.into_iter().flatten())
            .chain(levels.into_iter().flatten().flatten());
        attached.flat_map(|Attached { document, .. }| {
            let version = document.version;
            document
                .statements
                .iter()
                .map(move |statement| Piece { statement, version })
        })
    }

    /// The conditions one by one.
    pub(super) fn atoms(&self) -> impl Iterator<Item = Atom> {
        atoms(&self.statement.conditions)
    }

    /// Whether it speaks of this action. Case makes no difference.
    pub(super) fn speaks_of(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let matches = |pattern: &String| matches_text(&pattern.to_ascii_lowercase(), &action);
        match &self.statement.actions {
            Actions::Action(patterns) => patterns.iter().any(matches),
            Actions::NotAction(patterns) => !patterns.iter().any(matches),
        }
    }

    /// The patterns of its resources.
    pub(super) fn resources(&self) -> &'a [String] {
        self.statement
            .resources
            .as_ref()
            .map_or(&[], Resources::patterns)
    }

    /// Whether the resource has variables in it: what it matches depends on the rest of the request.
    pub(super) fn has_variable_resource(&self) -> bool {
        self.resources().iter().any(|pattern| has_variable(pattern))
    }

    /// Whether what it matches depends on the rest of the request in any way.
    pub(super) fn has_variables(&self) -> bool {
        self.has_variable_resource() || self.atoms().any(|atom| atom.has_variable())
    }

    /// The keys that stand in its variables.
    pub(super) fn variables(&self) -> BTreeSet<String> {
        let values = self.atoms().flat_map(|atom| atom.values);
        let texts = self.resources().iter().cloned().chain(values);
        texts
            .flat_map(|text| {
                variables(&text)
                    .into_iter()
                    .map(|(key, _)| key)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Applies wherever the resource matches.
    pub(super) fn resource_probe(&self) -> Probe {
        let mut statement = bare();
        statement.resources.clone_from(&self.statement.resources);
        Probe::of(statement, self.version)
    }

    /// Applies wherever the principal and those conditions match that follow from the caller.
    pub(super) fn caller_probe(&self, is_derived: fn(&str) -> bool) -> Probe {
        let mut statement = bare();
        if self.statement.principals.is_some() {
            statement.principals.clone_from(&self.statement.principals);
        }
        statement.conditions = of_keys(&self.statement.conditions, is_derived);
        Probe::of(statement, self.version)
    }

    /// The statement in a bucket policy by itself, as far as it is about the caller.
    pub(super) fn as_resource_policy(&self, is_derived: fn(&str) -> bool) -> Policies {
        let mut statement = bare();
        statement.effect = self.statement.effect;
        if self.statement.principals.is_some() {
            statement.principals.clone_from(&self.statement.principals);
        }
        statement.conditions = of_keys(&self.statement.conditions, is_derived);
        in_resource_policy(statement, self.version)
    }
}

impl Atom {
    /// What it can tell apart.
    pub(super) fn test(&self) -> Test {
        Test {
            operator: self.operator.operator,
            quantifier: self.operator.quantifier,
            values: self.values.clone(),
            of_variable: self.has_variable(),
        }
    }

    /// Whether a value of it depends on other keys.
    pub(super) fn has_variable(&self) -> bool {
        self.operator.operator != Operator::Null
            && self.values.iter().any(|value| has_variable(value))
    }

    /// Applies wherever the condition of a Deny holds.
    pub(super) fn probe(&self) -> Probe {
        Probe::of(self.bare(), Version::V2012)
    }

    /// Applies wherever the condition of an Allow holds: values that cannot be read are taken otherwise there.
    pub(super) fn allow_probe(&self) -> Probe {
        let statement = Statement {
            effect: Effect::Allow,
            ..self.bare()
        };
        Probe {
            policies: in_resource_policy(statement, Version::V2012),
            outcome: Outcome::Allowed,
        }
    }

    fn bare(&self) -> Statement {
        bare().when(self.operator, self.key.clone(), self.values.clone())
    }
}

impl Probe {
    fn of(statement: Statement, version: Version) -> Self {
        let statement = Statement {
            effect: Effect::Deny,
            ..statement
        };
        Self {
            policies: in_resource_policy(statement, version),
            outcome: Outcome::ExplicitDeny,
        }
    }

    /// Prepares it.
    pub(super) fn ready(&self) -> ReadyProbe<'_> {
        ReadyProbe(Compiled::new(&self.policies), self.outcome)
    }
}

impl ReadyProbe<'_> {
    /// Whether it applies to this request.
    pub(super) fn applies(&self, request: &Request) -> bool {
        self.0.decide(request).outcome == self.1
    }
}

/// Denies everything to everyone.
fn bare() -> Statement {
    Statement::deny("")
        .principal(Principal::anyone())
        .action("*")
        .resource("*")
}

fn in_resource_policy(statement: Statement, version: Version) -> Policies {
    let document = Document {
        version,
        ..Document::of([statement])
    };
    Policies {
        resource: Some(Attached {
            name: String::new(),
            document,
        }),
        ..Policies::default()
    }
}

/// The conditions one by one.
pub(super) fn atoms(conditions: &Conditions) -> impl Iterator<Item = Atom> {
    conditions.iter().map(|(operator, key, values)| Atom {
        operator,
        key: key.as_str().to_lowercase(),
        values: values.to_vec(),
    })
}

fn of_keys(conditions: &Conditions, wanted: fn(&str) -> bool) -> Conditions {
    let mut kept = Conditions::none();
    for atom in atoms(conditions).filter(|atom| wanted(&atom.key)) {
        kept.add(atom.operator, atom.key, atom.values);
    }
    kept
}

/// Whether a value changes with the request.
pub(super) fn has_variable(text: &str) -> bool {
    !variables(text).is_empty()
}

/// The keys of the variables in a text, folded, with the text that each stands as.
pub(super) fn variables(text: &str) -> BTreeSet<(String, &str)> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let whole = &rest[start..=start + length];
        let name = whole[2..whole.len() - 1]
            .split(',')
            .next()
            .unwrap_or("")
            .trim();
        if !matches!(name, "*" | "?" | "$") {
            found.insert((name.to_lowercase(), whole));
        }
        rest = &rest[start + length + 1..];
    }
    found
}
