//! Every case answered by AWS's own matcher gets the same answer here.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cloister_pattern::{Pattern, Record};
use serde_json::Value;

const CASES: &str = include_str!("data/pattern-cases.jsonl");

/// The answer of this crate, in the words of the file: what was refused, and whether it matched.
fn answer(pattern: &str, record: &str) -> (Option<&'static str>, bool) {
    let Ok(pattern) = Pattern::parse(pattern) else {
        return (Some("pattern"), false);
    };
    let Ok(record) = Record::parse(record.as_bytes()) else {
        return (Some("event"), false);
    };
    let matches = pattern.matches(&record);
    assert_eq!(
        pattern.explain(&record).is_empty(),
        matches,
        "the explanation agrees"
    );
    let again = Pattern::parse(&pattern.to_json()).unwrap();
    assert_eq!(
        again.matches(&record),
        matches,
        "the pattern survives being written"
    );
    assert_eq!(again.to_json(), pattern.to_json());
    (None, matches)
}

#[test]
fn every_case_of_awss_matcher_agrees() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| case[name].as_str().unwrap();
        let expected = (case["refused"].as_str(), case["match"].as_bool().unwrap());
        let answered = answer(text("pattern"), text("record"));
        if answered != expected {
            wrong.push(format!(
                "expected {expected:?}, answered {answered:?}: {line}"
            ));
        }
        count += 1;
    }
    assert_eq!(count, 3833);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn required_literals_never_lose_a_match() {
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let record = case["record"].as_str().unwrap();
        if case["match"] != true || record.contains("\\u") || record.contains("\\/") {
            continue;
        }
        let pattern = Pattern::parse(case["pattern"].as_str().unwrap()).unwrap();
        let possible = pattern.required_literals().iter().any(|branch| {
            let mut all = branch.any_of.iter();
            all.all(|any| any.iter().any(|literal| record.contains(literal)))
        });
        assert!(possible, "{line}");
    }
}

#[test]
fn a_parsed_value_gets_the_answer_of_its_text() {
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| case[name].as_str().unwrap();
        let (Ok(pattern), Ok(record)) = (
            serde_json::from_str::<Value>(text("pattern")),
            serde_json::from_str::<Value>(text("record")),
        ) else {
            continue;
        };
        // A number that no double holds loses its spelling on the way through a value.
        let spelling_lost = case["group"].as_str().unwrap().starts_with("num/");
        // So does a key that stands twice.
        let twice = record.to_string().len() + 20
            < text("record").split_whitespace().collect::<String>().len();
        if spelling_lost || twice || case["refused"] == "pattern" {
            continue;
        }
        let pattern = Pattern::from_value(&pattern).unwrap();
        let Ok(record) = Record::from_value(&record) else {
            assert_eq!(case["refused"], "event", "{line}");
            continue;
        };
        assert_eq!(pattern.matches(&record), case["match"] == true, "{line}");
    }
}
