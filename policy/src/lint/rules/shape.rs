//! What a document must have, and what has no place in it.

use std::collections::BTreeMap;

use crate::lint::Finding;
use crate::lint::bundle::{Place, Placed};
use crate::lint::finding::Severity;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed, statements_of};
use crate::{Actions, Document, PolicyError, Resources, Version};

const GRAMMAR: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";

pub(in crate::lint) const L12: Rule = Rule {
    id: "L12",
    title: "Document that AWS refuses",
    wrong: "A statement without `Effect`, a trailing comma, a misspelt field: AWS refuses the document, and the earlier one stays in force.",
    source: GRAMMAR,
    check: Check::Bundle(malformed),
};

pub(in crate::lint) const L21: Rule = Rule {
    id: "L21",
    title: "Statement without action",
    wrong: "A statement that names no action says nothing; AWS refuses it in most places and ignores it in key policies.",
    source: GRAMMAR,
    check: Check::Statement(without_action),
};

pub(in crate::lint) const L25: Rule = Rule {
    id: "L25",
    title: "Allow of everything but a list",
    wrong: "`NotAction` and `NotResource` in an Allow grant what is not listed, and what AWS adds tomorrow.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    check: Check::Statement(all_but),
};

pub(in crate::lint) const L30: Rule = Rule {
    id: "L30",
    title: "Policy variable in an old version",
    wrong: "Without `\"Version\": \"2012-10-17\"`, `${…}` is plain text.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    check: Check::Document(old_variables),
};

pub(in crate::lint) const L31: Rule = Rule {
    id: "L31",
    title: "Field that is missing or has no place",
    wrong: "Each place wants its own fields: a resource's policy a principal, a caller's policy a resource and no principal.",
    source: GRAMMAR,
    check: Check::Statement(misplaced),
};

pub(in crate::lint) const L37: Rule = Rule {
    id: "L37",
    title: "Sid used twice",
    wrong: "Sids must be unique in a document, and reports that name one mean only one statement.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html",
    check: Check::Document(same_sid),
};

fn malformed(scene: &Scene<'_>) -> Vec<Finding> {
    let documents = scene.bundle.documents.iter();
    documents
        .filter_map(|placed| {
            let error = placed.document.as_ref().err()?;
            let path = error.place().map_or("", |place| place.path.as_str());
            let finding = Finding::about(
                &placed.name,
                Severity::Error,
                format!("AWS refuses this document: {}.", reason(error)),
                "Mend it at the place named.",
            );
            Some(finding.at(path))
        })
        .collect()
}

fn reason(error: &PolicyError) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

fn without_action(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.statement.actions.patterns().is_empty() {
        return Vec::new();
    }
    let reason = "The statement names no action, so it says nothing.";
    vec![at.error(reason, "Add `Action`, or remove the statement.")]
}

fn all_but(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    // There, an Allow grants nothing by itself.
    let only_limits = matches!(
        at.place(),
        Place::Boundary { .. }
            | Place::ServiceControl
            | Place::ResourceControl
            | Place::Session
            | Place::VpcEndpoint { .. }
    );
    if !at.allows() || only_limits {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if let Actions::NotAction(patterns) = &at.statement.actions {
        let reason = format!(
            "This allows every action of every service but {}.",
            listed(patterns)
        );
        let mend = "Name in `Action` what is allowed, or deny the list in a statement of its own.";
        findings.push(at.warning(reason, mend).at(at.path("NotAction")));
    }
    if let Some(Resources::NotResource(patterns)) = &at.statement.resources {
        let reason = format!(
            "This allows the actions on every resource but {}.",
            listed(patterns)
        );
        let mend = "Name in `Resource` what is meant, or deny the list in a statement of its own.";
        findings.push(at.warning(reason, mend).at(at.path("NotResource")));
    }
    findings
}

fn old_variables(_: &Scene<'_>, placed: &Placed, document: &Document) -> Vec<Finding> {
    if document.version != Version::V2008 {
        return Vec::new();
    }
    statements_of(placed, document)
        .filter_map(|at| {
            let variable = texts(&at).into_iter().find(|text| has_variable(text))?;
            let reason = format!(
                "`{variable}` is plain text in version `2008-10-17`, and matches nothing else."
            );
            Some(at.error(reason, "Add `\"Version\": \"2012-10-17\"` to the document."))
        })
        .collect()
}

fn texts<'a>(at: &At<'a>) -> Vec<&'a String> {
    let resources = at
        .statement
        .resources
        .as_ref()
        .map_or(&[][..], Resources::patterns);
    let values = at.tests().flat_map(|test| test.values);
    resources.iter().chain(values).collect()
}

fn has_variable(text: &str) -> bool {
    text.split_once("${")
        .is_some_and(|(_, rest)| rest.contains('}'))
}

/// What a place wants of a statement.
#[derive(Clone, Copy)]
enum Wanted {
    Required,
    Refused,
    Free,
}

fn misplaced(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let (principal, resource, place) = wanted(at.place());
    let has_principal = at.statement.principals.is_some();
    let has_resource = at.statement.resources.is_some();
    let fields = [
        ("Principal", principal, has_principal),
        ("Resource", resource, has_resource),
    ];
    let misplaced = fields
        .into_iter()
        .filter_map(|(field, wanted, has)| match (wanted, has) {
            (Wanted::Required, false) => Some(at.error(
                format!("{place} must have `{field}`, and this statement has none."),
                format!("Add `{field}`."),
            )),
            (Wanted::Refused, true) => Some(at.error(
                format!("{place} has no `{field}`, and AWS refuses it there."),
                format!("Remove `{field}`, or attach the document where it belongs."),
            )),
            _ => None,
        });
    let mut findings: Vec<Finding> = misplaced.collect();
    if matches!(at.place(), Place::ResourceControl) && at.allows() {
        let reason = "A resource control policy can only deny, and AWS refuses an Allow there.";
        findings.push(
            at.error(reason, "Make it a Deny of the opposite.")
                .at(at.path("Effect")),
        );
    }
    findings
}

fn wanted(place: &Place) -> (Wanted, Wanted, &'static str) {
    use Wanted::{Free, Refused, Required};
    match place {
        Place::Identity { .. } => (Refused, Required, "An identity policy"),
        Place::Boundary { .. } => (Refused, Required, "A permissions boundary"),
        Place::Session => (Refused, Required, "A session policy"),
        Place::ServiceControl => (Refused, Required, "A service control policy"),
        Place::ResourceControl => (Required, Required, "A resource control policy"),
        Place::Trust { .. } => (Required, Refused, "A trust policy"),
        Place::Bucket { .. } => (Required, Required, "A bucket policy"),
        Place::Key { .. } => (Required, Required, "A key policy"),
        Place::VpcEndpoint { .. } => (Required, Required, "An endpoint policy"),
        Place::Resource => (Required, Free, "A resource's policy"),
    }
}

fn same_sid(_: &Scene<'_>, placed: &Placed, document: &Document) -> Vec<Finding> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    for at in statements_of(placed, document) {
        let Some(sid) = at.statement.sid.as_deref().filter(|sid| !sid.is_empty()) else {
            continue;
        };
        match first.get(sid) {
            None => {
                first.insert(sid, at.index);
            }
            Some(earlier) => {
                let reason = format!("Statement {earlier} has the Sid `{sid}` already.");
                findings.push(
                    at.error(reason, "Give each statement a Sid of its own.")
                        .at(at.path("Sid")),
                );
            }
        }
    }
    findings
}
