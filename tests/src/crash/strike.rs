//! Hits one call, runs the same command again, and compares.

use std::time::{Duration, Instant};

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
    /// How long the provider went on after the death of `terraform`, where that was the fault.
    pub went_on: Option<Duration>,
    /// What is wrong, or what the first run said where the same command again made up for it.
    pub told: String,
}

impl Finding {
    pub(super) fn of(verdict: Verdict, told: String) -> Self {
        Self {
            verdict,
            orphans: 0,
            twins: 0,
            went_on: None,
            told,
        }
    }
}

/// Takes one point. Panics where Terraform or a wait does not do as it should.
pub(super) fn strike(stage: &Stage<'_>, point: &Point) -> Finding {
    let sandbox = stage.sandbox.fork();
    let project = stage.project.copied(&sandbox);
    sandbox.faults(&serde_json::json!([point.rule()]));
    let (first, went_on) = hit(&sandbox, &project, point);
    if sandbox.fired() == [0] {
        return Finding::of(Verdict::NotMet, first.told());
    }
    sandbox.faults(&serde_json::json!([]));
    let verdict = converge(&project, &point.scenario, &first);
    let left = Left::of(&sandbox, &project);
    if point.scenario.command != Command::Destroy {
        project.plans_nothing();
    }
    let differences = left.differences(&stage.expected);
    if differences.are_none() {
        let said = Finding::of(verdict, cause(&first));
        return Finding { went_on, ..said };
    }
    Finding {
        verdict: Verdict::Failed,
        orphans: differences.orphans.len(),
        twins: differences.twins.len(),
        went_on,
        told: differences.told(),
    }
}

/// Runs the command with the fault in its way.
fn hit(sandbox: &Sandbox, project: &Project<'_>, point: &Point) -> (Outcome, Option<Duration>) {
    let running = project.start(&point.scenario.arguments());
    let Some(victim) = point.fault.victim() else {
        return (running.outcome(), None);
    };
    wait_until("the call is made", || {
        (running.has_ended() || !sandbox.held().is_empty()).then_some(())
    });
    if running.has_ended() {
        return (running.outcome(), None);
    }
    match victim {
        Victim::Provider => (kill_provider(project, running), None),
        Victim::Terraform => {
            let (outcome, went_on) = kill_terraform(sandbox, project, running);
            (outcome, Some(went_on))
        }
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
fn kill_terraform(
    sandbox: &Sandbox,
    project: &Project<'_>,
    running: Running,
) -> (Outcome, Duration) {
    let killed = Instant::now();
    kill(running.pid());
    sandbox.release();
    let outcome = running.outcome();
    wait_until("the provider ends after the death of terraform", || {
        providers_in(&project.folder()).is_empty().then_some(())
    });
    (outcome, killed.elapsed())
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
