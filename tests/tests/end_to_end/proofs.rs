//! Plans whose policies would not hold: refused, with the request that shows it.

use std::fmt::Write as _;

use cloister_tests::rig::{Outcome, Sandbox, Standing, filtered, locked_bucket};

/// A policy that Terraform's `jsonencode` renders.
fn policy(statement: &str) -> String {
    format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})")
}

#[track_caller]
fn refused(report: &mut String, what: &str, outcome: &Outcome) {
    let _ = writeln!(report, "=== {what}\n{}", outcome.failed().diagnostics());
}

#[test]
fn statements_that_open_the_bucket_are_refused_at_plan_with_a_request_they_let_through() {
    let resource = r#"Resource = "arn:aws:s3:::cloister-test-data/*""#;
    let bucket = r#"Resource = "arn:aws:s3:::cloister-test-data""#;
    let cases = [
        (
            "everybody may read",
            format!(
                r#"{{ Sid = "Share", Effect = "Allow", Principal = "*", Action = "s3:GetObject", {resource} }}"#
            ),
        ),
        (
            "everybody may read, who says the right thing",
            format!(
                r#"{{ Effect = "Allow", Principal = "*", Action = "s3:Get*", {resource},
                   Condition = {{ StringLike = {{ "aws:Referer" = "https://example.com/*" }} }} }}"#
            ),
        ),
        (
            "the administrators may no longer mend the policy",
            format!(
                r#"{{ Sid = "Freeze", Effect = "Deny", Principal = "*", Action = "s3:PutBucketPolicy", {bucket} }}"#
            ),
        ),
        (
            "a statement without an effect",
            format!(r#"{{ Sid = "Half", Principal = "*", Action = "s3:GetObject", {resource} }}"#),
        ),
    ];
    let sandbox = Sandbox::start();
    let project = sandbox.project();
    let mut report = String::new();
    for (what, statement) in cases {
        let config = locked_bucket().with("additional_policy", policy(&statement));
        project.write("main.tf", config.to_string());
        refused(&mut report, what, &project.plan());
    }
    filtered(|| insta::assert_snapshot!("opened", report));
    assert_eq!(Standing::of(&sandbox.aws()), Standing::default());
}

#[test]
fn a_statement_known_only_at_apply_is_proven_then_and_nothing_is_made() {
    let statement = r#"{ Sid = "Share", Effect = "Allow", Principal = terraform_data.whom.output,
        Action = "s3:GetObject", Resource = "arn:aws:s3:::cloister-test-data/*" }"#;
    let config = locked_bucket().with("additional_policy", policy(statement));
    let sandbox = Sandbox::start();
    let project = sandbox.project();
    project.write(
        "main.tf",
        format!("resource \"terraform_data\" \"whom\" {{\n  input = \"*\"\n}}\n\n{config}"),
    );
    project.plan().succeeded();
    let mut report = String::new();
    refused(
        &mut report,
        "everybody, known after apply",
        &project.apply(),
    );
    filtered(|| insta::assert_snapshot!("opened_at_apply", report));
    assert_eq!(Standing::of(&sandbox.aws()), Standing::default());
}

#[test]
fn statements_that_open_nothing_are_added_and_read_back() {
    let statement = r#"{ Sid = "Analysts", Effect = "Allow",
        Principal = { AWS = "arn:aws:iam::444455556666:root" }, Action = "s3:GetObject",
        Resource = "arn:aws:s3:::cloister-test-data/*" }"#;
    let config = locked_bucket().with("additional_policy", policy(statement));
    let sandbox = Sandbox::start();
    let project = sandbox.project().file("main.tf", config.to_string());
    project.apply().succeeded();
    project.plans_nothing();
    project.destroy().succeeded();
}
