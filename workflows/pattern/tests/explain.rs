//! What is said about a record that does not match, and what is written and searched for.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cloister_pattern::{Pattern, Record};

fn check(pattern: &str, record: &str, expected: &[&str]) {
    let parsed = Pattern::parse(pattern).unwrap();
    let unmet = parsed.explain(&Record::parse(record.as_bytes()).unwrap());
    let unmet: Vec<String> = unmet.iter().map(ToString::to_string).collect();
    assert_eq!(unmet, expected, "{pattern} on {record}");
}

#[test]
fn the_fields_that_fail_are_named_with_what_was_found() {
    check(r#"{"a": [1]}"#, r#"{"a": 1}"#, &[]);
    check(
        r#"{"d": {"a": ["x", {"prefix": "y"}], "b": [1], "c": [{"numeric": [">", 0, "<", 5]}]}}"#,
        r#"{"d": {"a": "z", "b": 1, "c": "3"}}"#,
        &[
            r#"`d.a` should be "x" or a text starting with "y", but is "z""#,
            r#"`d.c` should be a number > 0 and < 5, but is "3""#,
        ],
    );
    check(
        r#"{"a": [{"anything-but": ["x", "y"]}], "b": [{"exists": true}], "c": [{"exists": false}]}"#,
        r#"{"a": ["x", "x"], "b": {}, "c": [1, 2, 3, 4, 5, 6, 7]}"#,
        &[
            r#"`a` should be anything but "x" or "y", but is "x", "x""#,
            "`b` should be present, but is absent",
            "`c` should be absent, but is 1, 2, 3, 4, 5 and 2 more",
        ],
    );
}

#[test]
fn the_nearest_branch_of_or_is_explained() {
    check(
        r#"{"$or": [{"a": [1], "b": [2]}, {"a": [1], "c": [3], "d": [4]}]}"#,
        r#"{"a": 1, "d": 5}"#,
        &["`b` should be 2, but is absent"],
    );
}

#[test]
fn fields_that_hold_in_different_elements_are_explained() {
    check(
        r#"{"l": {"a": [1], "b": [2]}, "s": [true]}"#,
        r#"{"l": [{"a": 1, "b": 3}, {"a": 3, "b": 2}], "s": true}"#,
        &[
            "`l.a` should be 1, but is 1, 3 in another element than the other fields",
            "`l.b` should be 2, but is 3, 2 in another element than the other fields",
        ],
    );
}

#[test]
fn a_pattern_is_written_back_as_it_came() {
    let text = r#"{ "b": [300.0, 12345678901234567890, "\ud800", "é\n"], "a": {"$or": [{"x": [null]}, {"y": [{"exists": true}]}]} }"#;
    let pattern = Pattern::parse(text).unwrap();
    let expected = r#"{"b":[300.0,12345678901234567890,"\ud800","é\n"],"a":{"$or":[{"x":[null]},{"y":[{"exists":true}]}]}}"#;
    assert_eq!(pattern.to_json(), expected);
    assert_eq!(serde_json::to_string(&pattern).unwrap(), expected);
    let plain = Pattern::parse(r#"{"b": [1], "a": ["x"]}"#).unwrap();
    assert_eq!(
        serde_json::to_value(&plain).unwrap(),
        serde_json::json!({"b": [1], "a": ["x"]})
    );
}

#[test]
fn literals_are_those_that_each_match_must_hold() {
    for (pattern, expected) in [
        (r#"{"a": ["x", {"prefix": "yy"}], "b": [1]}"#, "x|yy & b"),
        (
            r#"{"a": [{"wildcard": "a*\\*cd*e"}], "b": [{"suffix": "q\"long/er"}]}"#,
            "*cd & long/er",
        ),
        (r#"{"errorCode": [{"exists": true}]}"#, "errorCode"),
        (r#"{"a": ["x", {"exists": false}]}"#, ""),
        (
            r#"{"key": ["10.0.0.1"], "n": [{"anything-but": "x"}]}"#,
            "key & n",
        ),
        (
            r#"{"$or": [{"a": ["x"]}, {"b": ["y"]}], "c": ["z"]}"#,
            "x & z or y & z",
        ),
    ] {
        let literals = Pattern::parse(pattern).unwrap().required_literals();
        let branches = literals.iter().map(|branch| {
            let any_of: Vec<String> = branch.any_of.iter().map(|any| any.join("|")).collect();
            any_of.join(" & ")
        });
        assert_eq!(
            branches.collect::<Vec<String>>().join(" or "),
            expected,
            "{pattern}"
        );
    }
}
