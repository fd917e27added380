//! What a create meets and must not take.

use cloister_tests::rig::{ADDRESS, BUCKET, Outcome, Project, Sandbox, filtered, locked_bucket};
use serde_json::json;

use super::{Subject, refused_anchor, subjects, writes};
use crate::studio_domain::fixture::census;

/// The id in `terraform import ADDRESS ID`.
#[track_caller]
fn printed_id(refused: &Outcome) -> String {
    let told = refused.diagnostics();
    let (_, rest) = told
        .split_once("terraform import ADDRESS ")
        .unwrap_or_else(|| panic!("no import id in: {told}"));
    let id = rest.split_whitespace().next();
    id.expect("an id follows").to_owned()
}

/// Applies in `project` what stands already: nothing changes, and the printed id brings it into that state.
fn check_refused(subject: &Subject, sandbox: &Sandbox, project: &Project<'_>) {
    let (stood, from) = (census(sandbox), sandbox.calls().len());
    let refused = project.apply();
    refused.failed();
    assert!(
        refused.told().contains("Composite exists already"),
        "{}",
        refused.told()
    );
    assert_eq!(writes(sandbox, from), refused_anchor());
    assert_eq!(census(sandbox), stood);

    let id = printed_id(&refused);
    project.import(subject.address, &id).succeeded();
    project.plans_nothing();
}

#[test]
fn of_two_states_with_one_name_the_second_is_refused_and_may_import() {
    for subject in subjects() {
        let sandbox = Sandbox::start();
        let (first, _) = subject.applied(&sandbox);
        check_refused(&subject, &sandbox, &subject.project(&sandbox));
        first.plans_nothing();
    }
}

#[test]
fn a_complete_composite_that_left_the_state_is_refused_and_may_come_back() {
    for subject in subjects() {
        let sandbox = Sandbox::start();
        let (project, _) = subject.applied(&sandbox);
        project
            .terraform(&["state", "rm", subject.address])
            .succeeded();
        check_refused(&subject, &sandbox, &project);
    }
}

#[test]
fn a_replacement_under_the_same_name_cannot_be_made_before_the_old_one_goes() {
    for subject in subjects() {
        let sandbox = Sandbox::start();
        let (project, stood) = subject.applied(&sandbox);
        let config = subject
            .config
            .block("lifecycle", "create_before_destroy = true");
        project.write("main.tf", config.to_string());
        let from = sandbox.calls().len();
        let replace = format!("-replace={}", subject.address);
        let refused = project.terraform(&["apply", "-auto-approve", &replace]);
        refused.failed();
        assert!(
            refused.told().contains("Composite exists already"),
            "{}",
            refused.told()
        );
        assert_eq!(writes(&sandbox, from), refused_anchor());
        assert_eq!(census(&sandbox), stood);
        project.plans_nothing();
    }
}

#[test]
fn what_another_owner_began_is_refused() {
    let sandbox = Sandbox::start();
    let owned = |owner: &str| {
        let project = sandbox
            .project()
            .file("main.tf", locked_bucket().to_string());
        project.env("CLOISTER_OWNER", owner)
    };
    let (blue, green) = (owned("blue"), owned("green"));
    sandbox.faults(&json!([{"operation": "s3:PutBucketEncryption", "fault": "error", "count": 0}]));
    blue.apply().failed();
    sandbox.faults(&json!([]));

    let (stood, from) = (sandbox.census(), sandbox.calls().len());
    let refused = green.apply();
    refused.failed();
    filtered(|| insta::assert_snapshot!("another_owner", refused.diagnostics()));
    assert_eq!(writes(&sandbox, from), refused_anchor());
    assert_eq!(sandbox.census(), stood);

    blue.terraform(&["untaint", ADDRESS]).succeeded();
    blue.apply().succeeded();
    blue.plans_nothing();
    let found = blue.state(ADDRESS).expect("the bucket is in the state");
    assert_eq!(found["name"], BUCKET);
}
