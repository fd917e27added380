//! Two runs at once.

use cloister_tests::rig::{
    ADDRESS, BUCKET, Outcome, Project, Running, Sandbox, Standing, filtered, locked_bucket,
};
use serde_json::json;

use super::{refused_anchor, subjects, writes};
use crate::{
    resume::{PROVIDER, kill_during},
    studio_domain::fixture::count,
};

const APPLY: [&str; 2] = ["apply", "-auto-approve"];

fn was_refused(run: &Outcome) -> bool {
    let told = run.told();
    run.code != 0
        && (told.contains("Composite exists already")
            || told.contains("Another run works on this composite"))
}

#[test]
fn of_two_applies_at_once_one_makes_everything_and_the_other_nothing() {
    for subject in subjects() {
        let alone = Sandbox::start();
        subject.applied(&alone);

        let sandbox = Sandbox::start();
        let projects = [subject.project(&sandbox), subject.project(&sandbox)];
        let runs: Vec<Running> = projects
            .iter()
            .map(|project| project.start(&APPLY))
            .collect();
        let ended: Vec<Outcome> = runs.into_iter().map(Running::outcome).collect();
        let winner = ended
            .iter()
            .position(|run| run.code == 0)
            .expect("one run makes it");
        assert!(
            was_refused(&ended[1 - winner]),
            "{}",
            ended[1 - winner].told()
        );
        projects[winner].plans_nothing();
        assert_eq!(projects[1 - winner].state(subject.address), None);
        assert_eq!(count(&sandbox), count(&alone));
    }
}

/// A folder in which a lease is short.
fn hasty(sandbox: &Sandbox) -> Project<'_> {
    sandbox
        .project()
        .file("provider.tf", PROVIDER)
        .file("main.tf", locked_bucket().to_string())
}

#[test]
fn a_run_that_renews_its_lease_is_alive_and_the_other_is_refused() {
    let sandbox = Sandbox::start();
    let (first, second) = (hasty(&sandbox), hasty(&sandbox));
    sandbox.faults(&json!([{"operation": "s3:CreateBucket", "fault": "hold"}]));
    let running = first.start(&APPLY);
    sandbox.await_fault();
    let from = sandbox.calls().len();
    let refused = second.apply();
    refused.failed();
    filtered(|| insta::assert_snapshot!("another_run", refused.diagnostics()));
    let of_second = writes(&sandbox, from);
    let theirs = of_second
        .iter()
        .filter(|(_, error)| error.is_some())
        .cloned();
    assert_eq!(theirs.collect::<Vec<_>>(), refused_anchor());
    sandbox.faults(&json!([]));
    running.outcome().succeeded();
    first.plans_nothing();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));
}

#[test]
fn the_lease_of_a_dead_run_is_waited_for() {
    let sandbox = Sandbox::start();
    let (first, second) = (hasty(&sandbox), hasty(&sandbox));
    kill_during(&sandbox, &first, "s3:PutBucketPolicy", "apply");
    assert_eq!(first.state(ADDRESS), None, "nothing was told to Terraform");
    second.apply().succeeded();
    second.plans_nothing();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));
}
