//! `cloister verify` grades what Terraform made, from the sandbox's own evidence.

use cloister_tests::rig::{BUCKET, Outcome, Project, Sandbox, workspace};
use serde_json::{Value, json};

/// The quickstart, whose outputs are the inputs of the lab.
fn quickstart(sandbox: &Sandbox) -> Project<'_> {
    let example = std::fs::read(workspace().join("examples/quickstart/main.tf"))
        .expect("the example is there");
    let project = sandbox
        .project()
        .env("TF_VAR_name", BUCKET)
        .file("main.tf", example);
    project.remove("prelude.tf");
    project.apply().succeeded();
    project
}

/// Grades after all records were delivered.
fn graded(project: &Project<'_>, more: &[&str]) -> (Outcome, Vec<String>) {
    project.sandbox().deliver();
    let trail = format!("s3://{}", project.sandbox().seeded("trail_bucket"));
    let given = [
        "verify",
        "locked-bucket",
        "--state",
        "terraform.tfstate",
        "--trail",
        &trail,
        "--format",
        "json",
    ];
    let outcome = project.cloister(&[&given, more].concat());
    let report: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.told()));
    let steps = report["steps"]
        .as_array()
        .expect("a report has steps")
        .iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let verdicts = steps
        .map(|step| format!("{}: {}", text(&step["id"]), text(&step["verdict"])))
        .collect();
    (outcome, verdicts)
}

/// The role of the account that the bucket of somebody else is in.
const MEMBER: &str = "arn:aws:iam::444455556666:role/CloisterProvisioner";
/// What the lab calls the bucket of somebody else, unless told otherwise.
const ELSEWHERE: &str = "cloister-elsewhere";

/// What a data scientist does inside the VPC, and what is tried and refused: the lab's steps in their order.
fn use_and_probe(sandbox: &Sandbox) {
    let object =
        |bucket: &str| json!({"Bucket": bucket, "Key": "features.csv", "Body": "id,score"});
    sandbox
        .aws_inside()
        .call("s3", "put_object", &object(BUCKET));

    let elsewhere = sandbox.aws().acting_as(MEMBER);
    elsewhere.call("s3", "create_bucket", &json!({"Bucket": ELSEWHERE}));
    let open = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:PutObject",
        "Resource": format!("arn:aws:s3:::{ELSEWHERE}/*")}});
    let policy = json!({"Bucket": ELSEWHERE, "Policy": open.to_string()});
    elsewhere.call("s3", "put_bucket_policy", &policy);

    let key = sandbox.aws().call("kms", "create_key", &json!({}));
    let mut other_key = object(BUCKET);
    other_key["ServerSideEncryption"] = json!("aws:kms");
    other_key["SSEKMSKeyId"] = key["KeyMetadata"]["Arn"].clone();
    let inside = sandbox.aws_inside();
    for (what, refused) in [
        ("a listing from outside", {
            let listing = json!({"Bucket": BUCKET});
            sandbox.aws().attempt("s3", "list_objects_v2", &listing)
        }),
        (
            "another key",
            inside.attempt("s3", "put_object", &other_key),
        ),
        (
            "another bucket",
            inside.attempt("s3", "put_object", &object(ELSEWHERE)),
        ),
    ] {
        let code = refused.expect_err(what).code;
        assert_eq!(code, "AccessDenied", "{what}");
    }
}

#[test]
fn a_bucket_that_is_used_through_its_endpoint_passes_until_it_is_weakened() {
    let sandbox = Sandbox::start();
    let project = quickstart(&sandbox);
    use_and_probe(&sandbox);
    let (outcome, verdicts) = graded(&project, &["--delivery-lag", "1s", "--wait", "30s"]);
    assert_eq!(outcome.code, 0, "{}", outcome.told());
    assert!(
        verdicts.iter().all(|verdict| verdict.ends_with(": pass")),
        "{verdicts:?}"
    );

    let suspended = json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}});
    sandbox
        .aws()
        .call("s3", "put_bucket_versioning", &suspended);
    let (outcome, verdicts) = graded(&project, &["--delivery-lag", "1s"]);
    assert_eq!(outcome.code, 1, "{}", outcome.told());
    assert!(
        verdicts.contains(&"bucket-configured: fail".to_owned()),
        "{verdicts:?}"
    );
}

#[test]
fn without_evidence_nothing_is_passed() {
    let sandbox = Sandbox::start();
    let project = quickstart(&sandbox);
    let (outcome, verdicts) = graded(&project, &[]);
    assert_eq!(outcome.code, 3, "{}", outcome.told());
    assert!(
        verdicts.contains(&"put-through-endpoint: pending".to_owned()),
        "{verdicts:?}"
    );

    let (outcome, verdicts) = graded(&project, &["--delivery-lag", "1s", "--wait", "10s"]);
    assert_eq!(outcome.code, 1, "{}", outcome.told());
    assert!(
        verdicts.contains(&"put-through-endpoint: not_attempted".to_owned()),
        "{verdicts:?}"
    );
    assert!(
        !verdicts.contains(&"nothing-put-from-elsewhere: pass".to_owned()),
        "{verdicts:?}"
    );
}
