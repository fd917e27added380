//! A refresh asks in batches, and nothing twice.

use cloister_tests::{
    bench::{firewall_domain, refresh, room_for_its_users},
    rig::Sandbox,
};

use super::fixture::Standing;

/// More calls than one in ten above the fewest that would do are waste that every plan pays for.
const MOST: f64 = 1.1;

#[test]
fn a_refresh_without_changes_makes_hardly_more_calls_than_aws_demands() {
    let sandbox = Sandbox::start();
    room_for_its_users(&sandbox);
    let it = Standing::of(&sandbox, &firewall_domain());
    let before = sandbox.calls().len();
    it.project.plans_nothing();
    let found = refresh(&it.state["parts"], &sandbox.calls()[before..]);
    assert!(
        found.ratio() <= MOST,
        "{} calls, where {} would do:\n{found}",
        found.made(),
        found.least()
    );
}
