//! What is refused, and what the refusal says.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cloister_pattern::{Pattern, Problem, Record, RecordError, Step};
use serde_json::json;

fn check(pattern: &str, expected: &str) {
    let error = Pattern::parse(pattern).unwrap_err();
    let (text, hint) = (error.to_string(), error.problem.hint());
    let text = text.strip_suffix(&format!(". {hint}")).unwrap();
    assert_eq!(text, expected, "{pattern}");
}

#[test]
fn refusals_name_path_place_and_problem() {
    for (pattern, expected) in [
        (
            "[]",
            "pattern (line 1, column 1): a pattern is an object, this is a list",
        ),
        ("{}", "pattern (line 1, column 1): the object is empty"),
        (
            "",
            "pattern (line 1, column 1): this is not JSON: the text ends where a value is expected",
        ),
        (
            "{\"a\": [1]} x",
            "pattern (line 1, column 12): there is text after the pattern",
        ),
        (
            "{\"a\": {\"b\": [01]}}",
            "`a.b` (line 1, column 14): this is not JSON: a number must not start with 0",
        ),
        (
            "{\n  \"é\": [\"x\" 1]}",
            "`é` (line 2, column 13): this is not JSON: `,` or `]` is expected here",
        ),
        (
            "{\"a\": [1], \"a\": [2]}",
            "`a` (line 1, column 12): the key `a` stands twice in one object",
        ),
        ("{\"a\": {}}", "`a` (line 1, column 7): the object is empty"),
        ("{\"a\": []}", "`a` (line 1, column 7): the list is empty"),
        (
            "{\"a\": \"x\"}",
            "`a` (line 1, column 7): a field takes a list of alternatives, this is a string",
        ),
        (
            "{\"a\": null}",
            "`a` (line 1, column 7): a field takes a list of alternatives, this is null",
        ),
        (
            "{\"a\": [1, []]}",
            "`a[1]` (line 1, column 11): an alternative is a string, number, true, false, null or operator, this is a list",
        ),
        (
            "{\"a\": [{}]}",
            "`a[0]` (line 1, column 8): the object names no operator",
        ),
        (
            "{\"a\": [{\"prefix\": \"x\", \"suffix\": \"y\"}]}",
            "`a[0]` (line 1, column 8): the object names 2 operators",
        ),
        (
            "{\"a\": [{\"exactly\": \"x\"}]}",
            "`a[0].exactly` (line 1, column 9): `exactly` is no operator here",
        ),
        (
            "{\"a\": [{\"anything-but\": {\"numeric\": [\"=\", 5]}}]}",
            "`a[0].anything-but.numeric` (line 1, column 26): `numeric` is no operator here",
        ),
        (
            "{\"a\": [{\"exists\": \"true\"}]}",
            "`a[0].exists` (line 1, column 19): `exists` takes true or false, this is a string",
        ),
        (
            "{\"$or\": [{\"a\": [1]}]}",
            "`$or` (line 1, column 9): `$or` takes a list of at least two objects, this is a list of 1",
        ),
        (
            "{\"$or\": [\"x\", \"y\"]}",
            "`$or[0]` (line 1, column 10): `$or` takes a list of at least two objects, this is a list that holds a string",
        ),
        (
            "{\"$or\": [{\"a\": [1]}, {\"b\": {\"prefix\": [\"x\"]}}]}",
            "`$or[1].b.prefix` (line 1, column 29): `prefix` is the name of an operator and cannot name a field inside `$or`",
        ),
    ] {
        check(pattern, expected);
    }
}

#[test]
fn refused_operands_are_named_likewise() {
    for (pattern, expected) in [
        (
            "{\"a\": [{\"numeric\": [\">\", 9007199254740993]}]}",
            "`a[0].numeric[1]` (line 1, column 26): `9007199254740993` cannot be compared exactly: no double has this value",
        ),
        (
            "{\"a\": [{\"numeric\": [\">\", 5, \"<\", 5]}]}",
            "`a[0].numeric` (line 1, column 20): the bounds leave no number between them",
        ),
        (
            "{\"a\": [{\"anything-but\": [\"x\", 5]}]}",
            "`a[0].anything-but` (line 1, column 25): the list mixes strings and numbers",
        ),
        (
            "{\"a\": [{\"anything-but\": {\"prefix\": \"\"}}]}",
            "`a[0].anything-but.prefix` (line 1, column 36): an empty text would exclude every string",
        ),
        (
            "{\"a\": [{\"wildcard\": \"**\"}]}",
            "`a[0].wildcard` (line 1, column 21): `**`: two wildcards stand side by side",
        ),
        (
            "{\"a\": [{\"cidr\": \"10.0.0.1/32\"}]}",
            "`a[0].cidr` (line 1, column 17): `10.0.0.1/32` holds a single address",
        ),
        (
            "{\"a\": [{\"cidr\": \"example/8\"}]}",
            "`a[0].cidr` (line 1, column 17): `example/8` is no address block",
        ),
    ] {
        check(pattern, expected);
    }
}

#[test]
fn wrong_operands_are_refused() {
    for operator in [
        r#""prefix": 5"#,
        r#""prefix": ["x"]"#,
        r#""prefix": {"suffix": "x"}"#,
        r#""suffix": null"#,
        r#""prefix": {"equals-ignore-case": ["x"]}"#,
        r#""equals-ignore-case": {"prefix": "x"}"#,
        r#""wildcard": ["x"]"#,
        r#""wildcard": "a\\x""#,
        r#""cidr": 5"#,
        r#""exists": null"#,
        r#""numeric": 5"#,
        r#""numeric": []"#,
        r#""numeric": [">"]"#,
        r#""numeric": ["!=", 5]"#,
        r#""numeric": [">", "5"]"#,
        r#""numeric": ["<", 5, ">", 1]"#,
        r#""numeric": [">", 5, ">", 6]"#,
        r#""numeric": ["=", 5, "=", 5]"#,
        r#""numeric": [">", 1, "<", 5, "<", 6]"#,
        r#""numeric": [5, ">"]"#,
        r#""anything-but": null"#,
        r#""anything-but": true"#,
        r#""anything-but": []"#,
        r#""anything-but": [["x"]]"#,
        r#""anything-but": {}"#,
        r#""anything-but": [{"prefix": "x"}]"#,
        r#""anything-but": {"prefix": []}"#,
        r#""anything-but": {"prefix": 5}"#,
        r#""anything-but": {"prefix": {"equals-ignore-case": "x"}}"#,
        r#""anything-but": 1e400"#,
        r#""Prefix": "x""#,
        r#""prefix": "x", "prefix": "y""#,
    ] {
        let pattern = format!("{{\"f\": [{{{operator}}}]}}");
        let error = Pattern::parse(&pattern).unwrap_err();
        assert_eq!(error.path[0], Step::Key("f".to_owned()), "{pattern}");
        assert!(error.place.is_some(), "{pattern}");
    }
}

#[test]
fn a_parsed_value_is_refused_with_its_path() {
    let error = Pattern::from_value(&json!({"detail": {"a": ["x", {"prefix": 5}]}})).unwrap_err();
    let expected = ["detail", "a"].map(|key| Step::Key(key.to_owned()));
    assert_eq!(error.path[..2], expected);
    assert_eq!(
        error.path[2..],
        [Step::Index(1), Step::Key("prefix".to_owned())]
    );
    assert_eq!(error.place, None);
    assert_eq!(
        error.to_string(),
        "`detail.a[1].prefix`: `prefix` takes a string or `{\"equals-ignore-case\": \"…\"}`, this is a number. \
         Change the operand to that form."
    );
}

#[test]
fn branches_are_counted_before_they_are_made() {
    let list = |size: usize, name: &str| {
        let choices: Vec<String> = (0..size)
            .map(|index| format!("{{\"{name}{index}\": [1]}}"))
            .collect();
        format!("\"{name}\": {{\"$or\": [{}]}}", choices.join(","))
    };
    let pattern = |sizes: &[usize]| {
        let lists: Vec<String> = sizes
            .iter()
            .zip(["a", "b", "c", "d"])
            .map(|(size, name)| list(*size, name))
            .collect();
        Pattern::parse(&format!("{{{}}}", lists.join(",")))
    };
    assert!(pattern(&[10, 10, 10]).is_ok());
    for sizes in [&[10, 10, 10, 2][..], &[1001], &[100, 100, 100, 100]] {
        assert_eq!(
            pattern(sizes).unwrap_err().problem,
            Problem::TooManyBranches
        );
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for unit in ["[", "{\"a\":", "{\"a\":[", "{\"$or\":["] {
        let deep = unit.repeat(10_000_000 / unit.len());
        assert!(
            matches!(
                Record::parse(deep.as_bytes()),
                Err(RecordError::TooDeep { .. })
            ),
            "{unit}"
        );
        assert_eq!(
            Pattern::parse(&deep).unwrap_err().problem,
            Problem::TooDeep,
            "{unit}"
        );
    }
    let mut value = json!("x");
    for _ in 0..600 {
        value = json!([value]);
    }
    let value = json!({ "a": value });
    assert_eq!(
        Record::from_value(&value).unwrap_err(),
        RecordError::TooDeep { offset: 0 }
    );
    assert_eq!(
        Pattern::from_value(&value).unwrap_err().problem,
        Problem::TooDeep
    );
}

#[test]
fn a_record_that_is_none_is_an_error_of_that_record() {
    for (record, expected) in [
        (&b"[1]"[..], RecordError::NotAnObject),
        (b"\"x\"", RecordError::NotAnObject),
        (b"{\"a\": \"\xff\"}", RecordError::NotUtf8 { offset: 7 }),
        (
            b"{\"a\": tru}",
            RecordError::Syntax {
                offset: 6,
                what: "a value is expected here",
            },
        ),
        (
            b"",
            RecordError::Syntax {
                offset: 0,
                what: "the text ends where a value is expected",
            },
        ),
    ] {
        assert_eq!(Record::parse(record).unwrap_err(), expected);
    }
}
