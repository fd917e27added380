//! What is read as what, and what the refusal of a file says.

use cloister_policy::lint::{Place, PlaceName, check, read_file};

use crate::rendered;

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;

fn check_refused(text: &str, expected: &str) {
    match read_file("a.json", text, None) {
        Ok(bundle) => panic!("{text}\nwas read as {bundle:?}"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

#[test]
fn a_policy_is_placed_where_it_is_said_to_be_or_where_it_belongs() {
    let with_principal = |action: &str| {
        format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "{action}", "Resource": "*"}}]}}"#
        )
    };
    for (text, place, expected) in [
        (POLICY.to_owned(), None, Place::identity()),
        (
            POLICY.to_owned(),
            Some(PlaceName::ServiceControl),
            Place::ServiceControl,
        ),
        (
            with_principal("s3:Get*"),
            None,
            Place::Bucket { name: None },
        ),
        (with_principal("kms:*"), None, Place::Key { name: None }),
        (
            with_principal("sts:AssumeRole"),
            None,
            Place::Trust { role: None },
        ),
        (with_principal("sqs:SendMessage"), None, Place::Resource),
        (with_principal("*"), None, Place::Resource),
    ] {
        let bundle = read_file("a.json", &text, place).expect("a policy");
        assert_eq!(bundle.documents[0].place, expected, "{text}");
        assert_eq!(bundle.documents[0].name, "a.json");
    }
}

#[test]
fn a_file_that_is_none_of_the_three_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "a.json, line 1, column 0: EOF while parsing a value"),
        (
            "{\n  \"documents\": [,]\n}",
            "a.json, line 2, column 17: expected value",
        ),
        (
            "{\n  \"documents\": [{\"nam\": \"x\"}]\n}",
            "a.json, line 2, column 22: unknown field `nam`, expected one of `name`, `place`, `of`, `service`, `endpoint_type`, `document`",
        ),
        (
            "{\"a\": 1}",
            "a.json, line 1, column 1: this is no policy (`Statement`), no bundle (`documents`) and no output of `terraform show -json` (`values`, `planned_values`)",
        ),
        (
            "[]",
            "a.json, line 1, column 1: this is no policy (`Statement`), no bundle (`documents`) and no output of `terraform show -json` (`values`, `planned_values`)",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.11.4", "lineage": "x", "resources": []}"#,
            "a.json, line 1, column 1: this is Terraform's own state file; lint what `terraform show -json` prints",
        ),
    ] {
        check_refused(text, expected);
    }
}

#[test]
fn a_malformed_policy_is_a_finding_with_its_place_in_the_file() {
    for (text, expected) in [
        (
            "{\n  \"Statement\": [],\n}",
            "AWS refuses this document: line 3, column 1: this is no JSON: key must be a string.",
        ),
        (
            "{\"documents\": [{\"name\": \"a\",\n \"document\": {\"Statement\": [{\n  \"Efect\": \"Allow\"}]}}]}",
            "AWS refuses this document: line 3, column 3 (`Statement[0].Efect`): ",
        ),
        (
            "{\"documents\": [{\"name\": \"a\",\n \"document\": {\"Stat\": 1}}]}",
            "AWS refuses this document: line 2, column 15 (`Stat`): ",
        ),
    ] {
        let findings = check(&read_file("a.json", text, None).expect("read"));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].rule, "L12");
        assert!(
            findings[0].reason.starts_with(expected),
            "{}",
            findings[0].reason
        );
    }
}

#[test]
fn what_terraform_shows_of_a_plan_is_linted_by_address() {
    let bundle = read_file(
        "plan.json",
        include_str!("../data/lint/terraform-plan.json"),
        None,
    )
    .expect("a plan");
    let skipped: Vec<String> = bundle
        .skipped
        .iter()
        .map(|skipped| format!("skipped {}: {}\n", skipped.name, skipped.reason))
        .collect();
    let places: Vec<String> = bundle
        .documents
        .iter()
        .map(|placed| format!("{}: {:?}\n", placed.name, placed.place))
        .collect();
    let findings = rendered(&check(&bundle));
    insta::assert_snapshot!(format!(
        "{}{}\n{findings}",
        places.concat(),
        skipped.concat()
    ));
}

#[test]
fn what_terraform_shows_of_a_state_shows_each_document_once() {
    let bundle = read_file(
        "state.json",
        include_str!("../data/lint/terraform-state.json"),
        None,
    )
    .expect("a state");
    let names: Vec<&str> = bundle
        .documents
        .iter()
        .map(|placed| placed.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "aws_iam_policy.boundary",
            "aws_kms_key_policy.data",
            "aws_vpc_endpoint_policy.s3"
        ]
    );
    assert_eq!(
        bundle.documents[0].place,
        Place::Boundary {
            of: Some("team".to_owned())
        }
    );
    assert_eq!(bundle.security_groups[0].ingress.len(), 2);
    let rules: Vec<&str> = check(&bundle).iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["L19"]);
}
