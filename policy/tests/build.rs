//! Documents built in code, and how they are printed.

use cloister_policy::{Document, Operator, Principal, Statement};

fn check(statement: Statement, expected: &str) {
    let document = Document::of([statement]);
    let text = document.to_string();
    assert_eq!(
        text,
        format!(r#"{{"Version":"2012-10-17","Statement":[{expected}]}}"#)
    );
    assert_eq!(Document::parse(&text), Ok(document));
}

#[test]
fn fields_are_printed_in_the_conventional_order_and_single_values_as_strings() {
    check(
        Statement::deny("OnlyThroughEndpoint")
            .when(
                Operator::StringNotEqualsIgnoreCase.if_exists(),
                "aws:SourceVpce",
                ["vpce-1", "vpce-2"],
            )
            .when(Operator::Bool, "aws:ViaAWSService", ["false"])
            .resource("arn:aws:s3:::logs")
            .resource("arn:aws:s3:::logs/*")
            .action("s3:*")
            .principal(Principal::anyone()),
        concat!(
            r#"{"Sid":"OnlyThroughEndpoint","Effect":"Deny","Principal":"*","Action":"s3:*","#,
            r#""Resource":["arn:aws:s3:::logs","arn:aws:s3:::logs/*"],"Condition":{"#,
            r#""StringNotEqualsIgnoreCaseIfExists":{"aws:SourceVpce":["vpce-1","vpce-2"]},"#,
            r#""Bool":{"aws:ViaAWSService":"false"}}}"#,
        ),
    );
}

#[test]
fn principals_are_grouped_by_kind() {
    check(
        Statement::allow("")
            .principal(Principal::service("s3.amazonaws.com"))
            .principal(Principal::aws("111122223333"))
            .principals([
                Principal::federated("accounts.google.com"),
                Principal::canonical_user("79a5"),
            ])
            .principal(Principal::service("logs.amazonaws.com")),
        concat!(
            r#"{"Effect":"Allow","Principal":{"AWS":"111122223333","Federated":"accounts.google.com","#,
            r#""Service":["s3.amazonaws.com","logs.amazonaws.com"],"CanonicalUser":"79a5"}}"#,
        ),
    );
}

#[test]
fn everyone_among_other_principals_is_an_aws_principal() {
    for principals in [
        [Principal::anyone(), Principal::service("s3.amazonaws.com")],
        [Principal::service("s3.amazonaws.com"), Principal::anyone()],
    ] {
        check(
            Statement::allow("").principals(principals),
            r#"{"Effect":"Allow","Principal":{"AWS":"*","Service":"s3.amazonaws.com"}}"#,
        );
    }
}

#[test]
fn the_latter_of_two_exclusive_forms_replaces_the_former() {
    check(
        Statement::deny("x")
            .action("a:b")
            .not_actions(["c:d"])
            .resource("r")
            .not_resources(["s", "t"])
            .principal(Principal::anyone())
            .not_principals([Principal::aws("p")]),
        r#"{"Sid":"x","Effect":"Deny","NotPrincipal":{"AWS":"p"},"NotAction":"c:d","NotResource":["s","t"]}"#,
    );
}

#[test]
fn values_for_the_same_key_are_alternatives() {
    check(
        Statement::allow("")
            .when(Operator::StringLike.for_any_value(), "aws:TagKeys", ["a"])
            .when(Operator::StringLike.for_any_value(), "AWS:tagkeys", ["b"]),
        r#"{"Effect":"Allow","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":["a","b"]}}}"#,
    );
}

#[test]
fn a_document_prints_with_its_id_and_indented_on_request() {
    let document = Document::of([])
        .with_id("key-policy")
        .with(Statement::allow("Root").action("kms:*"));
    assert_eq!(
        format!("{document:#}"),
        r#"{
  "Version": "2012-10-17",
  "Id": "key-policy",
  "Statement": [
    {
      "Sid": "Root",
      "Effect": "Allow",
      "Action": "kms:*"
    }
  ]
}"#
    );
    assert_eq!(Document::from_value(&document.to_value()), Ok(document));
}
