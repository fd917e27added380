//! Laws that hold for every pattern and record.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cloister_pattern::{Pattern, Record};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("x")),
        Just(json!("xy")),
        Just(json!(1)),
        Just(json!(2.5)),
        Just(Value::Null),
        Just(json!(true)),
    ]
}

fn alternative() -> impl Strategy<Value = Value> {
    prop_oneof![
        scalar(),
        Just(json!({"prefix": "x"})),
        Just(json!({"anything-but": "x"})),
        Just(json!({"numeric": [">", 1]})),
        Just(json!({"exists": true})),
        Just(json!({"exists": false})),
    ]
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

fn key() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("c")]
}

fn pattern() -> impl Strategy<Value = Value> {
    let list = vec(alternative(), 1..4).prop_map(Value::Array).boxed();
    list.prop_recursive(3, 12, 3, |inner| vec((key(), inner), 1..4).prop_map(object))
        .prop_filter("a pattern is an object", Value::is_object)
}

fn record() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((key(), inner), 0..4).prop_map(object),
        ]
    });
    vec((key(), value), 0..4).prop_map(object)
}

/// The same pattern with keys and alternatives the other way round.
fn reversed(pattern: &Value) -> Value {
    match pattern {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members: Map<String, Value> = members
                .map(|(key, value)| (key.clone(), reversed(value)))
                .collect();
            Value::Object(members)
        }
        Value::Array(alternatives) => Value::Array(alternatives.iter().rev().cloned().collect()),
        other => other.clone(),
    }
}

fn matches(pattern: &Value, record: &Value) -> bool {
    let pattern = Pattern::from_value(pattern).unwrap();
    pattern.matches(&Record::from_value(record).unwrap())
}

/// Text made of what patterns and records are made of.
fn scraps() -> impl Strategy<Value = String> {
    const SCRAPS: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"$or\"",
        "\"prefix\"",
        "\"numeric\"",
        "\"anything-but\"",
        "\"cidr\"",
        "\"wildcard\"",
        "\">\"",
        "1",
        "-0.5e7",
        "null",
        "true",
        "\\",
        "\\ud800",
        "*",
        "::/8",
        "é",
    ];
    vec(proptest::sample::select(&SCRAPS[..]), 0..40).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn order_of_keys_and_alternatives_does_not_change_the_answer(pattern in pattern(), record in record()) {
        let answer = matches(&pattern, &record);
        prop_assert_eq!(matches(&reversed(&pattern), &record), answer);
        prop_assert_eq!(matches(&pattern, &reversed_keys(&record)), answer);
    }

    #[test]
    fn exactly_the_records_that_do_not_match_are_explained(pattern in pattern(), record in record()) {
        let pattern = Pattern::from_value(&pattern).unwrap();
        let record = Record::from_value(&record).unwrap();
        prop_assert_eq!(pattern.explain(&record).is_empty(), pattern.matches(&record));
    }

    #[test]
    fn a_record_that_matches_holds_the_literals(pattern in pattern(), record in record()) {
        let text = record.to_string();
        let parsed = Pattern::from_value(&pattern).unwrap();
        if matches(&pattern, &record) {
            let possible = parsed.required_literals().iter().any(|branch| {
                branch.any_of.iter().all(|any| any.iter().any(|literal| text.contains(literal.as_str())))
            });
            prop_assert!(possible);
        }
    }

    #[test]
    fn no_bytes_make_a_record_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Record::parse(&bytes);
    }

    #[test]
    fn no_text_makes_a_pattern_panic(text in scraps(), other in any::<String>()) {
        let record = Record::parse(br#"{"a": [{"a": "::1"}, 1, null]}"#).unwrap();
        for text in [text.as_str(), other.as_str()] {
            if let Ok(pattern) = Pattern::parse(text) {
                pattern.explain(&record);
            }
            let field = format!("{{\"a\": [{text}]}}");
            if let Ok(pattern) = Pattern::parse(&field) {
                pattern.explain(&record);
            }
            let _ = Record::parse(text.as_bytes());
        }
    }
}

/// The same record with the keys of each object the other way round; lists stay.
fn reversed_keys(record: &Value) -> Value {
    match record {
        Value::Object(members) => {
            let members = members.iter().rev();
            Value::Object(
                members
                    .map(|(key, value)| (key.clone(), reversed_keys(value)))
                    .collect(),
            )
        }
        Value::Array(elements) => Value::Array(elements.iter().map(reversed_keys).collect()),
        other => other.clone(),
    }
}
