//! Condition keys: whether they exist, and whether the actions carry them.

use crate::actions::{Action, Presence, matches_name};
use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, Test, listed};
use crate::nearest::nearest;

const KEYS: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

pub(in crate::lint) const L22: Rule = Rule {
    id: "L22",
    title: "Condition key that does not exist",
    wrong: "AWS stores a policy with a misspelt key, and no request ever has it.",
    source: KEYS,
    check: Check::Statement(unknown),
};

pub(in crate::lint) const L23: Rule = Rule {
    id: "L23",
    title: "Condition key that the action never has",
    wrong: "No request for the action has the key, so that the condition never holds, or always does.",
    source: KEYS,
    check: Check::Statement(never_carried),
};

/// Keys that an identity provider's host name begins, or that are SAML's own.
fn is_federated(prefix: &str) -> bool {
    prefix.contains('.') || prefix.eq_ignore_ascii_case("saml")
}

fn unknown(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    at.tests()
        .filter_map(|test| unknown_key(scene, at, &test))
        .collect()
}

fn unknown_key(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    if scene.table.global_key(test.key).is_some() {
        return None;
    }
    let Some((prefix, name)) = test.key.split_once(':') else {
        return Some(misspelt(scene, at, test, None));
    };
    if is_federated(prefix) || name.contains("${") {
        return None;
    }
    if prefix.eq_ignore_ascii_case("aws") {
        let known = scene.table.global_keys().iter().map(|key| key.name);
        return Some(misspelt(scene, at, test, nearest_key(test.key, known)));
    }
    let Some(service) = scene.table.service(prefix) else {
        let meant = scene.table.nearest_service(prefix);
        return Some(misspelt(
            scene,
            at,
            test,
            meant.map(|meant| format!("{meant}:{name}")),
        ));
    };
    if service.key(test.key).is_some() {
        return None;
    }
    let known = service.keys().iter().map(|key| key.name);
    Some(misspelt(scene, at, test, nearest_key(test.key, known)))
}

/// The nearest name; of a key with a tag, the tag is kept.
fn nearest_key<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let stem = |key: &str| key.find('/').map_or(key.len(), |slash| slash);
    let (name, tag) = written.split_at(stem(written));
    let stems: Vec<&str> = known.map(|key| &key[..stem(key)]).collect();
    let found = nearest(name, stems.iter().copied()).or_else(|| longest_start(name, &stems));
    found.map(|found| format!("{found}{tag}"))
}

/// The longest name that `written` starts with.
fn longest_start<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    const SHORTEST: usize = 10;
    let starts = |name: &&&str| {
        let start = written.get(..name.len());
        name.len() >= SHORTEST && start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    known
        .iter()
        .filter(starts)
        .max_by_key(|name| name.len())
        .copied()
}

fn misspelt(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>, meant: Option<String>) -> Finding {
    let finding = if let Some(meant) = meant {
        let reason = format!(
            "There is no condition key `{}`, so no request has it.",
            test.key
        );
        at.error(reason, format!("Write `{meant}`."))
    } else {
        let date = scene.table.source().date;
        let reason = format!(
            "AWS's reference, taken on {date}, knows no condition key `{}`.",
            test.key
        );
        let mend = "Check its spelling; if it is newer than that, this can be ignored.";
        at.warning(reason, mend)
    };
    finding.at(at.path_of(test))
}

fn never_carried(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    // An identity provider's policy names keys that AWS's reference does not list by action.
    if matches!(at.place(), Place::Trust { .. }) || at.action_patterns().is_empty() {
        return Vec::new();
    }
    at.tests()
        .filter(|test| is_by_action(scene, test.key))
        .filter_map(|test| match at.allows() {
            true => allow_finding(scene, at, &test),
            false if test.fails_without_key() => deny_finding(scene, at, &test),
            false => None,
        })
        .collect()
}

/// Whether AWS's reference says which actions carry the key.
fn is_by_action(scene: &Scene<'_>, key: &str) -> bool {
    // Which resources have tags, the reference does not tell for every action.
    if matches_name("*:ResourceTag/*", key) {
        return false;
    }
    if let Some(global) = scene.table.global_key(key) {
        return global.presence == Presence::ByAction;
    }
    let service = key
        .split_once(':')
        .and_then(|(prefix, _)| scene.table.service(prefix));
    service.is_some_and(|service| service.key(key).is_some())
}

fn allow_finding(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    // `ForAllValues` in an Allow is found by another rule.
    if test.is_for_all_values() {
        return None;
    }
    let (unable, all) = unable(scene, at, test)?;
    let finding = if test.fails_without_key() {
        let reason = format!(
            "No request for {unable} has `{}`, so it is not allowed here.",
            test.key
        );
        let mend = mend(all, "Allow it in a statement without the condition");
        graded(at, all, reason, mend)
    } else {
        let reason = format!(
            "No request for {unable} has `{}`, so the condition does not limit it.",
            test.key
        );
        at.warning(reason, mend(all, "Limit it by a key that it has"))
    };
    Some(finding.at(at.path_of(test)))
}

fn deny_finding(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let (unable, all) = unable(scene, at, test)?;
    let reason = format!(
        "No request for {unable} has `{}`, so it is never denied here.",
        test.key
    );
    let mend = mend(all, "Deny it by a key that it has");
    Some(graded(at, all, reason, mend).at(at.path_of(test)))
}

/// An error where the statement as a whole says nothing.
fn graded(at: &At<'_>, all: bool, reason: String, mend: String) -> Finding {
    if all {
        at.error(reason, mend)
    } else {
        at.warning(reason, mend)
    }
}

fn mend(all: bool, otherwise: &str) -> String {
    if all {
        format!("{otherwise}, or name actions that have the key.")
    } else {
        format!("{otherwise}, or leave it out.")
    }
}

/// The actions whose requests never have the key: those written out, or all of
/// the statement's. `true` if none of the statement's actions has it.
fn unable(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<(String, bool)> {
    let actions = scene.actions(at.statement);
    let lacks = |action: &&Action<'_>| !action.carries(test.key);
    let all = actions.iter().all(|action| lacks(&action));
    if all {
        return (!actions.is_empty()).then(|| (listed(&actions), true));
    }
    let is_written = |action: &Action<'_>| {
        let written = at
            .action_patterns()
            .iter()
            .filter(|name| !name.contains(['*', '?']));
        written.into_iter().any(|name| action.is_meant_by(name))
    };
    let unable: Vec<&Action<'_>> = actions
        .iter()
        .filter(|a| is_written(a))
        .filter(lacks)
        .collect();
    (!unable.is_empty()).then(|| (listed(unable), false))
}
