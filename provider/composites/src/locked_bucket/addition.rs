//! The statements that the user adds to the bucket's policy.

use std::collections::BTreeMap;

use cloister_composite::unknown_mark;
use cloister_framework::{Attr, Diagnostic, Path};
use cloister_policy::{Document, Effect, Principals, Statement, Version};

use super::policy::is_own_sid;

/// The attribute that holds them.
pub(crate) const ATTRIBUTE: &str = "additional_policy";

/// The user's policy; unknown, it is a statement that makes the settings it reaches unknown. What is malformed is
/// refused by [`check`].
pub(crate) fn statements(policy: &Attr<String>) -> Option<Document> {
    match policy {
        Attr::Null => None,
        Attr::Unknown => Some(Document::of([Statement::deny(&unknown_mark())])),
        Attr::Known(text) => Document::parse(text).ok(),
    }
}

/// What is wrong with the user's policy by itself.
pub(crate) fn check(policy: &Attr<String>) -> Vec<Diagnostic> {
    let Some(text) = policy.known() else {
        return Vec::new();
    };
    let found = match Document::parse(text) {
        Ok(document) => faults(&document),
        Err(error) => vec![Fault::malformed(error.to_string())],
    };
    found.into_iter().map(Fault::diagnostic).collect()
}

/// What is wrong with a policy that is to be added.
struct Fault {
    summary: &'static str,
    found: String,
    action: &'static str,
}

impl Fault {
    fn malformed(why: String) -> Self {
        Self {
            summary: "Policy is malformed",
            found: why,
            action: "Correct the document, or make it with the data source `aws_iam_policy_document`.",
        }
    }

    fn diagnostic(self) -> Diagnostic {
        Diagnostic::error(self.summary)
            .found(format!("`{ATTRIBUTE}`: {}.", self.found))
            .action(self.action)
            .at(Path::attribute(ATTRIBUTE))
    }
}

/// What S3 would refuse, or read differently beside our statements.
fn faults(document: &Document) -> Vec<Fault> {
    let statements = document.statements.iter().enumerate();
    let mut faults: Vec<Fault> = statements
        .filter_map(|(index, statement)| unusable(index, statement))
        .collect();
    faults.extend(names(document));
    // Our statements are in the newer language, in which `${…}` are variables.
    if document.version == Version::V2008 && document.to_string().contains("${") {
        faults.push(Fault {
            summary: "Policy is in the older language",
            found: "its version is `2008-10-17`, or none, in which `${…}` stands for itself; beside the statements \
                    that lock the bucket it would be a policy variable"
                .to_owned(),
            action: "Set `\"Version\": \"2012-10-17\"`.",
        });
    }
    faults
}

fn unusable(index: usize, statement: &Statement) -> Option<Fault> {
    let (lacks, action) = match &statement.principals {
        None => (
            "has no `Principal`",
            "Say with `Principal` whom the statement is about.",
        ),
        Some(Principals::NotPrincipal(_)) if statement.effect == Effect::Allow => (
            "allows all but some with `NotPrincipal`",
            "Name with `Principal` who is allowed.",
        ),
        Some(_) if statement.resources.is_none() => (
            "has no `Resource`",
            "Name the bucket's ARN, or its objects' (`ARN/*`).",
        ),
        Some(_) if statement.actions.patterns().is_empty() => (
            "has no `Action`",
            "Say which actions the statement is about.",
        ),
        Some(_) => return None,
    };
    Some(Fault {
        summary: "Statement is incomplete",
        found: format!(
            "{} {lacks}, which a bucket policy needs",
            title(index, statement)
        ),
        action,
    })
}

/// Statements of one policy need names of their own.
fn names(document: &Document) -> Vec<Fault> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for sid in document
        .statements
        .iter()
        .filter_map(|it| it.sid.as_deref())
    {
        if !sid.is_empty() {
            *count.entry(sid).or_default() += 1;
        }
    }
    let taken = count.iter().filter(|(sid, _)| is_own_sid(sid));
    let twice = count.iter().filter(|(_, count)| **count > 1);
    let taken =
        taken.map(|(sid, _)| format!("`{sid}` is the name of a statement that locks the bucket"));
    let twice = twice.map(|(sid, count)| format!("{count} statements are called `{sid}`"));
    taken
        .chain(twice)
        .map(|found| Fault {
            summary: "Statement name is taken",
            found,
            action: "Give the statement another `Sid`, or none.",
        })
        .collect()
}

fn title(index: usize, statement: &Statement) -> String {
    match statement.sid.as_deref().filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("statement `{sid}`"),
        None => format!("statement {}", index + 1),
    }
}
