//! What only AWS can refuse: the error says what stands and what to do, and the next apply goes on.

use cloister_tests::rig::{ADMINISTRATOR, Aws, DOMAIN_ADDRESS, Sandbox, filtered, studio_domain};
use serde_json::{Value, json};

use super::told;

/// Takes actions from the administrator who runs Terraform.
fn deny(aws: &Aws<'_>, actions: &str) {
    let statement = json!({"Effect": "Deny", "Action": actions, "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    change_administrator(
        aws,
        "put_role_policy",
        json!({"PolicyDocument": policy.to_string()}),
    );
}

/// Gives them back.
fn forgive(aws: &Aws<'_>) {
    change_administrator(aws, "delete_role_policy", json!({}));
}

fn change_administrator(aws: &Aws<'_>, operation: &str, mut parameters: Value) {
    let (_, role) = ADMINISTRATOR
        .rsplit_once('/')
        .expect("a role's ARN ends with its name");
    parameters["RoleName"] = json!(role);
    parameters["PolicyName"] = json!("less");
    aws.call("iam", operation, &parameters);
}

/// A plan that may not read quotas does not foresee that they are used up.
#[test]
fn a_quota_that_is_used_up_is_named() {
    let sandbox = Sandbox::start();
    deny(&sandbox.aws(), "servicequotas:*");
    sandbox.quotas(&json!({"sagemaker:domain": 0}));
    let config = studio_domain().with("profiles", r#"{ alice = { persona = "mlops" } }"#);
    let project = sandbox.project().file("main.tf", config.to_string());
    let mut report = told("no domain more", &project.apply());
    sandbox.quotas(&json!({"sagemaker:domain": 1, "sagemaker:user-profile": 0}));
    report += &told("no profile more", &project.apply());
    filtered(|| insta::assert_snapshot!("quota", report));
    sandbox.quotas(&json!({"sagemaker:user-profile": 1}));
    project.apply().succeeded();
    project.plans_nothing();
}

#[test]
fn a_permission_that_is_missing_is_named() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws();
    deny(&aws, "sagemaker:CreateDomain");
    let project = sandbox
        .project()
        .file("main.tf", studio_domain().to_string());
    let report = told("no permission to make domains", &project.apply());
    filtered(|| insta::assert_snapshot!("permission", report));
    forgive(&aws);
    project.apply().succeeded();
    project.plans_nothing();
}

#[test]
fn a_domain_that_fails_is_told_with_its_reason() {
    let sandbox = Sandbox::start();
    let groups = json!({"Filters": [{"Name": "vpc-id", "Values": [sandbox.seeded("vpc_id")]}]});
    let answer = sandbox
        .aws()
        .call("ec2", "describe_security_groups", &groups);
    let group = answer["SecurityGroups"][0]["GroupId"]
        .as_str()
        .expect("a group has an id");
    let elsewhere = studio_domain().with("security_group_ids", format!("[{group:?}]"));
    let project = sandbox.project().file("main.tf", elsewhere.to_string());
    let report = told("a group of another VPC", &project.apply());
    filtered(|| insta::assert_snapshot!("failed", report));
    project.write("main.tf", studio_domain().to_string());
    project.apply().succeeded();
    project.plans_nothing();
}

/// SageMaker now and then says that a key that nobody named does not exist; the next try succeeds.
#[test]
fn a_domain_that_fails_by_no_fault_of_the_user_is_made_again() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("main.tf", studio_domain().to_string());
    let rule = json!({"operation": "sagemaker:CreateDomain", "fault": "fail", "count": 0});
    sandbox.faults(&json!([rule]));
    let report = told("every time", &project.apply());
    filtered(|| insta::assert_snapshot!("own_fault", report));
    sandbox.faults(&json!([{"operation": "sagemaker:CreateDomain", "fault": "fail"}]));
    project.apply().succeeded();
    project.plans_nothing();
    assert_eq!(sandbox.fired(), [1]);
    let state = project.state(DOMAIN_ADDRESS);
    let state = state.expect("the domain is in the state");
    let standing = sandbox.aws().call("sagemaker", "list_domains", &json!({}));
    let ids: Vec<_> = standing["Domains"]
        .as_array()
        .expect("domains are a list")
        .iter()
        .map(|domain| &domain["DomainId"])
        .collect();
    assert_eq!(ids, [&state["domain_id"]]);
}

/// A volume never shrinks, so that config has to follow.
#[test]
fn a_volume_that_somebody_let_grow_is_told() {
    let sandbox = Sandbox::start();
    let sized = |gb: u32| {
        let space = format!("spaces = {{ notebook = {{ volume_gb = {gb} }} }}");
        let profiles = format!(r#"{{ alice = {{ persona = "mlops", {space} }} }}"#);
        studio_domain().with("profiles", profiles).to_string()
    };
    let project = sandbox.project().file("main.tf", sized(10));
    project.apply().succeeded();
    let state = project.state(DOMAIN_ADDRESS);
    let domain_id = &state.expect("the domain is in the state")["domain_id"];
    let storage = json!({"EbsStorageSettings": {"EbsVolumeSizeInGb": 20}});
    let grown = json!({
        "DomainId": domain_id, "SpaceName": "notebook", "SpaceSettings": {"SpaceStorageSettings": storage},
    });
    sandbox.aws().call("sagemaker", "update_space", &grown);
    let report = told("a volume of 20 GB", &project.apply());
    filtered(|| insta::assert_snapshot!("volume", report));
    project.write("main.tf", sized(20));
    project.apply().succeeded();
    project.plans_nothing();
}
