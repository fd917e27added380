//! What each operator takes, and how fields, lists and `$or` combine.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cloister_pattern::{Pattern, Record};

fn check(pattern: &str, record: &str, expected: bool) {
    let parsed = Pattern::parse(pattern).unwrap();
    let record_read = Record::parse(record.as_bytes()).unwrap();
    assert_eq!(
        parsed.matches(&record_read),
        expected,
        "{pattern} on {record}"
    );
}

/// Checks alternatives against values of the one field `f`; no value is a record without it.
fn check_field(cases: &[(&str, &[&str], &[&str])]) {
    for (alternatives, taken, left) in cases {
        let pattern = format!("{{\"f\": [{alternatives}]}}");
        for (values, expected) in [(taken, true), (left, false)] {
            for value in *values {
                let record = match *value {
                    "" => "{\"g\": 1}".to_owned(),
                    value => format!("{{\"f\": {value}}}"),
                };
                check(&pattern, &record, expected);
            }
        }
    }
}

#[test]
fn plain_values_equal_themselves() {
    check_field(&[
        (
            r#""a""#,
            &[r#""a""#, r#""\u0061""#, r#"["b", "a"]"#, r#"[["a"]]"#],
            &[r#""A""#, r#""ab""#, r#"{"a": 1}"#, ""],
        ),
        (
            "5",
            &["5", "5.0", "50e-1", "[1, 5]"],
            &["\"5\"", "5.0000001", "null"],
        ),
        ("0", &["-0", "0e9", "0.0"], &["1e-400"]),
        (
            "9007199254740993",
            &["9007199254740993"],
            &["9007199254740992", "9007199254740993.0"],
        ),
        ("true", &["true"], &["\"true\"", "false", "1"]),
        (
            "null",
            &["null", "[1, null]"],
            &["\"null\"", "\"\"", "{}", "[]", ""],
        ),
        (r#""""#, &[r#""""#], &["null", r#"" ""#, ""]),
        (
            r#""\ud800""#,
            &[r#""\ud800""#],
            &[r#""?""#, r#""\ud801""#, r#""\ufffd""#],
        ),
    ]);
}

#[test]
fn a_text_that_is_an_address_takes_each_of_its_spellings() {
    check_field(&[
        (
            r#""2001:db8::1""#,
            &[r#""2001:0DB8:0:0:0:0:0:1""#],
            &[r#""2001:db8::2""#],
        ),
        (
            r#""10.0.0.1""#,
            &[r#""10.0.0.1""#, r#""::ffff:a00:1""#],
            &["10", r#""10.0.0.1 ""#],
        ),
        (
            r#"{"anything-but": "10.0.0.1"}"#,
            &[r#""010.0.0.1""#],
            &[r#""10.0.0.1""#],
        ),
    ]);
}

#[test]
fn text_operators_take_strings_only() {
    check_field(&[
        (
            r#"{"prefix": "al"}"#,
            &[r#""al""#, r#""alpha""#],
            &[r#""Alpha""#, "5", "null"],
        ),
        (
            r#"{"prefix": ""}"#,
            &[r#""""#, r#""x""#],
            &["5", "null", "true", ""],
        ),
        (
            r#"{"suffix": "ha"}"#,
            &[r#""alpha""#],
            &[r#""alphas""#, r#""ha\"""#],
        ),
        (r#"{"prefix": "a\""}"#, &[r#""a\"b""#], &[r#""a""#]),
        (
            r#"{"prefix": {"equals-ignore-case": "AL"}}"#,
            &[r#""alpha""#],
            &[r#""lalpha""#],
        ),
        (
            r#"{"suffix": {"equals-ignore-case": "HA"}}"#,
            &[r#""alpha""#],
            &[r#""alphas""#],
        ),
        (
            r#"{"equals-ignore-case": "ALPHA"}"#,
            &[r#""alPha""#],
            &[r#""alphas""#, ""],
        ),
        (
            r#"{"wildcard": "a*a"}"#,
            &[r#""alpha""#, r#""aa""#],
            &[r#""a""#, "5"],
        ),
        (r#"{"wildcard": "*"}"#, &[r#""""#], &["5", "null", ""]),
    ]);
}

#[test]
fn anything_but_takes_what_is_present_and_differs() {
    check_field(&[
        (
            r#"{"anything-but": "a"}"#,
            &[r#""b""#, "5", "null", "false", r#"["a", "b"]"#],
            &[r#""a""#, r#"["a"]"#, "{}", "[]", ""],
        ),
        (
            r#"{"anything-but": [5, 6]}"#,
            &["7", "\"5\""],
            &["5.0", "6"],
        ),
        (
            r#"{"anything-but": {"prefix": ["a", "b"]}}"#,
            &[r#""c""#, "1"],
            &[r#""bc""#, ""],
        ),
        (
            r#"{"anything-but": {"suffix": "a"}}"#,
            &[r#""ab""#],
            &[r#""ba""#],
        ),
        (
            r#"{"anything-but": {"equals-ignore-case": "A"}}"#,
            &[r#""ab""#],
            &[r#""a""#],
        ),
        (
            r#"{"anything-but": {"wildcard": ["a*", "*b"]}}"#,
            &[r#""ba""#],
            &[r#""ax""#, r#""xb""#],
        ),
    ]);
}

#[test]
fn numeric_takes_numbers_in_the_range() {
    check_field(&[
        (
            r#"{"numeric": [">", 0, "<=", 5]}"#,
            &["5", "5.0", "1e-9", "[9, 1]"],
            &["0", "5.1", "\"5\"", "null", ""],
        ),
        (
            r#"{"numeric": ["=", 3e2]}"#,
            &["300"],
            &["300.1", "\"300\""],
        ),
        (r#"{"numeric": ["<", 0]}"#, &["-1"], &["-0", "-1e400"]),
    ]);
}

#[test]
fn cidr_takes_strings_that_are_addresses() {
    check_field(&[
        (
            r#"{"cidr": "10.1.2.3/8"}"#,
            &[r#""10.9.9.9""#, r#"["x", "10.0.0.1"]"#],
            &["10", r#""11.0.0.1""#, r#""x""#, ""],
        ),
        (
            r#"{"cidr": "2001:db8::/32"}"#,
            &[r#""2001:DB8::1""#],
            &[r#""10.0.0.1""#],
        ),
    ]);
}

#[test]
fn exists_looks_at_plain_values_only() {
    check_field(&[
        (
            r#"{"exists": true}"#,
            &["null", "\"\"", "0", "[1]"],
            &["{}", "[]", r#"{"g": 1}"#, ""],
        ),
        (
            r#"{"exists": false}"#,
            &["{}", "[]", r#"{"g": 1}"#, ""],
            &["null", "[null]"],
        ),
        (
            r#"{"exists": false}, "x""#,
            &["", "\"x\"", "{}"],
            &["\"y\"", "null"],
        ),
    ]);
}

#[test]
fn fields_hold_within_the_same_list_element() {
    let pattern = r#"{"l": {"a": [1], "b": [2]}}"#;
    check(
        pattern,
        r#"{"l": [{"a": 1, "b": 3}, {"a": 3, "b": 2}]}"#,
        false,
    );
    check(
        pattern,
        r#"{"l": [{"a": 1, "b": 3}, {"a": 1, "b": 2}]}"#,
        true,
    );
    check(pattern, r#"{"l": [[{"a": 1}], [{"b": 2}]]}"#, false);
    check(pattern, r#"{"l": [{"a": [3, 1], "b": [2, 4]}, 7]}"#, true);
    let pattern = r#"{"l": {"a": [1], "b": [{"exists": false}]}}"#;
    check(pattern, r#"{"l": [{"a": 1, "b": 3}, {"a": 1}]}"#, true);
    check(pattern, r#"{"l": [{"a": 1, "b": 3}, {"a": 3}]}"#, false);
}

#[test]
fn the_joined_keys_name_a_field() {
    for record in [
        r#"{"a": {"b.c": 1}}"#,
        r#"{"a.b": {"c": 1}}"#,
        r#"{"a.b.c": 1}"#,
        r#"{"a": {"b": {"c": 1}}}"#,
    ] {
        check(r#"{"a": {"b": {"c": [1]}}}"#, record, true);
        check(r#"{"a": {"b.c": [1]}}"#, record, true);
    }
    check(
        r#"{"a": {"b": [1]}}"#,
        r#"{"a.bc": 1, "a": {"c": {"b": 1}}}"#,
        false,
    );
    check(r#"{"\ud800": [1]}"#, r#"{"\ud801": 1}"#, false);
    check(r#"{"\ud800": {"": [1]}}"#, r#"{"\ud800": {"": 1}}"#, true);
}

#[test]
fn all_values_of_a_key_that_stands_twice_count() {
    let record = r#"{"a": 1, "a": 2, "b": {"c": 3}, "b": {"d": 4}}"#;
    check(r#"{"a": [1], "b": {"c": [3], "d": [4]}}"#, record, true);
    check(r#"{"a": [2]}"#, record, true);
    check(r#"{"a": [3]}"#, record, false);
}

#[test]
fn one_branch_of_or_must_hold_with_its_siblings() {
    let pattern =
        r#"{"s": ["x"], "$or": [{"a": [1]}, {"b": [2], "$or": [{"c": [3]}, {"d": [4]}]}]}"#;
    check(pattern, r#"{"s": "x", "a": 1}"#, true);
    check(pattern, r#"{"s": "y", "a": 1}"#, false);
    check(pattern, r#"{"s": "x", "b": 2}"#, false);
    check(pattern, r#"{"s": "x", "b": 2, "d": 4}"#, true);
    check(
        r#"{"d": {"$or": [{"a": [1]}, {"b": [2]}]}}"#,
        r#"{"a": 1, "d": {"b": 2}}"#,
        true,
    );
}

#[test]
fn a_field_named_beside_and_inside_or_is_the_later_one_as_with_aws() {
    check(
        r#"{"a": ["x"], "$or": [{"a": ["y"]}, {"b": [1]}]}"#,
        r#"{"a": "y"}"#,
        true,
    );
    check(
        r#"{"$or": [{"a": ["y"]}, {"b": [1]}], "a": ["x"]}"#,
        r#"{"a": "y"}"#,
        false,
    );
    check(
        r#"{"$or": [{"a": ["y"]}, {"b": [1]}], "a": ["x"]}"#,
        r#"{"a": "x"}"#,
        true,
    );
}

#[test]
fn what_follows_a_record_is_not_read() {
    check(r#"{"a": [1]}"#, " {\"a\": 1}} // x", true);
}
