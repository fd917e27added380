//! Accounts that may be worked in, and accounts that may not: for each resource by itself.

use cloister_tests::rig::{
    HOME_ACCOUNT, MEMBER_ACCOUNT, Sandbox, Standing, filtered, locked_bucket,
};

use super::{in_member, provider};

/// Plans a bucket at home and one in a member account, of which the lists let only the first one be.
fn check(settings: &str, snapshot: &str) {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("provider.tf", provider(settings))
        .file("main.tf", format!("{}\n{}", locked_bucket(), in_member()));
    let refused = project.plan();
    refused.failed();
    filtered(|| insta::assert_snapshot!(snapshot, refused.diagnostics()));
    let there = sandbox
        .calls()
        .into_iter()
        .filter(|call| call.account == MEMBER_ACCOUNT);
    let asked: Vec<_> = there.map(|call| call.operation).collect();
    assert!(
        asked.iter().all(|call| call == "sts:GetCallerIdentity"),
        "{asked:?}"
    );

    project.write("main.tf", locked_bucket().to_string());
    project.apply().succeeded();
    let home = Standing::of(&sandbox.aws());
    assert_eq!(home, Standing::one(cloister_tests::rig::BUCKET));
}

#[test]
fn a_forbidden_account_is_refused_where_the_resource_names_it() {
    check(
        &format!("forbidden_account_ids = [{MEMBER_ACCOUNT:?}]"),
        "forbidden",
    );
}

#[test]
fn an_account_that_is_not_allowed_is_refused_where_the_resource_names_it() {
    check(
        &format!("allowed_account_ids = [{HOME_ACCOUNT:?}]"),
        "not_allowed",
    );
}
