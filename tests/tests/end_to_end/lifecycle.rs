//! From nothing to a bucket and back.

use cloister_tests::rig::{ADDRESS, Aws, BUCKET, Sandbox, Standing, filtered, locked_bucket};
use serde_json::{Value, json};

use crate::quickstart;

/// Puts an object through the endpoint, overwrites it and deletes it: two versions and a delete marker.
fn fill(inside: &Aws<'_>) {
    for body in ["one", "two"] {
        inside.call(
            "s3",
            "put_object",
            &json!({"Bucket": BUCKET, "Key": "a/b", "Body": body}),
        );
    }
    inside.call(
        "s3",
        "delete_object",
        &json!({"Bucket": BUCKET, "Key": "a/b"}),
    );
}

/// The settings of all parts as JSON, to be read by people.
fn readable(parts: &Value) -> Value {
    let mut parts = parts.clone();
    for part in parts.as_object_mut().expect("parts are a map").values_mut() {
        let settings = part["settings"].as_str().expect("settings are a text");
        part["settings"] = serde_json::from_str(settings).expect("settings are JSON");
    }
    parts
}

#[test]
fn an_apply_makes_every_part_and_the_next_plan_is_empty() {
    let sandbox = Sandbox::start();
    let project = sandbox.project().file(
        "main.tf",
        locked_bucket()
            .with("tags", r#"{ team = "blue" }"#)
            .to_string(),
    );
    project.apply().succeeded();
    project.plans_nothing();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));
    let state = project.state(ADDRESS).expect("the bucket is in the state");
    filtered(|| {
        insta::assert_json_snapshot!("parts", readable(&state["parts"]));
        let mut rest = state.clone();
        rest.as_object_mut()
            .expect("a resource has attributes")
            .remove("parts");
        insta::assert_json_snapshot!("attributes", rest);
    });
}

#[test]
fn a_plan_of_a_new_bucket_shows_every_object_before_it_exists() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    let plan = project.saved_plan();
    let change = plan.change(ADDRESS);
    assert_eq!(change.actions(), "create");
    filtered(|| {
        insta::assert_json_snapshot!(
            "planned",
            json!({
                "known": readable(&change.after()["parts"]),
                "unknown": change.unknown()["parts"],
            })
        );
    });
    assert_eq!(Standing::of(&sandbox.aws()), Standing::default());
}

#[test]
fn the_quickstart_is_destroyed_with_everything_that_people_did_in_it() {
    let sandbox = Sandbox::start();
    let mut before = sandbox.census();
    let project = quickstart::applied(&sandbox);
    let outputs = project.outputs();
    fill(&sandbox.aws_within(&outputs["vpc_id"]));
    project.destroy().succeeded();
    // AWS makes roles for its own services, which stay with the account.
    let left = |object: &String| !object.starts_with("iam:service-linked-role ");
    before.retain(left);
    let mut after = sandbox.census();
    after.retain(left);
    assert_eq!(after, before);
}

#[test]
fn a_bucket_that_holds_objects_stays_locked_unless_force_destroy_is_set() {
    let sandbox = Sandbox::start();
    let project = sandbox.project().file(
        "main.tf",
        locked_bucket().with("force_destroy", "false").to_string(),
    );
    project.apply().succeeded();
    fill(&sandbox.aws_inside());
    let policy = || {
        sandbox
            .aws()
            .call("s3", "get_bucket_policy", &json!({"Bucket": BUCKET}))
    };
    let before = policy();

    let refused = project.destroy();
    refused.failed();
    filtered(|| insta::assert_snapshot!("bucket_is_not_empty", refused.diagnostics()));
    assert_eq!(policy(), before);
    project.plan().succeeded();

    project.write("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    project.plans_nothing();
    project.destroy().succeeded();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
}

#[test]
fn a_protected_bucket_is_not_planned_for_destruction() {
    let sandbox = Sandbox::start();
    let protected = locked_bucket().without("deletion_protection");
    let project = sandbox.project().file("main.tf", protected.to_string());
    project.apply().succeeded();

    let refused = project.terraform(&["plan", "-destroy"]);
    refused.failed();
    project.write(
        "main.tf",
        protected.with("name", r#""another-name""#).to_string(),
    );
    let renamed = project.plan();
    renamed.failed();
    project.write("main.tf", "");
    let removed = project.plan();
    removed.failed();
    filtered(|| {
        insta::assert_snapshot!("protected_from_destroy", refused.diagnostics());
        insta::assert_snapshot!("protected_from_rename", renamed.diagnostics());
        insta::assert_snapshot!("protected_from_removal", removed.diagnostics());
    });
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));

    project.write("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    project.destroy().succeeded();
}

#[test]
fn destroying_what_somebody_deleted_already_succeeds() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    sandbox
        .aws()
        .call("s3", "delete_bucket", &json!({"Bucket": BUCKET}));
    project.destroy().succeeded();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(1));
}
