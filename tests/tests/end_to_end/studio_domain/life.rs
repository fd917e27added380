//! From nothing to a domain that people work in, and back to nothing.

use cloister_tests::rig::{Sandbox, studio_domain};
use serde_json::json;

use super::fixture::{Standing, census, count, go_on};
use crate::resume::{PROVIDER, kill_during};

#[test]
fn a_domain_is_made_and_destroyed_without_a_trace() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let domain = standing.on_domain("describe_domain", json!({}));
    assert_eq!(
        json!([
            domain["Status"],
            domain["VpcId"],
            domain["HomeEfsFileSystemId"]
        ]),
        json!([
            "InService",
            standing.id("network/vpc"),
            standing.attribute("home_efs_id")
        ])
    );
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}

#[test]
fn a_create_that_is_killed_goes_on_without_a_twin() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let whole = count(&sandbox);
    let project = &standing.project;
    project.destroy().succeeded();
    project.write("provider.tf", PROVIDER);
    for operation in [
        "ec2:CreateVpc",
        "kms:CreateKey",
        "ec2:CreateVpcEndpoint",
        "sagemaker:CreateDomain",
        "sagemaker:CreateUserProfile",
    ] {
        kill_during(&sandbox, project, operation, "apply");
        go_on(project);
        assert_eq!(count(&sandbox), whole, "{operation}");
        project.destroy().succeeded();
        assert_eq!(census(&sandbox), before, "{operation}");
    }
}

#[test]
fn answers_that_are_lost_make_no_twins() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let whole = count(&sandbox);
    let project = &standing.project;
    project.destroy().succeeded();
    let lost = [
        "ec2:CreateVpc",
        "ec2:CreateSubnet",
        "ec2:CreateSecurityGroup",
        "ec2:CreateVpcEndpoint",
        "ec2:CreateFlowLogs",
        "iam:CreateRole",
        "kms:CreateKey",
        "logs:CreateLogGroup",
        "sagemaker:CreateDomain",
        "sagemaker:CreateUserProfile",
    ];
    let rule = |operation| json!({"operation": operation, "fault": "lost"});
    sandbox.faults(&lost.map(rule).to_vec().into());
    project.apply().succeeded();
    assert_eq!(sandbox.fired(), [1; 10]);
    project.plans_nothing();
    assert_eq!(count(&sandbox), whole);
    project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}
