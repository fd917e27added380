//! An anchor that somebody deleted.

use cloister_tests::rig::Sandbox;
use serde_json::json;

use super::{Subject, subjects, writes};
use crate::studio_domain::fixture::census;

fn delete_anchor(sandbox: &Sandbox, subject: &Subject) {
    let name = json!({"Name": subject.anchor});
    sandbox.aws().call("ssm", "delete_parameter", &name);
}

#[test]
fn an_anchor_that_somebody_deleted_is_made_again_and_nothing_else_changes() {
    for subject in subjects() {
        let sandbox = Sandbox::start();
        let (project, stood) = subject.applied(&sandbox);
        delete_anchor(&sandbox, &subject);
        let plan = project.saved_plan();
        let change = plan.change(subject.address);
        assert_eq!(change.actions(), "update");
        let parts = change.parts();
        assert!(
            !parts.is_empty() && parts.iter().all(|part| part.starts_with("anchor: ")),
            "{parts:?}"
        );

        let from = sandbox.calls().len();
        project.apply_saved().succeeded();
        let done = writes(&sandbox, from);
        assert!(
            done.iter()
                .all(|(operation, error)| operation.starts_with("ssm:") && error.is_none()),
            "{done:?}"
        );
        project.plans_nothing();
        assert_eq!(census(&sandbox), stood);
    }
}

#[test]
fn a_create_makes_no_twin_of_what_lost_both_its_anchor_and_its_state() {
    for subject in subjects() {
        let sandbox = Sandbox::start();
        let (project, stood) = subject.applied(&sandbox);
        project
            .terraform(&["state", "rm", subject.address])
            .succeeded();
        delete_anchor(&sandbox, &subject);
        // Whether it is refused or adopted: another state may hold it, and twins help nobody.
        project.apply();
        let now = census(&sandbox);
        let made: Vec<&String> = now.difference(&stood).collect();
        assert!(made.is_empty(), "{made:?}");
    }
}
