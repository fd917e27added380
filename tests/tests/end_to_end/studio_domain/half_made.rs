//! A create of a domain that fails half-way: what was made stays, and the next apply makes only what is missing.

use cloister_tests::rig::{DOMAIN_ADDRESS, Project, Sandbox, studio_domain};
use serde_json::{Value, json};

use super::fixture::{Creates, Standing, census, creates};

/// What a create makes that meets no fault.
fn undisturbed() -> Creates {
    let sandbox = Sandbox::start();
    Standing::of(&sandbox, &studio_domain());
    creates(&sandbox, 0)
}

fn sum(mut one: Creates, other: &Creates) -> Creates {
    for (operation, count) in other {
        *one.entry(operation.clone()).or_default() += count;
    }
    one
}

/// Makes as much as can be made while an operation fails; `None` if nothing went into the state.
fn fail_at(project: &Project<'_>, operation: &str) -> Option<Value> {
    let sandbox = project.sandbox();
    sandbox.faults(&json!([{"operation": operation, "fault": "error", "count": 0}]));
    project.apply();
    sandbox.faults(&json!([]));
    project.state(DOMAIN_ADDRESS)
}

/// Goes on after a failure at some operation, by an update that makes only what is missing.
fn check_goes_on(operation: &str, provider: &str, before: impl Fn(&Project<'_>)) {
    let sandbox = Sandbox::start();
    let untouched = census(&sandbox);
    let project = sandbox
        .project()
        .file("provider.tf", provider)
        .file("main.tf", studio_domain().to_string());
    let half = fail_at(&project, operation).expect("what was made is in the state");
    assert_eq!(half["status"], "INCOMPLETE");
    let first = creates(&sandbox, 0);
    before(&project);

    let plan = project.saved_plan();
    assert_eq!(plan.change(DOMAIN_ADDRESS).actions(), "update");
    let from = sandbox.calls().len();
    project.apply_saved().succeeded();
    let second = creates(&sandbox, from);
    project.plans_nothing();
    assert!(
        !first.is_empty() && second.contains_key(operation),
        "{first:?} {second:?}"
    );
    assert_eq!(sum(first, &second), undisturbed(), "{operation}");

    project.destroy().succeeded();
    assert_eq!(census(&sandbox), untouched);
}

#[test]
fn once_untainted_a_failed_create_goes_on_with_what_is_missing() {
    let untaint = |project: &Project<'_>| {
        project.terraform(&["untaint", DOMAIN_ADDRESS]).succeeded();
    };
    for operation in ["ec2:CreateVpcEndpoint", "sagemaker:CreateUserProfile"] {
        check_goes_on(operation, "", untaint);
    }
}

const RESUME: &str = "provider \"cloister\" {\n  partial_create = \"resume\"\n}\n";

#[test]
fn with_resume_a_failed_create_goes_on_by_itself() {
    check_goes_on("sagemaker:CreateDomain", RESUME, |_| {});
}

#[test]
fn a_postcondition_on_the_status_makes_a_create_that_is_resumed_fail() {
    let sandbox = Sandbox::start();
    let complete = studio_domain().block(
        "lifecycle",
        "postcondition {
      condition     = self.status == \"READY\"
      error_message = \"Not complete: apply again.\"
    }",
    );
    let project = sandbox
        .project()
        .file("provider.tf", RESUME)
        .file("main.tf", complete.to_string());
    sandbox.faults(
        &json!([{"operation": "sagemaker:CreateUserProfile", "fault": "error", "count": 0}]),
    );
    let failed = project.apply();
    failed.failed();
    assert!(
        failed.told().contains("Not complete: apply again."),
        "{}",
        failed.told()
    );
    let state = project
        .state(DOMAIN_ADDRESS)
        .expect("what was made is in the state");
    assert_eq!(state["status"], "INCOMPLETE");

    sandbox.faults(&json!([]));
    let plan = project.saved_plan();
    assert_eq!(plan.change(DOMAIN_ADDRESS).actions(), "update");
    project.apply_saved().succeeded();
    project.plans_nothing();
}
