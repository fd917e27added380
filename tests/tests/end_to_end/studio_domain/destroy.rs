//! The end of a domain in which people worked.

use std::collections::BTreeSet;

use cloister_tests::rig::{DOMAIN_ADDRESS, Sandbox, filtered, studio_domain};
use serde_json::json;

use super::fixture::{Standing, census};
use crate::resume::{PROVIDER, kill_during};

/// Work: a space and a profile that nobody told Terraform of, and apps that run in both.
fn work(sandbox: &Sandbox, it: &Standing<'_>) {
    sandbox.quotas(&json!({"sagemaker:user-profile": 3}));
    it.on_domain("create_user_profile", json!({"UserProfileName": "carol"}));
    it.on_domain(
        "create_space",
        json!({
            "SpaceName": "work",
            "OwnershipSettings": {"OwnerUserProfileName": "alice"},
            "SpaceSharingSettings": {"SharingType": "Private"},
            "SpaceSettings": {"AppType": "JupyterLab"},
        }),
    );
    for app in [
        json!({"SpaceName": "work", "AppType": "JupyterLab", "AppName": "default"}),
        json!({"UserProfileName": "alice", "AppType": "KernelGateway", "AppName": "kernel"}),
        json!({"UserProfileName": "carol", "AppType": "JupyterServer", "AppName": "default"}),
    ] {
        it.on_domain("create_app", app);
    }
    let apps = it.aws.call("sagemaker", "list_apps", &json!({}));
    let running = apps["Apps"].as_array().into_iter().flatten();
    let running = running.filter(|app| app["Status"] == "InService");
    assert_eq!(running.count(), 3, "{apps}");
}

/// What the account holds that it did not hold before, without ids.
fn left(before: &BTreeSet<String>, sandbox: &Sandbox) -> Vec<String> {
    let after = census(sandbox);
    assert!(after.is_superset(before), "{after:?} of {before:?}");
    let kind = |object: &String| {
        let (kind, _) = object.split_once(' ').expect("a kind and an id");
        kind.to_owned()
    };
    after.difference(before).map(kind).collect()
}

#[test]
fn what_people_left_running_goes_with_the_domain() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    work(&sandbox, &standing);
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}

#[test]
fn kept_homes_are_a_file_system_and_its_key_and_nothing_else() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let config = studio_domain().with("home_efs", r#""retain""#);
    let standing = Standing::of(&sandbox, &config);
    work(&sandbox, &standing);
    standing.project.destroy().succeeded();
    // Each user's way into the file system is a part of it.
    let homes = [
        "efs:access-point",
        "efs:access-point",
        "efs:access-point",
        "efs:file-system",
        "kms:key",
    ];
    assert_eq!(left(&before, &sandbox), homes);
    let kept = census(&sandbox);
    for id in [standing.attribute("home_efs_id"), standing.id("keys/home")] {
        assert!(kept.iter().any(|object| object.ends_with(id)), "{id}");
    }

    standing.want(&studio_domain());
    standing.project.apply().succeeded();
    standing.project.plans_nothing();
    let next = standing.project.state(DOMAIN_ADDRESS);
    let next = next.expect("the domain is in the state");
    assert_ne!(next["home_efs_id"], standing.state["home_efs_id"]);
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), kept);
}

#[test]
fn kept_logs_are_taken_over_by_the_next_domain_of_the_name() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let config = studio_domain().with("logs", r#""retain""#);
    let standing = Standing::of(&sandbox, &config);
    for _ in 0..2 {
        standing.project.destroy().succeeded();
        assert_eq!(left(&before, &sandbox), ["logs:log-group"]);
        standing.project.apply().succeeded();
        standing.project.plans_nothing();
    }
    standing.want(&studio_domain());
    standing.project.apply().succeeded();
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}

#[test]
fn a_destroy_that_is_killed_goes_on_where_it_stopped() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let mut standing = Standing::of(&sandbox, &studio_domain());
    standing.project.write("provider.tf", PROVIDER);
    for operation in [
        "sagemaker:DeleteApp",
        "sagemaker:DeleteDomain",
        "ec2:DeleteVpcEndpoints",
        "ec2:DeleteSubnet",
        "ec2:DeleteVpc",
    ] {
        standing.project.apply().succeeded();
        standing.look();
        work(&sandbox, &standing);
        kill_during(&sandbox, &standing.project, operation, "destroy");
        standing.project.destroy().succeeded();
        assert_eq!(census(&sandbox), before, "{operation}");
    }
}

#[test]
fn a_destroy_that_fails_half_way_is_finished_by_the_next() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let refusal = json!([{"operation": "ec2:DeleteSubnet", "fault": "error", "count": 0}]);
    sandbox.faults(&refusal);
    let failed = standing.project.destroy();
    failed.failed();
    let state = standing.project.state(DOMAIN_ADDRESS);
    let parts = state.map(|state| state["parts"].clone());
    let parts = parts.expect("what is left is in the state");
    let is_left = |part: &str| !parts[part]["id"].is_null();
    assert!(!is_left("domain"), "{parts}");
    assert!(is_left("network/us-east-1a/studio"), "{parts}");
    assert!(is_left("network/vpc"), "{parts}");
    sandbox.faults(&json!([]));
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}

#[test]
fn what_is_in_the_way_of_a_destroy_is_named() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let made = standing.aws.call(
        "ec2",
        "create_network_interface",
        &json!({"SubnetId": standing.id("network/us-east-1a/studio"), "Description": "somebody's database"}),
    );
    let made = &made["NetworkInterface"];
    let text = |name: &str| made[name].as_str().expect("an id is a text");
    standing.want(&studio_domain().block("timeouts", r#"delete = "4s""#));
    standing.project.apply().succeeded();
    let stopped = standing.project.destroy();
    stopped.failed();
    let told = stopped
        .diagnostics()
        .replace(text("SubnetId"), "[SUBNET]")
        .replace(text("NetworkInterfaceId"), "[INTERFACE]")
        .replace(text("RequesterId"), "[PRINCIPAL]");
    filtered(|| insta::assert_snapshot!("in_the_way", told));
    let interface = json!({"NetworkInterfaceId": text("NetworkInterfaceId")});
    standing
        .aws
        .call("ec2", "delete_network_interface", &interface);
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}
