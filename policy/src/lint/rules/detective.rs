//! Event rules that are there to notice something.

use serde_json::Value;

use crate::actions::Table;
use crate::lint::Finding;
use crate::lint::bundle::EventRule;
use crate::lint::finding::Severity;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{Scene, listed};
use crate::wildcard::matches_text;

pub(in crate::lint) const L17: Rule = Rule {
    id: "L17",
    title: "Detective rule that takes refused calls for real ones, or sees only some",
    wrong: "CloudTrail records refused calls too, with an `errorCode` and often without parameters; and a call that is not listed is not seen.",
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html",
    check: Check::Bundle(blind),
};

const CALLS: &str = "AWS API Call via CloudTrail";

fn blind(scene: &Scene<'_>) -> Vec<Finding> {
    let rules = scene.bundle.event_rules.iter();
    rules
        .filter(|rule| is_about_calls(&rule.pattern))
        .flat_map(|rule| [takes_refused(rule), sees_some(scene.table, rule)])
        .flatten()
        .collect()
}

fn is_about_calls(pattern: &Value) -> bool {
    let kinds = pattern.get("detail-type").and_then(Value::as_array);
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == CALLS))
}

fn takes_refused(rule: &EventRule) -> Option<Finding> {
    if names_field(&rule.pattern, "errorCode") {
        return None;
    }
    let reason = "The rule matches calls that AWS refused as well, whose parameters may be null.";
    let mend = "Add `\"errorCode\": [{\"exists\": false}]` to `detail`.";
    Some(Finding::about(&rule.name, Severity::Error, reason, mend).at("detail"))
}

/// Whether the pattern speaks of a field, also below `$or`.
fn names_field(pattern: &Value, name: &str) -> bool {
    match pattern {
        Value::Object(fields) => fields
            .iter()
            .any(|(field, value)| field == name || names_field(value, name)),
        Value::Array(items) => items.iter().any(|item| names_field(item, name)),
        _ => false,
    }
}

fn sees_some(table: &Table, rule: &EventRule) -> Option<Finding> {
    let seen = rule.pattern.get("detail")?.get("eventName")?.as_array()?;
    let (wanted, is_guess) = if rule.covers.is_empty() {
        (alike(table, &rule.pattern, seen), true)
    } else {
        (rule.covers.clone(), false)
    };
    let unseen: Vec<&String> = wanted.iter().filter(|call| !sees(seen, call)).collect();
    if unseen.is_empty() {
        return None;
    }
    let reason = format!("Calls to {} are not seen.", listed(&unseen));
    let mend =
        "List them in `detail.eventName` as well, and teach the target what to do about them.";
    let finding =
        Finding::about(&rule.name, Severity::Warning, reason, mend).at("detail.eventName");
    Some(if is_guess { finding.guessed() } else { finding })
}

/// What a rule about some SageMaker calls was probably meant to see: the other
/// calls that choose a network.
fn alike(table: &Table, pattern: &Value, seen: &[Value]) -> Vec<String> {
    let is_sagemaker = names_source(pattern, "aws.sagemaker");
    let service = table.service("sagemaker").filter(|_| is_sagemaker);
    let in_network: Vec<String> = service
        .into_iter()
        .flat_map(|service| service.actions_like("Create*"))
        .filter(|action| action.carries("sagemaker:VpcSubnets"))
        .map(|action| action.name().to_owned())
        .collect();
    if in_network.iter().any(|call| sees(seen, call)) {
        in_network
    } else {
        Vec::new()
    }
}

fn names_source(pattern: &Value, source: &str) -> bool {
    let sources = pattern.get("source").and_then(Value::as_array);
    sources.is_some_and(|sources| sources.iter().any(|found| found == source))
}

/// Whether one of the matchers takes that name. What is none of the plain
/// matchers is taken to.
fn sees(matchers: &[Value], name: &str) -> bool {
    matchers.iter().any(|matcher| match matcher {
        Value::String(text) => text == name,
        Value::Object(operator) => {
            operator.iter().all(
                |(operator, value)| match (operator.as_str(), value.as_str()) {
                    ("prefix", Some(prefix)) => name.starts_with(prefix),
                    ("suffix", Some(suffix)) => name.ends_with(suffix),
                    ("wildcard", Some(pattern)) => matches_text(pattern, name),
                    ("equals-ignore-case", Some(text)) => text.eq_ignore_ascii_case(name),
                    _ => true,
                },
            )
        }
        _ => false,
    })
}
