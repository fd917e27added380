//! `access` checks: who may do what, from the policies that stand in the account, without touching data.

use cloister_tests::rig::{BUCKET, Project, Sandbox, locked_bucket};
use serde_json::{Value, json};

/// The administrator may do everything by its own policies: what is denied, the bucket's policy denies.
const WORKFLOW: &str = "
id: who-may
title: Objects are reached through the endpoint only
inputs:
  bucket: {description: The bucket}
  administrator: {description: The ARN of a role that may do everything}
  endpoint: {description: The VPC endpoint}
steps:
  - id: from-elsewhere
    title: Nobody reads or lists from elsewhere
    check:
      access:
        principal: ${inputs.administrator}
        action: s3:GetObject
        resource: arn:aws:s3:::${inputs.bucket}/example
        context: {\"aws:SourceIp\": 203.0.113.7}
        expect: deny
        layer: resource
        assume_none: [service_control, resource_control]
  - id: through-the-endpoint
    title: The administrator reads through the endpoint
    check:
      access:
        principal: ${inputs.administrator}
        action: s3:GetObject
        resource: arn:aws:s3:::${inputs.bucket}/example
        endpoint: ${inputs.endpoint}
        expect: allow
        assume_none: [service_control, resource_control]
";

fn graded(project: &Project<'_>) -> (i32, Vec<String>) {
    let inputs = [
        format!("bucket={BUCKET}"),
        format!(
            "administrator={}",
            project.value("TF_VAR_administrator_arn")
        ),
        format!("endpoint={}", project.value("TF_VAR_s3_endpoint_id")),
    ];
    let mut arguments = vec!["verify", "who-may.yaml", "--format", "json"];
    for input in &inputs {
        arguments.extend(["--input", input]);
    }
    let outcome = project.cloister(&arguments);
    let report: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.told()));
    let steps = report["steps"].as_array().expect("a report has steps");
    let verdicts = steps
        .iter()
        .map(|step| format!("{}: {}", step["id"], step["verdict"]).replace('"', ""))
        .collect();
    (outcome.code, verdicts)
}

#[test]
fn a_policy_that_no_longer_denies_fails_the_check_without_a_request_for_data() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string())
        .file("who-may.yaml", WORKFLOW);
    project.apply().succeeded();
    let passed = ["from-elsewhere: pass", "through-the-endpoint: pass"];
    assert_eq!(graded(&project), (0, passed.map(str::to_owned).to_vec()));

    let policy = json!({"Bucket": BUCKET});
    sandbox.aws().call("s3", "delete_bucket_policy", &policy);
    let failed = ["from-elsewhere: fail", "through-the-endpoint: pass"];
    assert_eq!(graded(&project), (1, failed.map(str::to_owned).to_vec()));
}
