//! What is wrong, where, and what to do: as Terraform's user reads it.

use std::fmt::Write as _;

use cloister_tests::rig::{
    ADMINISTRATOR, Aws, BUCKET, Project, Resource, Sandbox, Standing, filtered, locked_bucket,
};
use serde_json::json;

/// The role that stands in the account of somebody else.
const PROVISIONER: &str = "arn:aws:iam::444455556666:role/CloisterProvisioner";

/// What a command that has to fail tells.
#[track_caller]
fn told(what: &str, outcome: &cloister_tests::rig::Outcome) -> String {
    format!("=== {what}\n{}\n", outcome.failed().diagnostics())
}

#[test]
fn a_config_that_cannot_be_is_refused_at_validation() {
    let cases: [(&str, Resource); 9] = [
        ("a name with capitals", locked_bucket().with("name", r#""My_Bucket""#)),
        ("a name that is too short", locked_bucket().with("name", r#""ab""#)),
        ("a name that is an address", locked_bucket().with("name", r#""192.168.5.4""#)),
        ("no endpoints", locked_bucket().with("vpc_endpoint_ids", "[]")),
        ("an id of another object", locked_bucket().with("vpc_endpoint_ids", r#"["vpc-0123456789abcdef0"]"#)),
        ("no administrators", locked_bucket().without("administrators")),
        ("a computed attribute", locked_bucket().with("arn", r#""arn:aws:s3:::mine""#)),
        (
            "two keys",
            locked_bucket()
                .with("kms_key_arn", r#""arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab""#)
                .with("own_key", "{}"),
        ),
        (
            "a rotation that is too quick",
            locked_bucket().with("own_key", "{ rotation_period_days = 30 }"),
        ),
    ];
    let sandbox = Sandbox::start();
    let project = sandbox.project();
    let mut report = String::new();
    for (what, config) in cases {
        project.write("main.tf", config.to_string());
        report += &told(what, &project.terraform(&["validate"]));
    }
    filtered(|| insta::assert_snapshot!("validation", report));
    assert_eq!(sandbox.calls(), []);
}

#[test]
fn a_place_that_cannot_be_reached_is_refused_at_plan() {
    let sandbox = Sandbox::start();
    let provider = |text: &str| {
        sandbox
            .project()
            .file("main.tf", format!("{text}\n{}", locked_bucket()))
    };
    let without_credentials = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ]
    .into_iter()
    .fold(provider("provider \"cloister\" {}\n"), Project::without_env);
    let cases: [(&str, Project<'_>); 7] = [
        ("no credentials", without_credentials),
        (
            "expired credentials",
            provider("provider \"cloister\" {}\n").session(&sandbox.expired_session(ADMINISTRATOR)),
        ),
        (
            "a forbidden account",
            provider("provider \"cloister\" {\n  forbidden_account_ids = [\"111122223333\"]\n}\n"),
        ),
        (
            "not an allowed account",
            provider("provider \"cloister\" {\n  allowed_account_ids = [\"999999999999\"]\n}\n"),
        ),
        (
            "an unknown region",
            provider("provider \"cloister\" {\n  region = \"mars-north-1\"\n}\n"),
        ),
        ("an unknown region of a resource", {
            sandbox.project().file(
                "main.tf",
                locked_bucket()
                    .with("region", r#""mars-north-1""#)
                    .to_string(),
            )
        }),
        ("an account without a role", {
            let account = r#"{ id = "444455556666" }"#;
            sandbox.project().file(
                "main.tf",
                locked_bucket().with("account", account).to_string(),
            )
        }),
    ];
    let mut report = String::new();
    for (what, project) in &cases {
        report += &told(what, &project.plan());
    }
    filtered(|| insta::assert_snapshot!("place", report));
    assert_eq!(Standing::of(&sandbox.aws()), Standing::default());
}

#[test]
fn what_does_not_fit_the_place_is_refused_before_anything_changes() {
    let sandbox = Sandbox::start();
    let project = sandbox.project();
    let mut report = String::new();
    let elsewhere =
        r#""arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab""#;
    project.write(
        "main.tf",
        locked_bucket().with("kms_key_arn", elsewhere).to_string(),
    );
    report += &told("a key of another region", &project.plan());

    let others = r#"["arn:aws:iam::111122223333:role/SomebodyElse"]"#;
    project.write(
        "main.tf",
        locked_bucket().with("administrators", others).to_string(),
    );
    let planned = project.plan();
    let _ = writeln!(
        report,
        "=== a caller who is no administrator, at plan\n{}",
        planned.succeeded().diagnostics()
    );
    report += &told(
        "a caller who is no administrator, at apply",
        &project.apply(),
    );
    filtered(|| insta::assert_snapshot!("fit", report));
    assert_eq!(Standing::of(&sandbox.aws()), Standing::default());
}

/// A bucket of another account, and one of ours that was made by hand: neither is taken over.
#[test]
fn a_bucket_of_somebody_else_is_left_alone() {
    let sandbox = Sandbox::start();
    let theirs = sandbox.aws().acting_as(PROVISIONER);
    theirs.call("s3", "create_bucket", &json!({"Bucket": BUCKET}));
    let ours = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    let mut report = told("in another account", &ours.apply());

    sandbox.aws().call(
        "s3",
        "create_bucket",
        &json!({"Bucket": "cloister-test-plain"}),
    );
    let named = locked_bucket().with("name", r#""cloister-test-plain""#);
    let plain = sandbox.project().file("main.tf", named.to_string());
    report += &told("in this account, made by hand", &plain.apply());
    plain.destroy().succeeded();
    filtered(|| insta::assert_snapshot!("taken", report));

    let policy = |aws: &Aws<'_>, name: &str| {
        let answer = aws.attempt("s3", "get_bucket_policy", &json!({"Bucket": name}));
        answer.map_err(|refused| refused.code)
    };
    assert_eq!(
        policy(&theirs, BUCKET),
        Err("NoSuchBucketPolicy".to_owned())
    );
    assert_eq!(
        policy(&sandbox.aws(), "cloister-test-plain"),
        Err("NoSuchBucketPolicy".to_owned())
    );
}

#[test]
fn what_was_made_before_a_name_turned_out_to_be_taken_is_destroyed() {
    let sandbox = Sandbox::start();
    let theirs = sandbox.aws().acting_as(PROVISIONER);
    theirs.call("s3", "create_bucket", &json!({"Bucket": BUCKET}));
    let ours = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    ours.apply().failed();
    ours.destroy().succeeded();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
    assert_eq!(Standing::of(&theirs).buckets, [BUCKET]);
}
