//! Accounts and folders just before a command, and what the command does when nothing disturbs it.

use std::{collections::BTreeMap, panic::resume_unwind, thread};

use serde_json::json;

use super::{
    account::Left,
    point::CallName,
    scenario::{Command, PROVIDER, SCENARIOS, Scenario},
};
use crate::rig::{Project, Sandbox};

/// The accounts that stages begin in: an empty one, and one for each composite that stands.
#[derive(Debug)]
pub struct Places {
    empty: Sandbox,
    made: BTreeMap<&'static str, Sandbox>,
}

/// A command that is about to run.
#[derive(Debug)]
pub struct Stage<'a> {
    /// Which command.
    pub scenario: Scenario,
    /// The calls that it makes every time.
    pub calls: Vec<CallName>,
    pub(super) sandbox: &'a Sandbox,
    pub(super) project: Project<'a>,
    pub(super) expected: Left,
}

impl Places {
    /// Starts the sandboxes.
    pub fn start() -> Self {
        let empty = Sandbox::start();
        // The plan of an update counts who is there, and cannot know that some will go.
        empty.quotas(&json!({"sagemaker:user-profile": 8, "sagemaker:space": 8}));
        let made = SCENARIOS.map(|scenario| scenario.composite);
        let made = made.map(|composite| (composite, empty.fork())).into();
        Self { empty, made }
    }
}

/// The stages of these scenarios. Each is run twice, since some calls are made as often as it takes.
pub fn stages<'a>(places: &'a Places, scenarios: &[Scenario]) -> Vec<Stage<'a>> {
    let mut made: BTreeMap<&str, Project<'a>> = BTreeMap::new();
    let mut stages = Vec::new();
    for scenario in scenarios {
        let stage = match scenario.command {
            Command::Create => staged(*scenario, &places.empty, project(scenario, &places.empty)),
            Command::Update | Command::Destroy => {
                let sandbox = &places.made[scenario.composite];
                let standing = made.entry(scenario.composite).or_insert_with(|| {
                    let project = project(scenario, sandbox);
                    project.apply().succeeded();
                    project
                });
                let folder = standing.copied(sandbox);
                if scenario.command == Command::Update {
                    folder.write("main.tf", (scenario.changed)().to_string());
                }
                staged(*scenario, sandbox, folder)
            }
        };
        stages.push(stage);
    }
    stages
}

fn project<'a>(scenario: &Scenario, sandbox: &'a Sandbox) -> Project<'a> {
    sandbox
        .project()
        .file("provider.tf", PROVIDER)
        .file("main.tf", (scenario.config)().to_string())
}

fn staged<'a>(scenario: Scenario, sandbox: &'a Sandbox, project: Project<'a>) -> Stage<'a> {
    let run = || run(&scenario, sandbox, &project);
    let [(first, left), (second, again)] = thread::scope(|scope| {
        let runs = [(); 2].map(|()| scope.spawn(run));
        runs.map(|run| {
            run.join()
                .unwrap_or_else(|panicked| resume_unwind(panicked))
        })
    });
    let differences = again.differences(&left);
    assert!(
        differences.are_none(),
        "two undisturbed runs of {scenario} differ: {}",
        differences.told()
    );
    Stage {
        scenario,
        calls: named(&first, &second),
        sandbox,
        project,
        expected: left,
    }
}

/// Runs a command on a fork: the calls by operation, and what is left.
fn run(
    scenario: &Scenario,
    sandbox: &Sandbox,
    project: &Project<'_>,
) -> (BTreeMap<String, usize>, Left) {
    let sandbox = sandbox.fork();
    let project = project.copied(&sandbox);
    let before = sandbox.calls().len();
    project.terraform(&scenario.arguments()).succeeded();
    let mut calls = BTreeMap::new();
    for call in &sandbox.calls()[before..] {
        *calls.entry(call.action.clone()).or_default() += 1;
    }
    let left = Left::of(&sandbox, &project);
    if scenario.command != Command::Destroy {
        project.plans_nothing();
    }
    (calls, left)
}

/// Each call that both runs made.
fn named(first: &BTreeMap<String, usize>, second: &BTreeMap<String, usize>) -> Vec<CallName> {
    let both = first.iter().filter_map(|(operation, count)| {
        let count = second.get(operation)?.min(count);
        Some((1..=*count).map(|occurrence| CallName {
            operation: operation.clone(),
            occurrence,
        }))
    });
    both.flatten().collect()
}
