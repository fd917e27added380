//! Hits one call, runs the same command again, and compares.

use super::{
    account::Left,
    fault::Victim,
    point::Point,
    scenario::{Command, Scenario},
    stage::Stage,
};
use crate::rig::{Outcome, Project, Running, Sandbox, kill, providers_in, wait_until};

/// How a point came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The command itself made up for it.
    Survived,
    /// The same command again did.
    Resumed,
    /// It was complete, and could be imported as the refusal says.
    Imported,
    /// The call was not made this time.
    NotMet,
    /// Something is wrong.
    Failed,
}

/// What was found at a point.
#[derive(Debug, Clone)]
pub struct Finding {
    /// How it came out.
    pub verdict: Verdict,
    /// Objects that should not be there.
    pub orphans: usize,
    /// Objects that are there twice.
    pub twins: usize,
    /// What is wrong.
    pub told: String,
}

impl Finding {
    pub(super) fn of(verdict: Verdict, told: String) -> Self {
        Self {
            verdict,
            orphans: 0,
            twins: 0,
            told,
        }
    }
}

/// Takes one point. Panics where Terraform or a wait does not do as it should.
pub(super) fn strike(stage: &Stage<'_>, point: &Point) -> Finding {
    let sandbox = stage.sandbox.fork();
    let project = stage.project.copied(&sandbox);
    sandbox.faults(&serde_json::json!([point.rule()]));
    let first = hit(&sandbox, &project, point);
    if sandbox.fired() == [0] {
        return Finding::of(Verdict::NotMet, first.told());
    }
    sandbox.faults(&serde_json::json!([]));
    let verdict = converge(&project, &point.scenario, &first);
    let left = Left::of(&sandbox, &project);
    if point.scenario.command != Command::Destroy {
        project.plans_nothing();
    }
    judge(stage, &left, verdict)
}

fn judge(stage: &Stage<'_>, left: &Left, verdict: Verdict) -> Finding {
    let differences = left.differences(&stage.expected);
    if differences.are_none() {
        return Finding::of(verdict, String::new());
    }
    Finding {
        verdict: Verdict::Failed,
        orphans: differences.orphans.len(),
        twins: differences.twins.len(),
        told: differences.told(),
    }
}

/// Runs the command with the fault in its way.
fn hit(sandbox: &Sandbox, project: &Project<'_>, point: &Point) -> Outcome {
    let running = project.start(&point.scenario.arguments());
    let Some(victim) = point.fault.victim() else {
        return running.outcome();
    };
    wait_until("the call is made", || {
        (running.has_ended() || !sandbox.held().is_empty()).then_some(())
    });
    if running.has_ended() {
        return running.outcome();
    }
    match victim {
        Victim::Provider => kill_provider(project, running),
        Victim::Terraform => kill_terraform(sandbox, project, running),
    }
}

/// The held call ends with its client.
fn kill_provider(project: &Project<'_>, running: Running) -> Outcome {
    let providers = providers_in(&project.folder());
    assert!(!providers.is_empty(), "a call without a provider");
    providers.into_iter().for_each(kill);
    let outcome = running.outcome();
    outcome.failed();
    outcome
}

/// The provider has to notice, and to end by itself.
fn kill_terraform(sandbox: &Sandbox, project: &Project<'_>, running: Running) -> Outcome {
    kill(running.pid());
    sandbox.release();
    let outcome = running.outcome();
    wait_until("the provider ends after the death of terraform", || {
        providers_in(&project.folder()).is_empty().then_some(())
    });
    outcome
}

/// Does what a user does after a failure, and what the diagnostics advise.
fn converge(project: &Project<'_>, scenario: &Scenario, first: &Outcome) -> Verdict {
    if first.code == 0 {
        return Verdict::Survived;
    }
    if is_tainted(project) {
        project
            .terraform(&["untaint", scenario.address])
            .succeeded();
    }
    let again = project.terraform(&scenario.arguments());
    if again.code != 0
        && scenario.command == Command::Create
        && let Some(id) = import_id(&again.diagnostics())
    {
        project.import(scenario.address, &id).succeeded();
        return Verdict::Imported;
    }
    assert!(
        again.code == 0,
        "the second run failed: {}\n{}\nThe first run:\n{}",
        cause(&again),
        again.told(),
        first.told()
    );
    Verdict::Resumed
}

/// What a run failed of, in one line.
fn cause(outcome: &Outcome) -> String {
    let told = outcome.diagnostics();
    let lines = told
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with("Error:"));
    lines.take(8).collect::<Vec<_>>().join(" ")
}

fn is_tainted(project: &Project<'_>) -> bool {
    let state = project.text("terraform.tfstate").unwrap_or_default();
    state.contains(r#""status": "tainted""#)
}

/// The id in the refusal of a composite that exists and is complete.
fn import_id(diagnostics: &str) -> Option<String> {
    let (_, advice) = diagnostics.split_once("terraform import ADDRESS ")?;
    advice.split_whitespace().next().map(str::to_owned)
}
