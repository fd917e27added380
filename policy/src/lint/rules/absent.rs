//! What becomes of a condition when the request lacks its key.
//!
//! An operator that holds for what is not listed holds for a request without
//! the key; every other operator does not; `…IfExists` and `ForAllValues` do.

use crate::Operator;
use crate::actions::{Presence, matches_name};
use crate::lint::Finding;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, Test, listed, statements_of};

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";
const SETS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html";

pub(in crate::lint) const L1: Rule = Rule {
    id: "L1",
    title: "Deny that hits requests without the key",
    wrong: "A negated operator, with or without `IfExists`, holds when the key is absent: the Deny refuses every request that cannot have the key.",
    source: OPERATORS,
    check: Check::Statement(denies_without_the_key),
};

pub(in crate::lint) const L2: Rule = Rule {
    id: "L2",
    title: "`ForAllValues` in an Allow without a `Null` guard",
    wrong: "`ForAllValues` holds for a request without the key, so that leaving it out is allowed.",
    source: SETS,
    check: Check::Statement(allows_without_the_key),
};

pub(in crate::lint) const L3: Rule = Rule {
    id: "L3",
    title: "`ForAnyValue` with a negated operator in a Deny without a `Null` twin",
    wrong: "`ForAnyValue` fails for a request without the key, so that leaving it out escapes the Deny.",
    source: SETS,
    check: Check::Statement(escapes_without_the_key),
};

pub(in crate::lint) const L24: Rule = Rule {
    id: "L24",
    title: "`NullIfExists`",
    wrong: "`Null` asks whether the key exists and takes no `IfExists`, which AWS refuses.",
    source: OPERATORS,
    check: Check::Statement(null_if_exists),
};

pub(in crate::lint) const L36: Rule = Rule {
    id: "L36",
    title: "Deny that requests without the key escape",
    wrong: "Long-term access keys send no `aws:MultiFactorAuthPresent`, so that `Bool … false` does not hold for them.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent",
    check: Check::Statement(long_term_keys_escape),
};

/// Keys that every request of their actions has: a grant names its operations.
const ALWAYS_SENT: [&str; 1] = ["kms:GrantOperations"];

/// Network keys that some requests lack for a reason other than where they
/// come from, with the keys by which a statement can except those.
const COMPANIONS: [(&str, &[&str]); 2] = [
    (
        "aws:VpcSourceIp",
        &[
            "aws:SourceIp",
            "aws:SourceVpc*",
            "aws:ViaAWSService",
            "aws:CalledVia*",
        ],
    ),
    (
        "aws:SourceIp",
        &[
            "aws:VpcSourceIp",
            "aws:SourceVpc*",
            "aws:Vpce*",
            "aws:ViaAWSService",
            "aws:CalledVia*",
        ],
    ),
];

fn denies_without_the_key(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.denies() {
        return Vec::new();
    }
    at.tests()
        .filter(|test| !test.fails_without_key() && !at.needs(test.key))
        .filter(|test| test.is_negated() || test.null() == Some(true))
        .filter_map(|test| network_finding(scene, at, &test).or_else(|| unable(scene, at, &test)))
        .collect()
}

fn network_finding(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let (key, companions) = COMPANIONS.iter().find(|(key, _)| test.is_of(key))?;
    let excepted = at.tests().any(|other| names_any(companions, other.key));
    let Presence::Only(when) = scene.table.global_key(key)?.presence else {
        return None;
    };
    let reason = format!(
        "A request has `{key}` only {when}, and `{}` holds without the key, so every other request is denied too, whatever the range.",
        test.operator
    );
    let mend = format!(
        "Add `\"Null\": {{\"{key}\": \"false\"}}` to the condition, or except the other requests by {}.",
        listed(companions.iter().take(2).map(|name| name.replace('*', "")))
    );
    (!excepted).then(|| at.error(reason, mend).at(at.path_of(test)))
}

fn names_any(patterns: &[&str], key: &str) -> bool {
    patterns.iter().any(|pattern| matches_name(pattern, key))
}

/// The statement denies actions whose requests never have the key.
fn unable(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let by_action = match scene.table.global_key(test.key) {
        Some(global) => global.presence == Presence::ByAction,
        None => is_known(scene, test.key),
    };
    // What a resource is tagged with, AWS's reference does not tell for every action.
    let is_of_resource = matches_name("*:ResourceTag/*", test.key);
    if !by_action || is_of_resource {
        return None;
    }
    let actions = scene.actions(at.statement);
    let unable: Vec<_> = actions
        .iter()
        .filter(|action| !action.carries(test.key))
        .collect();
    let when = if at.tests().count() == 1 {
        "always"
    } else {
        "whenever the other conditions do"
    };
    let reason = format!(
        "No request for {} has `{}`, and `{}` holds without the key, so the Deny holds {when}.",
        listed(&unable),
        test.key,
        described(test),
    );
    let mend = match test.null() {
        Some(_) => "Deny only actions that have the key.".to_owned(),
        None => format!(
            "Deny only actions that have the key, or add `\"Null\": {{\"{}\": \"false\"}}`.",
            test.key
        ),
    };
    (!unable.is_empty()).then(|| at.error(reason, mend).at(at.path_of(test)))
}

fn described(test: &Test<'_>) -> String {
    match test.null() {
        Some(absent) => format!("Null: {absent}"),
        None => test.operator.to_string(),
    }
}

fn is_known(scene: &Scene<'_>, key: &str) -> bool {
    let service = key
        .split_once(':')
        .and_then(|(prefix, _)| scene.table.service(prefix));
    service.is_some_and(|service| service.key(key).is_some())
}

fn allows_without_the_key(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.allows() {
        return Vec::new();
    }
    at.tests()
        .filter(|test| test.is_for_all_values() && !at.needs(test.key))
        .filter(|test| !ALWAYS_SENT.iter().any(|key| test.is_of(key)))
        .map(|test| {
            let reason = format!(
                "`{}` holds for a request without `{}`, so leaving it out is allowed.",
                test.operator, test.key
            );
            let mend = format!(
                "Add `\"Null\": {{\"{}\": \"false\"}}` to the condition.",
                test.key
            );
            // No tag keys means no tags, which a rule about allowed tags mostly lets pass.
            let finding = if test.is_of("aws:TagKeys") {
                at.note(reason, mend).guessed()
            } else {
                at.error(reason, mend)
            };
            finding.at(at.path_of(&test))
        })
        .collect()
}

fn escapes_without_the_key(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.denies() {
        return Vec::new();
    }
    at.tests()
        .filter(|test| test.is_for_any_value() && test.is_negated() && !test.operator.if_exists)
        .filter(|test| !at.needs_by_null(test.key) && !has_null_twin(at, test))
        .map(|test| {
            let reason = format!(
                "`{}` fails for a request without `{}`, so leaving it out escapes this Deny.",
                test.operator, test.key
            );
            let mend = format!(
                "Add a second Deny of the same actions with `\"Null\": {{\"{}\": \"true\"}}`.",
                test.key
            );
            at.error(reason, mend).at(at.path_of(&test))
        })
        .collect()
}

/// Whether another Deny of the document refuses the same actions without the key.
fn has_null_twin(at: &At<'_>, test: &Test<'_>) -> bool {
    let Ok(document) = &at.placed.document else {
        return false;
    };
    statements_of(at.placed, document)
        .filter(|other| other.denies() && other.index != at.index)
        .filter(|other| {
            other
                .tests_of(test.key)
                .any(|twin| twin.null() == Some(true))
        })
        .any(|other| {
            at.action_patterns()
                .iter()
                .all(|action| other.covers(action))
        })
}

fn null_if_exists(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    at.tests()
        .filter(|test| test.operator.operator == Operator::Null && test.operator.if_exists)
        .map(|test| {
            let reason = "`NullIfExists` asks whether an absent key is absent; AWS refuses it.";
            let mend = "Write `Null`.";
            at.error(reason, mend).at(at.path_of(&test))
        })
        .collect()
}

fn long_term_keys_escape(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.denies() {
        return Vec::new();
    }
    at.tests_of("aws:MultiFactorAuthPresent")
        .filter(|test| test.operator.operator == Operator::Bool && !test.operator.if_exists)
        .filter(|test| test.values.iter().any(|value| value.eq_ignore_ascii_case("false")))
        .map(|test| {
            let reason = "Requests signed with long-term access keys have no `aws:MultiFactorAuthPresent`, so they escape this Deny.";
            let mend = "Write `BoolIfExists`.";
            at.error(reason, mend).at(at.path_of(&test))
        })
        .collect()
}

impl At<'_> {
    /// Whether a `Null` test makes it plain that requests without the key are not meant.
    fn needs_by_null(&self, key: &str) -> bool {
        self.tests_of(key).any(|test| test.null() == Some(false))
    }
}
