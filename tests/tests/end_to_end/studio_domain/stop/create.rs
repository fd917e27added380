//! A create that is told to stop: everything made is kept, and the next apply goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use cloister_tests::rig::{
    DOMAIN, DOMAIN_ADDRESS, Project, Running, Sandbox, kill, providers_in, studio_domain,
    terminate, wait_until,
};
use serde_json::{Value, json};

use super::{
    super::fixture::{Standing, census, count, creates, go_on},
    PATIENCE, ctrl_c, ended_soon, stop_during,
};

/// An account that has had a domain, a folder to make another in, and what both came to.
struct Stage<'a> {
    sandbox: &'a Sandbox,
    project: Project<'a>,
    empty: BTreeSet<String>,
    whole: BTreeMap<String, usize>,
}

impl<'a> Stage<'a> {
    fn of(sandbox: &'a Sandbox) -> Self {
        let empty = census(sandbox);
        let standing = Standing::of(sandbox, &studio_domain());
        let whole = count(sandbox);
        let project = standing.project;
        project.destroy().succeeded();
        Self {
            sandbox,
            project,
            empty,
            whole,
        }
    }

    /// Stops a create while an operation is in flight; returns the run, and the number of calls before it.
    fn stop_during(
        &self,
        operation: &str,
        stop: impl Fn(&Project<'_>, &Running),
    ) -> (Running, usize) {
        let from = self.sandbox.calls().len();
        let running = stop_during(&self.project, "apply", operation, stop);
        (running, from)
    }

    /// Applies once more and finds what an undisturbed create makes; then everything goes.
    fn goes_on(&self) {
        go_on(&self.project);
        assert_eq!(count(self.sandbox), self.whole);
        self.project.destroy().succeeded();
        assert_eq!(census(self.sandbox), self.empty);
    }
}

/// How many parts of each kind have an id in the state.
fn in_state(project: &Project<'_>) -> BTreeMap<String, usize> {
    let state = project
        .state(DOMAIN_ADDRESS)
        .expect("what was made is in the state");
    assert_eq!(state["status"], "INCOMPLETE");
    let mut found = BTreeMap::new();
    let parts = state["parts"]
        .as_object()
        .expect("parts are a map")
        .values();
    for part in parts.filter(|part| part["id"].is_string()) {
        *found.entry(text(&part["kind"])).or_default() += 1;
    }
    found
}

/// The kind of part that an operation makes.
fn kind_made_by(operation: &str) -> &'static str {
    match operation {
        "ec2:CreateFlowLogs" => "ec2:flow-log",
        "ec2:CreateRouteTable" => "ec2:route-table",
        "ec2:CreateSecurityGroup" => "ec2:security-group",
        "ec2:CreateSubnet" => "ec2:subnet",
        "ec2:CreateVpc" => "ec2:vpc",
        "ec2:CreateVpcEndpoint" => "ec2:vpc-endpoint",
        "iam:CreatePolicy" => "iam:policy",
        "iam:CreateRole" => "iam:role",
        "kms:CreateAlias" => "kms:alias",
        "kms:CreateKey" => "kms:key",
        "logs:CreateLogGroup" => "logs:log-group",
        "sagemaker:CreateDomain" => "sagemaker:domain",
        "sagemaker:CreateUserProfile" => "sagemaker:user-profile",
        other => panic!("`{other}` makes a kind of part that this test does not know"),
    }
}

/// Panics unless each object that was made since call number `from` is in the state.
#[track_caller]
fn state_is_complete(stage: &Stage<'_>, from: usize) {
    let made = creates(stage.sandbox, from);
    assert!(!made.is_empty());
    let in_state = in_state(&stage.project);
    for (operation, count) in made {
        let kind = kind_made_by(&operation);
        assert_eq!(
            in_state.get(kind),
            Some(&count),
            "{operation}: {in_state:?}"
        );
    }
}

fn check(operations: &[&str], stop: impl Fn(&Project<'_>, &Running)) {
    let sandbox = Sandbox::start();
    let stage = Stage::of(&sandbox);
    for operation in operations {
        let (running, from) = stage.stop_during(operation, &stop);
        ended_soon(running).failed();
        state_is_complete(&stage, from);
        stage.goes_on();
    }
}

#[test]
fn ctrl_c_ends_a_create_soon_and_loses_nothing() {
    let operations = [
        "kms:CreateKey",
        "ec2:CreateVpcEndpoint",
        "sagemaker:CreateDomain",
    ];
    check(&operations, ctrl_c);
}

#[test]
fn a_terminated_terraform_ends_a_create_soon_and_loses_nothing() {
    check(&["ec2:CreateVpcEndpoint"], |_, running| {
        terminate(running.pid());
    });
}

#[test]
fn a_terminated_provider_ends_a_create_soon_and_loses_nothing() {
    check(&["ec2:CreateVpcEndpoint"], |project, _| {
        providers_in(&project.folder())
            .into_iter()
            .for_each(terminate);
    });
}

#[test]
fn when_terraform_alone_is_killed_the_provider_ends_in_order_and_the_next_apply_need_not_wait() {
    let sandbox = Sandbox::start();
    let stage = Stage::of(&sandbox);
    let (running, _) = stage.stop_during("ec2:CreateVpcEndpoint", |_, running| kill(running.pid()));
    let since = Instant::now();
    running.outcome().failed();
    wait_until("the provider ends", || {
        providers_in(&stage.project.folder())
            .is_empty()
            .then_some(())
    });
    assert!(since.elapsed() < PATIENCE, "{:?}", since.elapsed());

    assert_eq!(
        stage.project.state(DOMAIN_ADDRESS),
        None,
        "nobody was there to write it"
    );
    let anchor = anchor(&sandbox);
    assert_eq!(
        json!([anchor["status"], anchor["holder"], anchor["lease_until"]]),
        json!(["creating", null, null])
    );
    stage.goes_on();
}

fn anchor(sandbox: &Sandbox) -> Value {
    let name = json!({"Name": format!("/cloister/secure_studio_domain/{DOMAIN}")});
    let answer = sandbox.aws().call("ssm", "get_parameter", &name);
    serde_json::from_str(&text(&answer["Parameter"]["Value"])).expect("an anchor is JSON")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
