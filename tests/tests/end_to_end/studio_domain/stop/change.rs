//! An update or a destroy that is told to stop.

use cloister_tests::rig::{DOMAIN, DOMAIN_ADDRESS, HOME_ACCOUNT, Resource, Sandbox, studio_domain};

use super::{
    super::fixture::{Standing, census, count},
    ctrl_c, ended_soon, stop_during,
};

#[test]
fn ctrl_c_in_a_destroy_keeps_what_is_left_and_the_next_one_ends_it() {
    let sandbox = Sandbox::start();
    let empty = census(&sandbox);
    for operation in ["sagemaker:DeleteDomain", "ec2:DeleteVpcEndpoints"] {
        let standing = Standing::of(&sandbox, &studio_domain());
        let project = &standing.project;
        ended_soon(stop_during(project, "destroy", operation, ctrl_c)).failed();
        let left = project
            .state(DOMAIN_ADDRESS)
            .expect("what is left is in the state");
        assert_eq!(left["status"], "INCOMPLETE", "{operation}");
        assert_ne!(census(&sandbox), empty, "{operation}");
        project.destroy().succeeded();
        assert_eq!(census(&sandbox), empty, "{operation}");
    }
}

/// Stops an update while an operation is in flight, and goes on; nothing tells it from one that was not stopped.
fn check_update(more: &Resource, operation: &str) {
    let whole = {
        let sandbox = Sandbox::start();
        Standing::of(&sandbox, more);
        count(&sandbox)
    };
    let sandbox = Sandbox::start();
    let standing = Standing::of(&sandbox, &studio_domain());
    standing.want(more);
    let project = &standing.project;
    ended_soon(stop_during(project, "apply", operation, ctrl_c)).failed();
    let plan = project.saved_plan();
    assert_eq!(plan.change(DOMAIN_ADDRESS).actions(), "update");
    project.apply_saved().succeeded();
    project.plans_nothing();
    assert_eq!(count(&sandbox), whole);

    // The anchor remembers what was wanted last, too.
    project
        .terraform(&["state", "rm", DOMAIN_ADDRESS])
        .succeeded();
    let id = format!("{HOME_ACCOUNT}/us-east-1/{DOMAIN}");
    project.import(DOMAIN_ADDRESS, &id).succeeded();
    project.plans_nothing();
}

#[test]
fn ctrl_c_in_an_update_taints_nothing_and_the_next_apply_ends_it() {
    let network = r#"{ cidr = "10.20.0.0/16", availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"] }"#;
    check_update(
        &studio_domain().with("network", network),
        "ec2:CreateSubnet",
    );
}

#[test]
fn an_update_that_was_stopped_in_its_last_call_is_still_to_be_ended() {
    let endpoints = "{ secretsmanager = {}, athena = {} }";
    check_update(
        &studio_domain().with("endpoints", endpoints),
        "ec2:CreateVpcEndpoint",
    );
}
