//! `cloister verify` grades what Terraform made, from the sandbox's own evidence.

use cloister_tests::rig::{BUCKET, Sandbox};
use serde_json::json;

use crate::quickstart;

const LAB: &str = "locked-bucket";

#[test]
fn a_bucket_that_is_used_through_its_endpoint_passes_until_it_is_weakened() {
    let sandbox = Sandbox::start();
    let project = quickstart::applied(&sandbox);
    quickstart::play(&project, &project.outputs());
    let patient = ["--delivery-lag", "1s", "--wait", "30s"];
    let (outcome, verdicts) = quickstart::graded(&project, LAB, &patient);
    assert_eq!(outcome.code, 0, "{}", outcome.told());
    assert!(
        verdicts.iter().all(|verdict| verdict.ends_with(": pass")),
        "{verdicts:?}"
    );

    let suspended = json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}});
    sandbox
        .aws()
        .call("s3", "put_bucket_versioning", &suspended);
    let (outcome, verdicts) = quickstart::graded(&project, LAB, &["--delivery-lag", "1s"]);
    assert_eq!(outcome.code, 1, "{}", outcome.told());
    assert!(
        verdicts.contains(&"bucket-configured: fail".to_owned()),
        "{verdicts:?}"
    );
}

#[test]
fn without_evidence_nothing_is_passed() {
    let sandbox = Sandbox::start();
    let project = quickstart::applied(&sandbox);
    let (outcome, verdicts) = quickstart::graded(&project, LAB, &[]);
    assert_eq!(outcome.code, 3, "{}", outcome.told());
    assert!(
        verdicts.contains(&"put-through-endpoint: pending".to_owned()),
        "{verdicts:?}"
    );

    // What was not done is told apart from what is not recorded by a record of the same sort.
    let other = json!({"Bucket": "cloister-test-other"});
    sandbox.aws().call("s3", "create_bucket", &other);
    let object = json!({"Bucket": "cloister-test-other", "Key": "a", "Body": "b"});
    sandbox.aws().call("s3", "put_object", &object);
    let patient = ["--delivery-lag", "1s", "--wait", "10s"];
    let (outcome, verdicts) = quickstart::graded(&project, LAB, &patient);
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
