//! The provider's functions, called by the real `terraform`.

use std::fmt::Write as _;

use cloister_tests::rig::{Sandbox, filtered};
use serde_json::Value;

const CALLS: &str = r#"
locals {
  policy = provider::cloister::locked_bucket_policy(
    "arn:aws:s3:::acme-data",
    ["vpce-0123456789abcdef0"],
    ["arn:aws:iam::111122223333:role/PlatformAdministrator"],
    "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    {},
  )
  endpoint = provider::cloister::endpoint_policy("s3", {
    actions    = ["GetObject", "PutObject"]
    resources  = ["arn:aws:s3:::acme-data/*"]
    principals = ["arn:aws:iam::111122223333:role/studio/*"]
  })
}

output "own" {
  value = provider::cloister::policy_check(local.policy, "bucket")
}

output "endpoint" {
  value = jsondecode(local.endpoint).Statement[*].Principal
}

output "careless" {
  value = [for finding in provider::cloister::policy_check(jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = "*" }]
  }), "identity") : "${finding.rule} ${finding.severity}"]
}
"#;

#[test]
fn functions_render_policies_and_find_mistakes() {
    let sandbox = Sandbox::start();
    let project = sandbox.project().file("main.tf", CALLS);
    project.apply().succeeded();
    let outcome = project.terraform(&["output", "-json"]);
    let outputs: Value = serde_json::from_str(&outcome.succeeded().stdout).expect("JSON");
    insta::assert_json_snapshot!("functions", outputs);
    assert_eq!(sandbox.calls(), []);
}

#[test]
fn an_argument_that_makes_no_policy_is_refused_by_its_position() {
    let sandbox = Sandbox::start();
    let project = sandbox.project();
    let mut report = String::new();
    for call in [
        r#"policy_check("{}", "everywhere")"#,
        r#"locked_bucket_policy("acme-data", ["vpce-1"], [], "alias/mine", {})"#,
        r#"endpoint_policy("s3", { actions = ["Get"], resources = ["*"] })"#,
    ] {
        project.write(
            "main.tf",
            format!("output \"policy\" {{\n  value = provider::cloister::{call}\n}}\n"),
        );
        let planned = project.plan();
        let _ = writeln!(report, "=== {call}\n{}", planned.failed().diagnostics());
    }
    filtered(|| insta::assert_snapshot!("function_arguments", report));
}
