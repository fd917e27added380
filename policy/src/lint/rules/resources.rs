//! Whether actions and resources of a statement fit each other.

use crate::actions::{AccessLevel, Action};
use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed};

const ACTIONS: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

pub(in crate::lint) const L9: Rule = Rule {
    id: "L9",
    title: "Action that knows no resource, scoped to one",
    wrong: "An action without resource types matches `Resource: *` only; on an ARN it is neither allowed nor denied.",
    source: ACTIONS,
    check: Check::Statement(knows_no_resource),
};

pub(in crate::lint) const L38: Rule = Rule {
    id: "L38",
    title: "Action on a resource of another type",
    wrong: "No resource of the statement is of a type that the action takes, so that the statement says nothing about it.",
    source: ACTIONS,
    check: Check::Statement(takes_another_type),
};

fn knows_no_resource(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let Some(resources) = scoped_to(at) else {
        return Vec::new();
    };
    let lost: Vec<Action<'_>> = named(scene, at)
        .into_iter()
        .filter(Action::knows_no_resource)
        .collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let reason = format!(
        "{} can be {} on `*` only, and not on {}.",
        listed(&lost),
        if at.allows() { "allowed" } else { "denied" },
        listed(resources)
    );
    let mend = format!(
        "Put {} into a statement of its own with `\"Resource\": \"*\"`.",
        listed(&lost)
    );
    // Which lists know resources has changed over time.
    let only_lists = lost
        .iter()
        .all(|action| action.level() == AccessLevel::List);
    let finding = if only_lists {
        at.warning(reason, mend)
    } else {
        at.error(reason, mend)
    };
    vec![finding.at(at.path("Resource"))]
}

fn takes_another_type(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let Some(resources) = scoped_to(at) else {
        return Vec::new();
    };
    let fits = |action: &Action<'_>| {
        let mut patterns = resources.iter();
        patterns.any(|pattern| action.may_be_done_to(pattern))
    };
    let is_moot = !scene.actions(at.statement).iter().any(fits);
    let lost = named(scene, at)
        .into_iter()
        .filter(|action| !action.knows_no_resource() && !fits(action));
    lost.map(|action| {
        let types = action.resource_types().map(|taken| taken.pattern());
        let reason = format!(
            "`{action}` takes {}, and nothing of that type matches {}.",
            listed(types),
            listed(resources)
        );
        let mend = format!("Add a resource that `{action}` takes, or leave the action out.");
        // Beside actions that fit, it may have been listed for convenience.
        let finding = if is_moot {
            at.error(reason, mend)
        } else {
            at.warning(reason, mend)
        };
        finding.at(at.path("Resource"))
    })
    .collect()
}

/// The resources of a statement that does not mean every resource.
fn scoped_to<'a>(at: &At<'a>) -> Option<&'a [String]> {
    let resources = at.resource_patterns();
    // A key's own policy speaks of the key alone, whatever its `Resource`.
    let is_of_key = matches!(at.place(), Place::Key { .. });
    let is_everything = resources
        .iter()
        .any(|pattern| pattern.trim_matches('*').is_empty() || pattern.contains("${"));
    (!is_of_key && !resources.is_empty() && !is_everything).then_some(resources)
}

/// The actions that are written out. What a wildcard means besides is seldom
/// meant one by one.
fn named(scene: &Scene<'_>, at: &At<'_>) -> Vec<Action<'static>> {
    let written = at.action_patterns().iter();
    let mut actions: Vec<Action<'static>> = written
        .filter(|pattern| !pattern.contains(['*', '?']))
        .filter_map(|name| scene.table.action(name))
        .collect();
    actions.dedup();
    actions
}
