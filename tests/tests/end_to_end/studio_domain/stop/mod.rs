//! A run that is told to stop: calls in flight end, nothing that was made is forgotten, and the next run goes on.

mod change;
mod create;

use std::time::{Duration, Instant};

use cloister_tests::rig::{Outcome, Project, Running, interrupt, providers_in, wait_until};
use serde_json::json;

/// How long a run may go on once the calls in flight have ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Starts a command and stops it while an operation is in flight; returns when that call has ended.
fn stop_during(
    project: &Project<'_>,
    command: &str,
    operation: &str,
    stop: impl Fn(&Project<'_>, &Running),
) -> Running {
    let sandbox = project.sandbox();
    let from = sandbox.calls().len();
    sandbox.faults(&json!([{"operation": operation, "fault": "latency", "seconds": 3}]));
    let running = project.start(&[command, "-auto-approve"]);
    sandbox.await_fault();
    stop(project, &running);
    wait_until("the call in flight ends", || {
        let calls = sandbox.calls().split_off(from);
        calls
            .iter()
            .any(|call| call.faulted.is_some())
            .then_some(())
    });
    running
}

/// What Ctrl-C in a terminal does: terraform and its providers are all in the foreground.
fn ctrl_c(project: &Project<'_>, running: &Running) {
    let mut foreground = providers_in(&project.folder());
    foreground.push(running.pid());
    interrupt(&foreground);
}

/// Waits for the end of a run that was told to stop, which comes soon.
#[track_caller]
fn ended_soon(running: Running) -> Outcome {
    let since = Instant::now();
    let outcome = running.outcome();
    let took = since.elapsed();
    assert!(took < PATIENCE, "{took:?}: {}", outcome.told());
    outcome
}
