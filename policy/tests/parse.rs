//! What is read, what is refused, and what the refusal says.

use cloister_policy::{
    Actions, ConditionKey, Document, Operator, PrincipalSet, Principals, Version,
};
use serde_json::json;

fn read(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn check_refused(text: &str, expected: &str) {
    match Document::parse(text) {
        Ok(document) => panic!("{text}\nwas read as {document}"),
        Err(error) => assert_eq!(error.to_string(), expected, "{text}"),
    }
}

/// A statement at line 1, column 15 of a document.
fn check_statement_refused(statement: &str, expected: &str) {
    check_refused(&format!(r#"{{"Statement":[{statement}]}}"#), expected);
}

#[test]
fn texts_that_are_no_json_are_refused_where_they_break() {
    for (text, expected) in [
        (
            "",
            "line 1, column 1: this is no JSON: EOF while parsing a value",
        ),
        (
            "{\n  \"Statement\": [,]\n}",
            "line 2, column 17: this is no JSON: expected value",
        ),
        (
            "{\n  \"Statement\": [],\n}",
            "line 3, column 1: this is no JSON: key must be a string",
        ),
        (
            "{} x",
            "line 1, column 4: this is no JSON: trailing characters",
        ),
        (
            "{\"é\": ü}",
            "line 1, column 7: this is no JSON: expected value",
        ),
        (
            r#"{"Id": "\ud800"}"#,
            "line 1, column 15: this is no JSON: unexpected end of hex escape",
        ),
    ] {
        check_refused(text, expected);
    }
}

#[test]
fn documents_of_the_wrong_shape_are_refused_with_the_way_out() {
    for (text, expected) in [
        ("[]", "line 1, column 1: found a list; write an object"),
        (
            "{}",
            "line 1, column 1: `Statement` is missing; add a list of statements",
        ),
        (
            "{\"Statement\": [],\n \"Statements\": []}",
            "line 2, column 2 (`Statements`): `Statements` is no field here; did you mean `Statement`?",
        ),
        (
            r#"{"Statement": [], "Comment": ""}"#,
            "line 1, column 19 (`Comment`): `Comment` is no field here; remove it, or use one of `Version`, `Id`, `Statement`",
        ),
        (
            r#"{"Statement": [], "Statement": []}"#,
            "line 1, column 19 (`Statement`): `Statement` is given twice; keep one, or join their values in a list",
        ),
        (
            r#"{"Version": "2012-10-18", "Statement": []}"#,
            "line 1, column 13 (`Version`): `2012-10-18` is not possible; write `2012-10-17` or `2008-10-17`",
        ),
        (
            r#"{"Id": 1, "Statement": []}"#,
            "line 1, column 8 (`Id`): found a number; write a string",
        ),
        (
            r#"{"Statement": null}"#,
            "line 1, column 15 (`Statement`): found null; write an object",
        ),
        (
            r#"{"Statement": ["x"]}"#,
            "line 1, column 16 (`Statement[0]`): found a string; write an object",
        ),
    ] {
        check_refused(text, expected);
    }
}

#[test]
fn statements_of_the_wrong_shape_are_refused_with_the_way_out() {
    for (statement, expected) in [
        (
            r#"{"Action": "s3:*"}"#,
            "line 1, column 15 (`Statement[0]`): `Effect` is missing; add `Allow` or `Deny`",
        ),
        (
            r#"{"Effect": "allow"}"#,
            "line 1, column 26 (`Statement[0].Effect`): `allow` is not possible; write `Allow` or `Deny`",
        ),
        (
            r#"{"Effect": "Deny", "Actions": "*"}"#,
            "line 1, column 34 (`Statement[0].Actions`): `Actions` is no field here; did you mean `Action`?",
        ),
        (
            r#"{"Effect": "Deny", "Action": "*", "NotAction": "*"}"#,
            "line 1, column 49 (`Statement[0].NotAction`): `Action` and `NotAction` exclude each other; keep one of them",
        ),
        (
            r#"{"Effect": "Deny", "Resource": "*", "NotResource": "*"}"#,
            "line 1, column 51 (`Statement[0].NotResource`): `Resource` and `NotResource` exclude each other; keep one of them",
        ),
        (
            r#"{"Effect": "Deny", "NotPrincipal": "*", "Principal": "*"}"#,
            "line 1, column 34 (`Statement[0].NotPrincipal`): `Principal` and `NotPrincipal` exclude each other; keep one of them",
        ),
        (
            r#"{"Effect": "Deny", "Action": ["s3:*", ["s3:*"]]}"#,
            "line 1, column 53 (`Statement[0].Action[1]`): found a list; write a string or a list of strings",
        ),
        (
            r#"{"Effect": "Deny", "Resource": {"a": 1}}"#,
            "line 1, column 46 (`Statement[0].Resource`): found an object; write a string or a list of strings",
        ),
        (
            r#"{"Effect": "Deny", "Sid": null}"#,
            "line 1, column 41 (`Statement[0].Sid`): found null; write a string",
        ),
    ] {
        check_statement_refused(statement, expected);
    }
}

#[test]
fn principals_of_the_wrong_shape_are_refused_with_the_way_out() {
    for (principal, expected) in [
        (
            r#""arn:aws:iam::111122223333:root""#,
            "line 1, column 44 (`Statement[0].Principal`): found a string; write `\"*\"` or an object such as `{\"AWS\": \"ARN\"}`",
        ),
        (
            r#"{"Aws": "*"}"#,
            "line 1, column 45 (`Statement[0].Principal.Aws`): `Aws` is no field here; did you mean `AWS`?",
        ),
        (
            r#"{"AWS": 111122223333}"#,
            "line 1, column 52 (`Statement[0].Principal.AWS`): found a number; write a string or a list of strings",
        ),
        (
            r#"{"AWS": [], "AWS": []}"#,
            "line 1, column 56 (`Statement[0].Principal.AWS`): `AWS` is given twice; keep one, or join their values in a list",
        ),
    ] {
        let statement = format!(r#"{{"Effect":"Deny","Principal":{principal}}}"#);
        check_statement_refused(&statement, expected);
    }
}

#[test]
fn conditions_of_the_wrong_shape_are_refused_with_the_way_out() {
    for (condition, expected) in [
        (
            "[]",
            "line 2, column 1 (`Statement.Condition`): found a list; write an object from operator to keys",
        ),
        (
            r#"{"StringEqual": {}}"#,
            "line 2, column 2 (`Statement.Condition.StringEqual`): `StringEqual` is no condition operator; did you mean `StringEquals`?",
        ),
        (
            r#"{"ForAnyValues:StringLike": {}}"#,
            "line 2, column 2 (`Statement.Condition[\"ForAnyValues:StringLike\"]`): `ForAnyValues:StringLike` is no condition operator; did you mean `StringLike`?",
        ),
        (
            r#"{"Matches": {}}"#,
            "line 2, column 2 (`Statement.Condition.Matches`): `Matches` is no condition operator; use one of AWS's, such as `StringEquals`",
        ),
        (
            r#"{"Bool": {"aws:SecureTransport": null}}"#,
            "line 2, column 34 (`Statement.Condition.Bool[\"aws:SecureTransport\"]`): found null; write a string, a boolean, a number, or a list of them",
        ),
        (
            r#"{"Bool": "aws:SecureTransport"}"#,
            "line 2, column 10 (`Statement.Condition.Bool`): found a string; write an object from condition key to values",
        ),
        (
            r#"{"Bool": {}, "bool": {}}"#,
            "line 2, column 14 (`Statement.Condition.bool`): `bool` means the same as `Bool` before it; join their values in one",
        ),
        (
            r#"{"Null": {"aws:SourceVpce": "true", "AWS:sourcevpce": "false"}}"#,
            "line 2, column 37 (`Statement.Condition.Null[\"AWS:sourcevpce\"]`): `AWS:sourcevpce` means the same as `aws:SourceVpce` before it; join their values in one",
        ),
    ] {
        let text =
            format!("{{\"Statement\": {{\"Effect\": \"Deny\", \"Condition\":\n{condition}}}}}");
        check_refused(&text, expected);
    }
}

#[test]
fn a_value_without_text_is_refused_with_its_path_alone() {
    let document = json!({"Statement": [{"Effect": "Deny", "Action": [1]}]});
    let error = Document::from_value(&document).expect_err("1 is no action");
    assert_eq!(
        error.to_string(),
        "`Statement[0].Action[0]`: found a number; write a string or a list of strings"
    );
    let error = Document::from_value(&json!({})).expect_err("no statement");
    assert_eq!(
        error.to_string(),
        "the policy: `Statement` is missing; add a list of statements"
    );
}

#[test]
fn deep_nesting_is_refused_however_deep() {
    for depth in [17, 100_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        check_refused(
            &text,
            "line 1, column 17: nested deeper than 16 levels, which no policy needs",
        );
    }
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert!(Document::from_value(&deep).is_err());
}

#[test]
fn a_string_and_a_list_of_one_are_read_alike() {
    let one = r#"{"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "r",
        "Principal": {"AWS": "p"}, "Condition": {"Bool": {"k": "true"}}}}"#;
    let many = r#"{"Statement": [{"Effect": "Allow", "Action": ["a:b"], "Resource": ["r"],
        "Principal": {"AWS": ["p"]}, "Condition": {"Bool": {"k": ["true"]}}}]}"#;
    assert_eq!(read(one), read(many));
}

#[test]
fn an_absent_version_is_the_older_language() {
    assert_eq!(read(r#"{"Statement": []}"#).version, Version::V2008);
}

#[test]
fn booleans_and_numbers_in_conditions_are_kept_as_written() {
    let text = r#"{"Statement": {"Effect": "Deny", "Condition": {
        "NumericLessThan": {"s3:max-keys": [10, 1.50, "7", 1e3]},
        "Bool": {"aws:SecureTransport": false}}}}"#;
    let document = read(text);
    let conditions: Vec<_> = document.statements[0].conditions.iter().collect();
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        conditions,
        [
            (
                Operator::NumericLessThan.into(),
                &ConditionKey::new("s3:max-keys"),
                texts(&["10", "1.50", "7", "1e3"]).as_slice()
            ),
            (
                Operator::Bool.into(),
                &ConditionKey::new("aws:SecureTransport"),
                texts(&["false"]).as_slice()
            ),
        ]
    );
}

#[test]
fn a_statement_without_action_is_read_since_kms_stores_such() {
    let document = read(r#"{"Statement": {"Effect": "Allow", "Principal": "*"}}"#);
    assert_eq!(document.statements[0].actions, Actions::Action(vec![]));
    assert_eq!(
        document.statements[0].principals,
        Some(Principals::Principal(PrincipalSet::Anyone))
    );
}
