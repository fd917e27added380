//! `cloister permissions`: with the policies that it prints, and nothing else, plans plan and applies apply.

use cloister_tests::rig::{Project, Resource, Sandbox, locked_bucket, studio_domain};
use serde_json::{Value, json};

const PLANNER: &str = "Planner";
const APPLIER: &str = "Applier";

fn arn(role: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{role}")
}

/// What a plan of the project needs, as policies for a role.
#[track_caller]
fn policies(project: &Project<'_>, role: &str) -> Vec<Value> {
    let shown = project.terraform(&["show", "-json", "saved.tfplan"]);
    project.write("plan.json", &shown.succeeded().stdout);
    let printed = project.cloister(&["permissions", "plan.json", "--role", role]);
    serde_json::from_str(&printed.succeeded().stdout).expect("a list of policy documents")
}

/// Makes a role that may do what `policies` say and nothing else.
fn make_role(sandbox: &Sandbox, name: &str, policies: &[Value]) {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole",
    }});
    let iam =
        |operation: &str, parameters: Value| sandbox.aws().call("iam", operation, &parameters);
    iam(
        "create_role",
        json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}),
    );
    for (number, document) in policies.iter().enumerate() {
        let policy = json!({
            "PolicyName": format!("{name}-{number}"),
            "PolicyDocument": document.to_string(),
        });
        let made = iam("create_policy", policy);
        let arn = &made["Policy"]["Arn"];
        iam(
            "attach_role_policy",
            json!({"RoleName": name, "PolicyArn": arn}),
        );
    }
}

/// Lets the project's runs be those of a role.
fn act_as(sandbox: &Sandbox, project: &Project<'_>, role: &str) {
    let session = sandbox.session(&arn(role));
    let key = |name: &str| {
        session[name]
            .as_str()
            .expect("a session has keys")
            .to_owned()
    };
    let block = format!(
        "provider \"cloister\" {{\n  access_key = {:?}\n  secret_key = {:?}\n  token      = {:?}\n}}\n",
        key("access_key_id"),
        key("secret_access_key"),
        key("session_token"),
    );
    project.write("provider.tf", block);
}

fn check(config: &Resource) {
    let sandbox = Sandbox::start();
    let administrators = format!("[var.administrator_arn, {:?}]", arn(APPLIER));
    let config = config.clone().with("administrators", administrators);
    let project = sandbox.project().file("main.tf", config.to_string());
    project.saved_plan();
    let (plan, apply) = (policies(&project, "plan"), policies(&project, "apply"));
    make_role(&sandbox, PLANNER, &plan);
    make_role(&sandbox, APPLIER, &apply);
    let before = sandbox.census();

    act_as(&sandbox, &project, PLANNER);
    project.plan().succeeded();
    assert_eq!(sandbox.census(), before, "who plans changes nothing");
    project.apply().failed();
    assert_eq!(sandbox.census(), before, "who plans may not apply");

    act_as(&sandbox, &project, APPLIER);
    project.apply().succeeded();
    act_as(&sandbox, &project, PLANNER);
    project.plans_nothing();
    act_as(&sandbox, &project, APPLIER);
    project.destroy().succeeded();
    let refused: Vec<_> = sandbox
        .calls()
        .into_iter()
        .filter(|call| {
            call.error
                .as_deref()
                .is_some_and(|code| code.contains("Denied"))
        })
        .map(|call| call.operation)
        .collect();
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn a_bucket_is_made_and_destroyed_with_what_is_printed() {
    check(&locked_bucket());
}

#[test]
fn a_domain_behind_a_firewall_is_made_and_destroyed_with_what_is_printed() {
    check(&studio_domain().behind_firewall());
}

#[test]
fn what_is_no_plan_is_refused_with_the_way_out() {
    let sandbox = Sandbox::start();
    let project = sandbox.project().file("notes.json", "{\"a\": 1}");
    let refused = project.cloister(&["permissions", "notes.json"]);
    assert_eq!(refused.code, 2);
    insta::assert_snapshot!(refused.stderr.trim_end(), @"
    error: `notes.json` is neither what `terraform show -json` prints nor a state file
    hint: run `terraform show -json PLAN > FILE` and give that file
    ");
}
