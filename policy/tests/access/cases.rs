//! AWS's documented rules, a line a case, in `tests/data/access/`.

use std::collections::BTreeSet;

use cloister_policy::access::{Answer, Layer, Outcome, answer_line};
use serde::Deserialize;
use serde_json::Value;

const FILES: [(&str, &str); 8] = [
    ("operators", include_str!("../data/access/operators.jsonl")),
    ("sets", include_str!("../data/access/sets.jsonl")),
    ("variables", include_str!("../data/access/variables.jsonl")),
    ("patterns", include_str!("../data/access/patterns.jsonl")),
    (
        "principals",
        include_str!("../data/access/principals.jsonl"),
    ),
    ("layers", include_str!("../data/access/layers.jsonl")),
    (
        "keys-and-roles",
        include_str!("../data/access/keys-and-roles.jsonl"),
    ),
    (
        "unreadable",
        include_str!("../data/access/unreadable.jsonl"),
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    name: String,
    /// Where the rule is written.
    rule: String,
    question: Value,
    expect: Expected,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    decision: Outcome,
    layer: Layer,
    /// Of the statement that decided; absent where none did.
    #[serde(default)]
    sid: Option<String>,
}

impl Expected {
    pub(crate) fn is_allowed(&self) -> bool {
        self.decision == Outcome::Allowed
    }
}

/// What a question comes to.
pub(crate) fn decided(question: &Value) -> Expected {
    let line = answer_line(1, &question.to_string());
    let answer: Answer =
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line} for {question}"));
    Expected {
        decision: answer.decision,
        layer: answer.layer,
        sid: answer.statement.and_then(|statement| statement.sid),
    }
}

fn cases() -> Vec<(&'static str, Case)> {
    let lines = (FILES.iter()).flat_map(|(file, text)| text.lines().map(move |line| (*file, line)));
    lines
        .map(|(file, line)| {
            let case = serde_json::from_str(line);
            (
                file,
                case.unwrap_or_else(|error| panic!("{file}: {error} in {line}")),
            )
        })
        .collect()
}

#[test]
fn every_case_is_decided_as_documented() {
    let wrong: Vec<String> = (cases().iter())
        .filter_map(|(file, case)| {
            let found = decided(&case.question);
            (found != case.expect).then(|| {
                let Case { name, rule, .. } = case;
                format!("{file}: {name} ({rule})\n  {:?}\n  {found:?}", case.expect)
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_cases_are_many_and_each_says_what_it_shows_and_by_which_rule() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|(_, case)| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
    assert!(cases.len() >= 400, "{}", cases.len());
    assert!(cases.iter().all(|(_, case)| case.rule.len() > 5));
}
