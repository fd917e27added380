//! Allows that are alternatives although their conditions were meant together.

use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed};
use crate::wildcard::matches_text;

pub(in crate::lint) const L4: Rule = Rule {
    id: "L4",
    title: "Condition that another Allow goes around",
    wrong: "Statements that allow are alternatives: what one demands, another that allows the same action need not.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    check: Check::Bundle(goes_around),
};

fn goes_around(scene: &Scene<'_>) -> Vec<Finding> {
    let allows: Vec<At<'_>> = scene.statements().filter(At::allows).collect();
    let guarded = allows.iter().filter(|at| at.tests().next().is_some());
    guarded
        .filter_map(|at| {
            // One finding for a pair that goes around each other: at the first of the two.
            let others = allows.iter().filter(|other| are_alternatives(at, other));
            let mut others =
                others.filter(|other| !(goes_around_of(scene, other, at) && is_before(other, at)));
            others.find_map(|other| finding(scene, at, other))
        })
        .collect()
}

fn finding(scene: &Scene<'_>, at: &At<'_>, other: &At<'_>) -> Option<Finding> {
    let shared = shared_actions(scene, at, other);
    let missing = missing_keys(at, other);
    if shared.is_empty() || missing.is_empty() || !covers_resources(other, at) {
        return None;
    }
    let place = if at.placed.name == other.placed.name {
        other.label()
    } else {
        format!("{} of `{}`", other.label(), other.placed.name)
    };
    let reason = format!(
        "{place} allows {} as well, without asking for {}, so the condition here can be gone around.",
        listed(&shared),
        listed(missing)
    );
    let mend = "Join the conditions in one statement, or make this one a Deny of the opposite.";
    let finding = at.warning(reason, mend).at(at.path("Condition"));
    // Two conditions may be meant as alternatives; none beside one cannot.
    Some(match other.tests().next() {
        Some(_) => finding.guessed(),
        None => finding,
    })
}

fn goes_around_of(scene: &Scene<'_>, at: &At<'_>, other: &At<'_>) -> bool {
    at.tests().next().is_some() && finding(scene, at, other).is_some()
}

fn is_before(left: &At<'_>, right: &At<'_>) -> bool {
    (&left.placed.name, left.index) < (&right.placed.name, right.index)
}

/// Whether both statements speak for the same caller.
fn are_alternatives(left: &At<'_>, right: &At<'_>) -> bool {
    let same_document = std::ptr::eq(left.placed, right.placed);
    if same_document && left.index == right.index {
        return false;
    }
    let same_place = match (left.place(), right.place()) {
        (Place::Identity { of: Some(left) }, Place::Identity { of: Some(right) }) => left == right,
        _ => same_document,
    };
    same_place && left.statement.principals == right.statement.principals
}

fn missing_keys<'a>(at: &At<'a>, other: &At<'_>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = at.tests().map(|test| test.key).collect();
    keys.dedup();
    keys.retain(|key| other.tests_of(key).next().is_none());
    keys
}

fn shared_actions(scene: &Scene<'_>, left: &At<'_>, right: &At<'_>) -> Vec<String> {
    let actions = scene.actions(left.statement);
    let shared = actions.iter().filter(|action| right.covers_action(action));
    shared.map(ToString::to_string).collect()
}

/// Whether what `at` is about is all among the resources of `other`.
fn covers_resources(other: &At<'_>, at: &At<'_>) -> bool {
    let wanted = at.resource_patterns();
    let covering = other.resource_patterns();
    let trusts = at.statement.resources.is_none() && other.statement.resources.is_none();
    let covered = |wanted: &String| covering.iter().any(|pattern| matches_text(pattern, wanted));
    trusts || (!wanted.is_empty() && wanted.iter().all(covered))
}
