//! How the plugin behaves as a program.

use cloister_tests::rig::{Sandbox, locked_bucket, providers_in};
use serde_json::Value;

#[test]
fn fifty_runs_leave_no_process_and_no_socket_behind() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    let schemas: Vec<String> = (0..50)
        .map(|_| {
            project
                .terraform(&["providers", "schema", "-json"])
                .succeeded()
                .stdout
                .clone()
        })
        .collect();
    let schema: Value = serde_json::from_str(&schemas[0]).expect("schemas are JSON");
    let provider = &schema["provider_schemas"]["registry.terraform.io/cloister/cloister"];
    assert!(
        provider["resource_schemas"]["cloister_s3_locked_bucket"].is_object(),
        "{schema}"
    );
    assert!(provider["provider"]["block"].is_object(), "{schema}");
    assert!(
        schemas.iter().all(|other| *other == schemas[0]),
        "schemas differ from run to run"
    );
    assert_eq!(providers_in(&project.folder()), Vec::<u32>::new());
    assert_eq!(project.temporary_files(), Vec::<String>::new());
}

#[test]
fn terraforms_log_shows_our_lines_at_their_levels() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    let quiet = project.apply();
    quiet.succeeded();
    assert!(
        !quiet
            .stderr
            .contains("provider.terraform-provider-cloister"),
        "{}",
        quiet.stderr
    );
    project.destroy().succeeded();

    let project = project.env("TF_LOG_PROVIDER", "debug");
    let applied = project.apply();
    applied.succeeded();
    let ours = |level: &str| {
        let lines = applied.stderr.lines();
        lines
            .filter(|line| {
                line.contains(level) && line.contains("provider.terraform-provider-cloister")
            })
            .count()
    };
    assert_eq!(ours("[TRACE]"), 0, "{}", applied.stderr);
    assert!(ours("[DEBUG]") > 0, "{}", applied.stderr);
    assert!(ours("[INFO]") > 0, "{}", applied.stderr);
    let making = applied
        .stderr
        .lines()
        .find(|line| line.contains("making it") && line.contains("key/alias"));
    assert!(
        making.is_some_and(|line| line.contains("[INFO]")),
        "{}",
        applied.stderr
    );
    assert_eq!(ours("[ERROR]"), 0, "{}", applied.stderr);
    for secret in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        let secret = project.value(secret);
        assert!(!applied.stderr.contains(&secret), "a secret is in the log");
    }
}
