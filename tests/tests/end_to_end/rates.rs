//! AWS's request rates, and much less than that: work slows down, and nothing fails.

use std::collections::BTreeMap;

use cloister_tests::rig::{Call, DOMAIN_ADDRESS, Sandbox, locked_bucket, studio_domain};

use crate::accounts::provider;

/// Ten buckets at once.
const BUCKETS: &str = r#"toset([for number in range(10) : "cloister-test-data-${number}"])"#;

/// How many calls were taken, and how many were one too many.
#[derive(Debug, Default)]
struct Tally {
    taken: usize,
    throttled: usize,
}

impl Tally {
    fn count(&mut self, call: &Call) {
        if call.faulted.as_deref() == Some("rate") {
            self.throttled += 1;
        } else {
            self.taken += 1;
        }
    }
}

/// Panics if the limiter ran against the wall more often than it takes to learn where that is.
#[track_caller]
fn keeps_to_the_rates(sandbox: &Sandbox) {
    let mut all = Tally::default();
    let mut each = BTreeMap::<String, Tally>::new();
    for call in sandbox.calls() {
        all.count(&call);
        each.entry(call.operation.clone()).or_default().count(&call);
    }
    assert!(all.throttled > 0, "the rates were never met: {all:?}");
    assert!(all.throttled * 4 < all.taken, "{all:?}: {each:#?}");
    for (operation, tally) in each {
        // An API of which everything is wanted at once is refused more often than others.
        assert!(tally.throttled <= 2 * tally.taken, "{operation}: {tally:?}");
    }
}

#[test]
fn accounts_that_share_an_organizations_rate_slow_down_and_fail_nothing() {
    let sandbox = Sandbox::start_with(&["--latency", "0.02", "--rates", "0.2"]);
    let each = studio_domain()
        .with("for_each", "var.member_account_ids")
        .with("account", "{ id = each.key }")
        .with(
            "administrators",
            r#"["arn:aws:iam::${each.key}:role/CloisterProvisioner"]"#,
        );
    let variable = "variable \"member_account_ids\" { type = set(string) }";
    let project = sandbox
        .project()
        .file("provider.tf", provider(""))
        .file("main.tf", format!("{variable}\n{each}"));
    let applied = project.apply();
    applied.succeeded();
    assert_eq!(applied.diagnostics(), "");
    keeps_to_the_rates(&sandbox);
    project.plans_nothing();
}

#[test]
fn a_tenth_of_the_rates_takes_longer_and_fails_nothing() {
    let sandbox = Sandbox::start_with(&["--latency", "0.02", "--rates", "0.1"]);
    let buckets = locked_bucket()
        .labelled("each")
        .with("for_each", BUCKETS)
        .with("name", "each.key");
    let project = sandbox
        .project()
        .file("main.tf", format!("{buckets}\n{}", studio_domain()));
    let applied = project.apply();
    applied.succeeded();
    assert_eq!(applied.diagnostics(), "");
    let state = project.state(DOMAIN_ADDRESS);
    assert_eq!(
        state.expect("the domain is in the state")["status"],
        "READY"
    );
    keeps_to_the_rates(&sandbox);

    project.plans_nothing();
    project.destroy().succeeded();
    keeps_to_the_rates(&sandbox);
}
