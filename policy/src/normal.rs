//! The normal form: equal for documents that AWS treats as equal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::{
    Actions, Arn, Conditions, Document, PrincipalKind, PrincipalSet, Principals, Resources,
    Statement,
};

/// A document without the differences that make no difference.
///
/// Order of statements, lists and keys, repeated entries, a string in place
/// of a list of one, the case of actions, operators and condition keys, an
/// account id in place of the account's root ARN, `"*"` in place of
/// `{"AWS": "*"}`, `true` in place of `"true"`, an empty `Sid` or `Id`, and an
/// absent `Version` in place of `2008-10-17`: none of them shows here.
///
/// The unique id that AWS puts in place of a deleted principal is *not* the
/// principal's ARN: a role made anew under the old name is another role.
///
/// An account id alone stands for the root ARN of a partition that only the
/// other document may tell. Here it is the one named elsewhere in the same
/// document, or else `aws`; [`Document::equivalent`] looks at both documents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Normal(Document);

impl Document {
    /// The form in which equal documents are identical.
    pub fn normal_form(&self) -> Normal {
        Normal(Normalizer::knowing([self]).document(self))
    }

    /// Whether AWS treats both documents as equal.
    ///
    /// As equality of the [`Normal`] forms, except that an account id equals
    /// the root ARN of whichever partition the other document names.
    pub fn equivalent(&self, other: &Self) -> bool {
        let normalizer = Normalizer::knowing([self, other]);
        normalizer.document(self) == normalizer.document(other)
    }
}

impl Normal {
    /// The normal form as a document.
    pub fn document(&self) -> &Document {
        &self.0
    }
}

/// Compact JSON, the same for equal documents; `{:#}` is indented.
impl fmt::Display for Normal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Rewrites into normal form, knowing which partition each account is in.
pub(crate) struct Normalizer {
    partitions: BTreeMap<String, String>,
}

impl Normalizer {
    /// Learns the partitions of accounts from the root ARNs in `documents`.
    pub(crate) fn knowing<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let statements = documents
            .into_iter()
            .flat_map(|document| &document.statements);
        let sets = statements.filter_map(|statement| Some(statement.principals.as_ref()?.set()));
        let roots: BTreeSet<(String, String)> = sets
            .flat_map(PrincipalSet::names)
            .filter(|(kind, _)| *kind == PrincipalKind::Aws)
            .filter_map(|(_, name)| root_account(name))
            .collect();
        // Of several partitions the first in the alphabet wins: any, but always the same.
        Self {
            partitions: roots.into_iter().rev().collect(),
        }
    }

    /// The document in normal form.
    pub(crate) fn document(&self, document: &Document) -> Document {
        let statements = document
            .statements
            .iter()
            .map(|statement| self.statement(statement));
        Document {
            version: document.version,
            id: non_empty(document.id.as_deref()),
            statements: sorted(statements),
        }
    }

    /// One statement in normal form.
    pub(crate) fn statement(&self, statement: &Statement) -> Statement {
        let principals = statement.principals.as_ref();
        Statement {
            sid: non_empty(statement.sid.as_deref()),
            effect: statement.effect,
            principals: principals.map(|principals| self.principals(principals)),
            actions: actions(&statement.actions),
            resources: statement.resources.as_ref().map(resources),
            conditions: conditions(&statement.conditions),
        }
    }

    /// A principal's name in normal form.
    pub(crate) fn principal(&self, kind: PrincipalKind, name: &str) -> String {
        if kind != PrincipalKind::Aws || !is_account_id(name) {
            return name.to_owned();
        }
        let partition = self.partitions.get(name).map_or("aws", String::as_str);
        format!("arn:{partition}:iam::{name}:root")
    }

    fn principals(&self, principals: &Principals) -> Principals {
        let PrincipalSet::Listed(kinds) = principals.set() else {
            return principals.clone();
        };
        let normal: BTreeMap<PrincipalKind, Vec<String>> = kinds
            .iter()
            .map(|(kind, names)| {
                (
                    *kind,
                    sorted(names.iter().map(|name| self.principal(*kind, name))),
                )
            })
            .collect();
        let everyone = BTreeMap::from([(PrincipalKind::Aws, vec!["*".to_owned()])]);
        principals.with_set(if normal == everyone {
            PrincipalSet::Anyone
        } else {
            PrincipalSet::Listed(normal)
        })
    }
}

/// An action in normal form: neither prefix nor name knows case.
pub(crate) fn action(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn actions(actions: &Actions) -> Actions {
    match actions {
        Actions::Action(names) => Actions::Action(sorted(names.iter().map(|name| action(name)))),
        Actions::NotAction(names) => {
            Actions::NotAction(sorted(names.iter().map(|name| action(name))))
        }
    }
}

fn resources(resources: &Resources) -> Resources {
    match resources {
        Resources::Resource(arns) => Resources::Resource(sorted(arns.iter().cloned())),
        Resources::NotResource(arns) => Resources::NotResource(sorted(arns.iter().cloned())),
    }
}

/// Operators without keys test nothing and are left out.
fn conditions(conditions: &Conditions) -> Conditions {
    let mut normal = Conditions::none();
    for (operator, key, values) in conditions.iter() {
        normal.add(
            operator,
            key.folded().as_str(),
            sorted(values.iter().cloned()),
        );
    }
    normal
}

/// The account and partition of an account's root ARN.
fn root_account(name: &str) -> Option<(String, String)> {
    let arn = Arn::parse(name).ok()?;
    let is_root = arn.service == "iam" && arn.region.is_empty() && arn.resource == "root";
    (is_root && is_account_id(&arn.account)).then_some((arn.account, arn.partition))
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    items
        .into_iter()
        .collect::<BTreeSet<T>>()
        .into_iter()
        .collect()
}

fn non_empty(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}
