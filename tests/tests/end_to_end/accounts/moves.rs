//! Another account or region is another composite.

use cloister_tests::rig::{
    ADDRESS, Aws, BUCKET, MEMBER_ACCOUNT, Project, Resource, Sandbox, Standing, locked_bucket,
};

use super::{provider, provisioner};

/// Moves a bucket: the plan says why it is made anew, and it ends up at `there` alone.
fn check(moved: &Resource, reason: &str, there: impl Fn(&Sandbox) -> Aws<'_>) {
    let sandbox = Sandbox::start();
    let project: Project<'_> = sandbox
        .project()
        .file("provider.tf", provider(""))
        .file("main.tf", locked_bucket().to_string());
    project.apply().succeeded();

    project.write("main.tf", moved.to_string());
    let shown = project.plan();
    shown.succeeded();
    let because = shown
        .stdout
        .lines()
        .find(|line| line.contains("forces replacement"));
    assert!(
        because.is_some_and(|line| line.contains(reason)),
        "{}",
        shown.told()
    );
    let plan = project.saved_plan();
    assert_eq!(plan.change(ADDRESS).actions(), "delete, create");
    project.apply_saved().succeeded();
    project.plans_nothing();
    assert_eq!(Standing::of(&there(&sandbox)), Standing::one(BUCKET));
    let left = Standing::of(&sandbox.aws());
    // S3 lists the buckets of all regions, and the other account's are not ours.
    assert_eq!((left.keys, left.anchors), (Standing::gone(1).keys, vec![]));
}

#[test]
fn a_change_of_region_makes_a_new_composite_and_says_so() {
    let moved = locked_bucket().with("region", r#""eu-west-1""#);
    check(&moved, "region", |sandbox| {
        sandbox.aws().in_region("eu-west-1")
    });
}

#[test]
fn a_change_of_account_makes_a_new_composite_and_says_so() {
    let role = provisioner(MEMBER_ACCOUNT);
    let moved = locked_bucket()
        .with("account", format!("{{ id = {MEMBER_ACCOUNT:?} }}"))
        .with("administrators", format!("[{role:?}]"));
    check(&moved, "account", |sandbox| {
        sandbox.aws().acting_as(&provisioner(MEMBER_ACCOUNT))
    });
}
