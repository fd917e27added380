//! `cloister orphans`: what no state holds is listed by its tags, and deleted once its name was typed.

use std::collections::BTreeSet;

use cloister_tests::rig::{
    BUCKET, DOMAIN, DOMAIN_ADDRESS, Outcome, Project, Sandbox, Standing, anchor, filtered,
    locked_bucket, studio_domain,
};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{resume::kill_during, studio_domain::fixture::census};

const STATE: &str = "terraform.tfstate";

fn bucket(sandbox: &Sandbox) -> Project<'_> {
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string())
        .file("empty.json", r#"{"version": 4, "resources": []}"#);
    project.apply().succeeded();
    project
}

fn delete_anchor(sandbox: &Sandbox, name: &str) {
    let name = json!({"Name": name});
    sandbox.aws().call("ssm", "delete_parameter", &name);
}

/// Deletes what is left of a composite, typing `typed`.
#[track_caller]
fn delete(project: &Project<'_>, typed: &str, arguments: &[&str]) -> Outcome {
    project.write("typed", format!("{typed}\n"));
    let arguments = [&["orphans", "--delete"], arguments].concat();
    project.cloister_reading("typed", &arguments)
}

#[test]
fn what_a_state_holds_is_no_orphan_and_what_none_holds_is_listed() {
    let sandbox = Sandbox::start();
    let project = bucket(&sandbox);
    let held = project.cloister(&["orphans", "--state", STATE]);
    assert_eq!(
        held.succeeded().stdout,
        "Nothing is orphaned in account 111122223333, us-east-1.\n"
    );
    let lost = project.cloister(&["orphans", "--state", "empty.json"]);
    assert_eq!(lost.code, 1, "{}", lost.told());
    filtered(|| assert_snapshot!("a_complete_bucket", lost.stdout));
    let listed = project.cloister(&["orphans", "--format", "json"]);
    let listed: Value = serde_json::from_str(&listed.stdout).expect("a report in JSON");
    let orphan = &listed["orphans"][0];
    assert_eq!(
        orphan["import_id"],
        format!("111122223333/us-east-1/{BUCKET}")
    );
    assert_eq!(orphan["anchor"], "ready");
    let kinds: BTreeSet<&str> = orphan["objects"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|object| object["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        ["kms:alias", "kms:key", "s3:bucket", "ssm:parameter"].into()
    );
    let elsewhere = project.cloister(&["orphans", "--region", "eu-west-1"]);
    elsewhere.succeeded();
}

#[test]
fn a_bucket_is_deleted_once_its_name_was_typed() {
    let sandbox = Sandbox::start();
    let project = bucket(&sandbox);
    let stood = census(&sandbox);
    let another = delete(&project, "yes", &[BUCKET]);
    assert_eq!(another.code, 1, "{}", another.told());
    let held = delete(&project, BUCKET, &[BUCKET, "--state", STATE]);
    assert_eq!(held.code, 2, "{}", held.told());
    let unknown = delete(&project, BUCKET, &["other"]);
    assert_eq!(unknown.code, 2, "{}", unknown.told());
    filtered(|| assert_snapshot!("an_unknown_name", unknown.stderr));
    assert_eq!(census(&sandbox), stood, "nothing was deleted");

    let deleted = delete(&project, BUCKET, &[BUCKET]);
    filtered(|| assert_snapshot!("a_deleted_bucket", deleted.succeeded().stderr));
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
    project.cloister(&["orphans"]).succeeded();
}

#[test]
fn what_a_run_may_still_work_on_is_left_until_its_lease_has_ended() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    kill_during(&sandbox, &project, "s3:PutBucketPolicy", "apply");
    let stood = census(&sandbox);
    let refused = delete(&project, BUCKET, &[BUCKET]);
    assert_eq!(refused.code, 2, "{}", refused.told());
    assert!(
        refused.stderr.contains("its lease ends at"),
        "{}",
        refused.told()
    );
    assert_eq!(census(&sandbox), stood);
}

#[test]
fn a_bucket_that_is_not_empty_stays_unless_its_data_may_go() {
    let sandbox = Sandbox::start();
    let project = bucket(&sandbox);
    let object = json!({"Bucket": BUCKET, "Key": "a", "Body": "b"});
    sandbox.aws_inside().call("s3", "put_object", &object);
    delete_anchor(&sandbox, &anchor(BUCKET));
    let refused = delete(&project, BUCKET, &[BUCKET]);
    assert_eq!(refused.code, 1, "{}", refused.told());
    assert!(
        refused.stderr.contains("BucketNotEmpty"),
        "{}",
        refused.told()
    );
    delete(&project, BUCKET, &[BUCKET, "--with-data"]).succeeded();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
}

#[test]
fn what_is_protected_goes_only_if_that_is_said() {
    let sandbox = Sandbox::start();
    let protected = locked_bucket().with("deletion_protection", "true");
    let project = sandbox.project().file("main.tf", protected.to_string());
    project.apply().succeeded();
    let refused = delete(&project, BUCKET, &[BUCKET]);
    assert_eq!(refused.code, 2, "{}", refused.told());
    filtered(|| assert_snapshot!("a_protected_bucket", refused.stderr));
    delete(&project, BUCKET, &[BUCKET, "--protected"]).succeeded();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
}

#[test]
fn a_domain_behind_a_firewall_goes_with_and_without_its_anchor() {
    let domain = studio_domain().behind_firewall();
    for has_anchor in [true, false] {
        let sandbox = Sandbox::start();
        let before = census(&sandbox);
        let project = sandbox.project().file("main.tf", domain.to_string());
        project.apply().succeeded();
        assert!(project.state(DOMAIN_ADDRESS).is_some());
        project.cloister(&["orphans", "--state", STATE]).succeeded();
        if !has_anchor {
            delete_anchor(
                &sandbox,
                &format!("/cloister/secure_studio_domain/{DOMAIN}"),
            );
        }
        let listed = project.cloister(&["orphans"]);
        assert_eq!(listed.code, 1, "{}", listed.told());
        let data: &[&str] = if has_anchor { &[] } else { &["--with-data"] };
        delete(&project, DOMAIN, &[&[DOMAIN], data].concat()).succeeded();
        let left: Vec<String> = census(&sandbox).difference(&before).cloned().collect();
        assert_eq!(left, Vec::<String>::new(), "anchor: {has_anchor}");
        project.cloister(&["orphans"]).succeeded();
    }
}

#[test]
fn homes_and_logs_stay_where_nobody_remembers_that_they_may_go() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let project = sandbox
        .project()
        .file("main.tf", studio_domain().to_string());
    project.apply().succeeded();
    delete_anchor(
        &sandbox,
        &format!("/cloister/secure_studio_domain/{DOMAIN}"),
    );
    let deleted = delete(&project, DOMAIN, &[DOMAIN]);
    let told = &deleted.succeeded().stderr;
    let (_, told) = told.split_once("Kept: ").expect("it says what it keeps");
    filtered(|| assert_snapshot!("kept_homes", told));
    let left: BTreeSet<String> = census(&sandbox)
        .difference(&before)
        .filter_map(|object| Some(object.split_once(' ')?.0.to_owned()))
        .collect();
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    assert_eq!(
        left,
        [
            "efs:access-point",
            "efs:file-system",
            "kms:key",
            "logs:log-group"
        ]
    );
}

#[test]
fn what_is_no_state_is_refused() {
    let sandbox = Sandbox::start();
    let project = sandbox.project().file("notes.json", "{\"a\": 1}");
    let refused = project.cloister(&["orphans", "--state", "notes.json"]);
    assert_eq!(refused.code, 2, "{}", refused.told());
    let both = project.cloister(&["orphans", "--state", "-", "--delete", "x"]);
    assert_eq!(both.code, 2, "{}", both.told());
}
