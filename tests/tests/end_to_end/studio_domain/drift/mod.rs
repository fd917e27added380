//! What somebody changes in a domain from outside shows at its part and setting, and apply mends it.

mod access;
mod firewall;
mod network;
mod studio;

use cloister_tests::rig::{DOMAIN_ADDRESS, Resource, Sandbox, filtered, studio_domain, wait_until};
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

/// Where something is not known before the apply.
fn unknowns(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Bool(true) => found.push(path.to_owned()),
        Value::Object(fields) => {
            for (name, field) in fields {
                unknowns(field, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                unknowns(item, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Else every resource that stands in the domain's subnets would be planned anew for the sake of a tag.
#[test]
fn what_others_take_from_a_domain_stays_known_while_something_drifts() {
    let sandbox = Sandbox::start();
    let standing = Standing::of(&sandbox, &studio_domain());
    let seen = || {
        let mut found = Vec::new();
        let plan = standing.project.saved_plan();
        unknowns(plan.change(DOMAIN_ADDRESS).unknown(), "", &mut found);
        found
    };
    standing.tag("network/vpc", "owner", "somebody");
    assert_eq!(seen(), ["/status"]);
    let endpoint = json!({"VpcEndpointIds": [standing.id("endpoints/ssm")]});
    standing.ec2("delete_vpc_endpoints", &endpoint);
    assert_eq!(
        seen(),
        ["/endpoint_ids/ssm", "/parts/endpoints/ssm/id", "/status"]
    );
}

/// AWS gives a domain no other key: without a word, the homes would go with the domain that is made anew.
#[test]
fn a_home_key_that_waits_for_its_deletion_does_not_take_the_domain_along() {
    let sandbox = Sandbox::start();
    let config = studio_domain().with("deletion_protection", "true");
    let standing = Standing::of(&sandbox, &config);
    let key = json!({"KeyId": standing.id("keys/home")});
    standing.aws.call("kms", "schedule_key_deletion", &key);
    let mut report = standing.project.plan().failed().diagnostics();
    standing
        .project
        .write("main.tf", studio_domain().to_string());
    standing.aws.call("kms", "cancel_key_deletion", &key);
    standing.project.apply().succeeded();
    standing.project.plans_nothing();
    standing.aws.call("kms", "schedule_key_deletion", &key);
    report += "=== not protected\n";
    report += &standing.project.plan().succeeded().diagnostics();
    filtered(|| insta::assert_snapshot!("home_key", report));
}

/// There is nothing left to protect: the NFS groups that AWS leaves behind do not make it a domain.
#[test]
fn a_domain_that_somebody_deleted_is_made_anew() {
    let sandbox = Sandbox::start();
    let config = studio_domain().with("deletion_protection", "true");
    let standing = Standing::of(&sandbox, &config);
    for name in ["alice", "bob"] {
        let profile = json!({"UserProfileName": name});
        standing.on_domain("delete_user_profile", profile);
    }
    let homes = json!({"RetentionPolicy": {"HomeEfsFileSystem": "Delete"}});
    wait_until("the domain can be deleted", || {
        let mut parameters = homes.clone();
        parameters["DomainId"] = json!(standing.attribute("domain_id"));
        let deleted = standing
            .aws
            .attempt("sagemaker", "delete_domain", &parameters);
        deleted.ok()
    });
    standing.project.apply().succeeded();
    standing.project.plans_nothing();
    let state = standing.project.state(DOMAIN_ADDRESS);
    let state = state.expect("the domain is in the state");
    assert_ne!(state["domain_id"], standing.state["domain_id"]);
}
