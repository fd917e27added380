//! Credentials of other accounts: taken on once, and renewed before they end.

use cloister_tests::rig::{MEMBER_ACCOUNT, Sandbox, Standing};
use serde_json::json;

use super::{IN_MEMBER, in_member, provider, provisioner};

/// How often a role was taken on, from some call on.
pub(super) fn assumed(sandbox: &Sandbox, from: usize) -> usize {
    let calls = sandbox.calls().split_off(from);
    calls
        .iter()
        .filter(|call| call.operation == "sts:AssumeRole")
        .count()
}

#[test]
fn a_role_is_taken_on_once_for_all_resources_of_an_account() {
    let sandbox = Sandbox::start();
    let each = in_member()
        .with(
            "for_each",
            r#"toset(["us-east-1", "eu-west-1", "eu-central-1"])"#,
        )
        .with("name", r#""cloister-test-${each.key}""#)
        .with("region", "each.key");
    let project = sandbox
        .project()
        .file("provider.tf", provider(""))
        .file("main.tf", each.to_string());
    // A plan is one process, an apply without a saved plan is two.
    project.saved_plan();
    assert_eq!(assumed(&sandbox, 0), 1);
    let from = sandbox.calls().len();
    project.apply().succeeded();
    assert_eq!(assumed(&sandbox, from), 2);
    let from = sandbox.calls().len();
    project.plans_nothing();
    assert_eq!(assumed(&sandbox, from), 1);
}

#[test]
fn credentials_that_end_while_a_run_works_are_renewed() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("provider.tf", provider(""))
        .file("main.tf", in_member().to_string());
    project.saved_plan();
    // The call outlasts the credentials that it was made with.
    sandbox.short_sessions(12);
    sandbox.faults(&json!([{"operation": "s3:CreateBucket", "fault": "latency", "seconds": 13}]));
    let from = sandbox.calls().len();
    project.apply_saved().succeeded();
    assert!(assumed(&sandbox, from) > 1);
    let refused = sandbox.calls().into_iter().filter_map(|call| call.error);
    let expired = refused.filter(|code| code.contains("Expired"));
    assert_eq!(expired.collect::<Vec<_>>(), Vec::<String>::new());
    let there = sandbox.aws().acting_as(&provisioner(MEMBER_ACCOUNT));
    assert_eq!(Standing::of(&there), Standing::one(IN_MEMBER));
}
