//! What changes in place, and what makes another bucket.

use cloister_tests::rig::{
    ADDRESS, BUCKET, KeyState, Resource, Sandbox, Standing, alias, anchor, locked_bucket,
};
use serde_json::json;

const OTHER_ENDPOINT: &str = r#"[var.s3_endpoint_id, "vpce-0123456789abcdef0"]"#;
const TWO_ADMINISTRATORS: &str =
    r#"[var.administrator_arn, "arn:aws:iam::111122223333:role/Auditor"]"#;

/// A change of config, and the settings at which its plan has to show it.
type Step = (
    &'static str,
    fn(Resource) -> Resource,
    &'static [&'static str],
);

#[test]
fn everything_but_the_name_changes_in_place() {
    let steps: [Step; 7] = [
        (
            "endpoints",
            |it| it.with("vpc_endpoint_ids", OTHER_ENDPOINT),
            &["bucket/policy: policy"],
        ),
        (
            "administrators",
            |it| it.with("administrators", TWO_ADMINISTRATORS),
            &["bucket/policy: policy", "key: policy"],
        ),
        (
            "lifecycle rules",
            |it| {
                it.with(
                    "lifecycle_rules",
                    r#"[{ id = "tidy", prefix = "tmp/", expire_days = 7 }]"#,
                )
            },
            &["bucket: lifecycle"],
        ),
        (
            "tags",
            |it| it.with("tags", r#"{ team = "blue" }"#),
            &["bucket: tags/team", "key: tags/team"],
        ),
        (
            "rotation",
            |it| it.with("own_key", "{ rotation_period_days = 180 }"),
            &["key: rotation"],
        ),
        (
            "protection",
            |it| it.with("deletion_protection", "true"),
            &["anchor: keeps"],
        ),
        (
            "no protection",
            |it| it.with("deletion_protection", "false"),
            &["anchor: keeps"],
        ),
    ];
    let sandbox = Sandbox::start();
    let mut config = locked_bucket();
    let project = sandbox.project().file("main.tf", config.to_string());
    project.apply().succeeded();
    for (what, changed, shown) in steps {
        config = changed(config);
        project.write("main.tf", config.to_string());
        let plan = project.saved_plan();
        let change = plan.change(ADDRESS);
        assert_eq!(change.parts(), shown, "{what}");
        assert_eq!(change.actions(), "update", "{what}");
        project.apply_saved().succeeded();
    }
    project.plans_nothing();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));
}

#[test]
fn a_given_key_takes_the_place_of_the_own_one_and_back() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    let made = sandbox.aws().call("kms", "create_key", &json!({}));
    let arn = made["KeyMetadata"]["Arn"]
        .as_str()
        .expect("a key has an ARN");

    project.write(
        "main.tf",
        locked_bucket()
            .with("kms_key_arn", format!("{arn:?}"))
            .to_string(),
    );
    let plan = project.saved_plan();
    let change = plan.change(ADDRESS);
    assert_eq!(
        (change.actions().as_str(), change.parts()),
        (
            "update",
            [
                "bucket: encryption",
                "bucket/policy: policy",
                "key: (gone)",
                "key/alias: (gone)"
            ]
            .map(str::to_owned)
            .into(),
        )
    );
    project.apply_saved().succeeded();
    project.plans_nothing();
    let given = Standing {
        aliases: Vec::new(),
        ..Standing::one(BUCKET).and_gone(1)
    };
    assert_eq!(Standing::of(&sandbox.aws()), given);

    project.write("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    project.plans_nothing();
    let back = Standing {
        keys: vec![
            KeyState::Enabled,
            KeyState::Enabled,
            KeyState::PendingDeletion,
        ],
        ..Standing::one(BUCKET)
    };
    assert_eq!(Standing::of(&sandbox.aws()), back);
}

#[test]
fn another_name_makes_another_bucket() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    project.write(
        "main.tf",
        locked_bucket()
            .with("name", r#""cloister-test-other""#)
            .to_string(),
    );
    assert_eq!(
        project.saved_plan().change(ADDRESS).actions(),
        "delete, create"
    );
    project.apply_saved().succeeded();
    project.plans_nothing();
    let other = Standing {
        buckets: vec!["cloister-test-other".to_owned()],
        aliases: vec![alias("cloister-test-other")],
        anchors: vec![anchor("cloister-test-other")],
        ..Standing::one(BUCKET).and_gone(1)
    };
    assert_eq!(Standing::of(&sandbox.aws()), other);
}
