//! A bucket that stands in the account comes back into an empty state.

use std::fmt::Write as _;

use cloister_tests::rig::{
    ADDRESS, BUCKET, HOME_ACCOUNT, Resource, Sandbox, filtered, locked_bucket,
};

/// A bucket with everything that an import has to find out.
fn elaborate() -> Resource {
    locked_bucket()
        .with(
            "break_glass_principals",
            r#"["arn:aws:iam::111122223333:role/BreakGlass"]"#,
        )
        .with("via_services", r#"["athena.amazonaws.com"]"#)
        .with(
            "own_key",
            "{ rotation_period_days = 180, deletion_window_days = 7 }",
        )
        .with(
            "allow_service_delivery",
            r#"[{
    service        = "delivery.logs.amazonaws.com"
    source_arn     = "arn:aws:logs:us-east-1:111122223333:*"
    source_account = "111122223333"
    prefix         = "logs/"
  }]"#,
        )
        .with(
            "lifecycle_rules",
            r#"[
    { id = "tidy", noncurrent_expire_days = 90, abort_multipart_days = 7 },
    { id = "cold", prefix = "old/", transitions = [{ days = 30, storage_class = "GLACIER_IR" }] },
  ]"#,
        )
        .with("tags", r#"{ team = "blue" }"#)
}

#[test]
fn an_import_into_an_empty_state_plans_nothing() {
    let sandbox = Sandbox::start();
    for config in [
        elaborate(),
        locked_bucket().with("name", r#""cloister-test-plain""#),
    ] {
        let project = sandbox.project().file("main.tf", config.to_string());
        project.apply().succeeded();
        let state = project.state(ADDRESS).expect("the bucket is in the state");
        let name = state["name"].as_str().expect("a bucket has a name");
        for id in [format!("{HOME_ACCOUNT}/us-east-1/{name}"), name.to_owned()] {
            project.remove("terraform.tfstate");
            project.import(ADDRESS, &id).succeeded();
            project.plans_nothing();
            assert_eq!(
                project.state(ADDRESS).expect("the bucket is in the state"),
                state,
                "{id}"
            );
        }
    }
}

#[test]
fn an_import_of_what_is_not_there_says_so() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    let mut told = String::new();
    for id in [
        BUCKET,
        "111122223333/us-east-1/cloister-test-data",
        "one/two",
    ] {
        let refused = project.import(ADDRESS, id);
        refused.failed();
        let _ = writeln!(told, "=== {id}\n{}", refused.diagnostics());
    }
    filtered(|| insta::assert_snapshot!("nothing_to_import", told));
}

#[test]
fn a_create_that_meets_a_complete_bucket_names_the_import_id() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    let before = sandbox.calls().len();
    project.remove("terraform.tfstate");
    let refused = project.apply();
    refused.failed();
    filtered(|| insta::assert_snapshot!("exists_already", refused.diagnostics()));
    let calls = sandbox.calls();
    let written = calls[before..]
        .iter()
        .filter(|call| call.error.is_none() && call.writes());
    assert_eq!(written.collect::<Vec<_>>(), Vec::<&_>::new());
}
