//! What somebody changes in a domain from outside shows at its part and setting, and apply mends it.

mod access;
mod firewall;
mod network;
mod studio;

use cloister_tests::rig::{DOMAIN_ADDRESS, Resource, Sandbox};
use serde_json::{Value, json};

use super::fixture::Standing;

/// One change from outside, and the parts and settings at which a plan has to show it.
struct Drift {
    what: &'static str,
    made: fn(&Standing<'_>),
    shown: &'static [&'static str],
}

impl Standing<'_> {
    /// Changes something in the network.
    fn ec2(&self, operation: &str, parameters: &Value) -> Value {
        self.aws.call("ec2", operation, parameters)
    }

    /// Changes something about roles and policies.
    fn iam(&self, operation: &str, parameters: &Value) -> Value {
        self.aws.call("iam", operation, parameters)
    }

    /// Puts a tag on an object of the network.
    fn tag(&self, part: &str, name: &str, value: &str) {
        let tags = json!({"Resources": [self.id(part)], "Tags": [{"Key": name, "Value": value}]});
        self.ec2("create_tags", &tags);
    }
}

/// Every change alone: the next plan shows it and nothing else, so that the one before is mended as well.
#[track_caller]
fn check(config: &Resource, drifts: &[Drift]) {
    let sandbox = Sandbox::start();
    let mut standing = Standing::of(&sandbox, config);
    let mut wrong = Vec::new();
    for Drift { what, made, shown } in drifts {
        made(&standing);
        let plan = standing.project.saved_plan();
        let change = plan.change(DOMAIN_ADDRESS);
        let (actions, parts) = (change.actions(), change.parts());
        if actions != "update" || parts != *shown {
            wrong.push(format!("{what}: {actions} of {parts:?}"));
        }
        standing.project.apply_saved().succeeded();
        let state = standing.project.state(DOMAIN_ADDRESS);
        standing.state = state.expect("the domain is in the state");
    }
    assert_eq!(wrong, [""; 0]);
    standing.project.plans_nothing();
}
