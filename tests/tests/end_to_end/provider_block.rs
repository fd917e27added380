//! The settings of the provider block, and many accounts and regions with one of them.

use cloister_tests::rig::{
    ADDRESS, ADMINISTRATOR, BUCKET, HOME_ACCOUNT, MEMBER_ACCOUNT, Sandbox, Standing, locked_bucket,
};

/// The role that stands in each member account.
const PROVISIONER: &str = "arn:aws:iam::444455556666:role/CloisterProvisioner";

#[test]
fn default_tags_are_merged_and_plan_nothing_again() {
    let block = |tags: &str| {
        format!("provider \"cloister\" {{\n  default_tags {{\n    tags = {tags}\n  }}\n}}\n")
    };
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("provider.tf", block(r#"{ team = "blue", stage = "test" }"#))
        .file(
            "main.tf",
            locked_bucket()
                .with("tags", r#"{ stage = "production" }"#)
                .to_string(),
        );
    project.apply().succeeded();
    project.plans_nothing();
    let state = project.state(ADDRESS).expect("the bucket is in the state");
    assert_eq!(
        state["tags_all"],
        serde_json::json!({"team": "blue", "stage": "production"})
    );
    assert_eq!(state["tags"], serde_json::json!({"stage": "production"}));

    project.write("provider.tf", block(r#"{ team = "red" }"#));
    let plan = project.saved_plan();
    assert_eq!(
        plan.change(ADDRESS).parts(),
        ["bucket: tags/team", "key: tags/team"]
    );
    project.apply_saved().succeeded();
    project.plans_nothing();
}

#[test]
fn one_provider_block_serves_accounts_and_regions() {
    let sandbox = Sandbox::start();
    let provider = format!(
        r#"
provider "cloister" {{
  account_role_arn    = "arn:aws:iam::{{account}}:role/CloisterProvisioner"
  allowed_account_ids = ["{HOME_ACCOUNT}", "{MEMBER_ACCOUNT}"]
}}
"#
    );
    let each = locked_bucket()
        .labelled("each")
        .with(
            "for_each",
            r#"toset(["cloister-test-one", "cloister-test-two"])"#,
        )
        .with("name", "each.key");
    let abroad = locked_bucket()
        .labelled("abroad")
        .with("name", r#""cloister-test-abroad""#)
        .with("region", r#""eu-central-1""#);
    let member = locked_bucket()
        .labelled("member")
        .with("name", r#""cloister-test-member""#)
        .with("account", format!("{{ id = {MEMBER_ACCOUNT:?} }}"))
        .with("administrators", format!("[{PROVISIONER:?}]"));
    let config = format!("{each}\n{abroad}\n{member}");
    let project = sandbox
        .project()
        .file("provider.tf", provider)
        .file("main.tf", config);
    project.apply().succeeded();
    project.plans_nothing();

    let id = |address: &str| project.state(address).expect("it is in the state")["id"].clone();
    let member_address = "cloister_s3_locked_bucket.member";
    assert_eq!(
        id("cloister_s3_locked_bucket.abroad"),
        format!("{HOME_ACCOUNT}/eu-central-1/cloister-test-abroad")
    );
    assert_eq!(
        id(member_address),
        format!("{MEMBER_ACCOUNT}/us-east-1/cloister-test-member")
    );
    let in_member = || Standing::of(&sandbox.aws().acting_as(PROVISIONER));
    assert_eq!(in_member(), Standing::one("cloister-test-member"));

    // Reading and importing go through the provider's role, since state and id hold no role.
    project
        .terraform(&["state", "rm", member_address])
        .succeeded();
    project
        .import(
            member_address,
            &format!("{MEMBER_ACCOUNT}/us-east-1/cloister-test-member"),
        )
        .succeeded();
    project.plans_nothing();

    project.destroy().succeeded();
    assert_eq!(in_member(), Standing::gone(1));
    assert_eq!(Standing::of(&sandbox.aws()), Standing::gone(2));
    assert_eq!(
        Standing::of(&sandbox.aws().in_region("eu-central-1")),
        Standing::gone(1)
    );
}

#[test]
fn a_new_owner_is_written_to_every_part_in_place() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    let project = project.env("CLOISTER_OWNER", "platform");
    let plan = project.saved_plan();
    let change = plan.change(ADDRESS);
    assert_eq!(change.actions(), "update");
    assert_eq!(
        change.parts(),
        [
            "anchor: owner",
            "bucket: tags/cloister:owner",
            "key: tags/cloister:owner"
        ]
    );
    project.apply_saved().succeeded();
    project.plans_nothing();
    assert_eq!(Standing::of(&sandbox.aws()), Standing::one(BUCKET));
    assert_eq!(sandbox.seeded("administrator_arn"), ADMINISTRATOR);
}
