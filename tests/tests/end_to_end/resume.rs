//! Calls that fail, get lost or are cut off, and a provider that is killed: the same command converges.

use cloister_tests::rig::{
    ADDRESS, BUCKET, Project, Sandbox, Standing, filtered, kill, locked_bucket, providers_in,
};
use serde_json::{Value, json};

/// A short lease, so that a run that was killed is soon taken to be dead.
pub(crate) const PROVIDER: &str = "provider \"cloister\" {\n  lease = \"3s\"\n}\n";

fn project(sandbox: &Sandbox) -> Project<'_> {
    sandbox
        .project()
        .file("provider.tf", PROVIDER)
        .file("main.tf", locked_bucket().to_string())
}

/// Applies until it succeeds, as the diagnostics advise: what Terraform tainted is untainted first.
fn converge(project: &Project<'_>) {
    for _ in 0..3 {
        if project.apply().code == 0 {
            project.plans_nothing();
            return;
        }
        if project.state(ADDRESS).is_some() {
            // Not every failure taints.
            project.terraform(&["untaint", ADDRESS]);
        }
    }
    project.apply().succeeded();
}

fn complete(sandbox: &Sandbox) {
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));
}

/// Spoils one call of a create.
fn check_create(rule: &Value) {
    let sandbox = Sandbox::start();
    let project = project(&sandbox);
    sandbox.faults(&json!([rule]));
    converge(&project);
    assert_eq!(
        sandbox.fired(),
        [rule["count"].as_u64().unwrap_or(1)],
        "{rule}"
    );
    complete(&sandbox);
}

#[test]
fn a_create_survives_lost_answers() {
    for operation in ["kms:CreateKey", "s3:CreateBucket"] {
        check_create(&json!({"operation": operation, "fault": "lost"}));
    }
}

#[test]
fn a_create_survives_throttling_and_errors() {
    check_create(&json!({"operation": "s3:PutBucketPolicy", "fault": "throttle", "count": 3}));
    check_create(&json!({"operation": "ssm:PutParameter", "fault": "error", "skip": 1}));
}

#[test]
fn a_create_survives_a_cut_connection() {
    check_create(&json!({"operation": "kms:CreateAlias", "fault": "cut"}));
}

#[test]
fn a_create_that_fails_keeps_what_was_made() {
    let sandbox = Sandbox::start();
    let project = project(&sandbox);
    sandbox.faults(&json!([{"operation": "s3:PutBucketEncryption", "fault": "error", "count": 0}]));
    let failed = project.apply();
    failed.failed();
    filtered(|| insta::assert_snapshot!("half_made", failed.diagnostics()));
    let state = project
        .state(ADDRESS)
        .expect("what was made is in the state");
    assert_eq!(state["status"], "INCOMPLETE");
    sandbox.faults(&json!([]));
    project.terraform(&["untaint", ADDRESS]).succeeded();
    let plan = project.saved_plan();
    assert_eq!(plan.change(ADDRESS).actions(), "update");
    project.apply_saved().succeeded();
    project.plans_nothing();
    complete(&sandbox);
}

#[test]
fn with_resume_the_next_apply_goes_on_by_itself() {
    let sandbox = Sandbox::start();
    let project = project(&sandbox);
    project.write(
        "provider.tf",
        "provider \"cloister\" {\n  partial_create = \"resume\"\n}\n",
    );
    sandbox.faults(&json!([{"operation": "s3:PutBucketEncryption", "fault": "error", "count": 0}]));
    let warned = project.apply();
    warned.succeeded();
    filtered(|| {
        insta::assert_snapshot!("half_made_with_resume", warned.diagnostics());
    });
    sandbox.faults(&json!([]));
    let plan = project.saved_plan();
    assert_eq!(plan.change(ADDRESS).actions(), "update");
    project.apply_saved().succeeded();
    project.plans_nothing();
    complete(&sandbox);
}

/// Kills the provider while a call is in flight.
pub(crate) fn kill_during(
    sandbox: &Sandbox,
    project: &Project<'_>,
    operation: &str,
    command: &str,
) {
    sandbox.faults(&json!([{"operation": operation, "fault": "latency", "seconds": 2}]));
    let running = project.start(&[command, "-auto-approve"]);
    sandbox.await_fault();
    let providers = providers_in(&project.folder());
    assert!(!providers.is_empty(), "no provider runs during {operation}");
    providers.into_iter().for_each(kill);
    running.outcome().failed();
}

#[test]
fn a_create_survives_a_kill() {
    for operation in ["kms:CreateKey", "s3:PutBucketPolicy"] {
        let sandbox = Sandbox::start();
        let project = project(&sandbox);
        kill_during(&sandbox, &project, operation, "apply");
        converge(&project);
        complete(&sandbox);
        project.destroy().succeeded();
        assert_eq!(
            Standing::of(&sandbox.aws()),
            Standing::gone(1),
            "{operation}"
        );
    }
}

#[test]
fn a_destroy_survives_a_kill() {
    let sandbox = Sandbox::start();
    let project = project(&sandbox);
    project.apply().succeeded();
    kill_during(&sandbox, &project, "s3:DeleteBucket", "destroy");
    project.destroy().succeeded();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
}
