//! Isolation of log streams.

use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed};

pub(in crate::lint) const L20: Rule = Rule {
    id: "L20",
    title: "Log isolation that covers only GetLogEvents",
    wrong: "The same records can be read by filter, query, live tail and record pointer, some of which know no log stream.",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/permissions-reference-cwl.html",
    check: Check::Statement(other_ways),
};

/// Other ways to the same records.
const WAYS: [&str; 4] = [
    "logs:FilterLogEvents",
    "logs:GetLogRecord",
    "logs:StartLiveTail",
    "logs:StartQuery",
];

fn other_ways(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.denies() || !at.covers("logs:GetLogEvents") {
        return Vec::new();
    }
    let denied: Vec<At<'_>> = scene
        .statements()
        .filter(|other| other.denies() && is_together(at, other))
        .collect();
    let open: Vec<&str> = WAYS
        .into_iter()
        .filter(|way| !denied.iter().any(|other| other.covers(way)))
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let reason = format!(
        "The records that this keeps from view can still be read by {}.",
        listed(&open)
    );
    let mend = "Deny these too; where one knows no log stream, deny it on every resource.";
    vec![at.warning(reason, mend).at(at.path("Action"))]
}

/// Whether both statements apply to the same caller.
fn is_together(left: &At<'_>, right: &At<'_>) -> bool {
    match (left.place(), right.place()) {
        (Place::Identity { of: Some(left) }, Place::Identity { of: Some(right) }) => left == right,
        _ => std::ptr::eq(left.placed, right.placed),
    }
}
