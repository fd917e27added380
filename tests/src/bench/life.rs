//! A domain's creation and destruction, measured beside the shortest time that its own graph allows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Instant,
};

use serde_json::Value;

use super::{
    effort::{Way, rates, tasks},
    log::Log,
    memory::with_peak,
    path::{CriticalPath, critical_path},
    samples::samples,
};
use crate::rig::{Project, Timed};

const LOG: &str = "provider.log";

/// How long a run took, and how long it takes at least.
#[derive(Debug)]
pub struct Timing {
    /// What the provider took for its request, in seconds.
    pub provider: f64,
    /// What Terraform's whole command took, in seconds: its plan, and the refresh before.
    pub command: f64,
    /// What was made or unmade last, and what that had waited for.
    pub path: CriticalPath,
    /// When the provider began with each part, in seconds after it was asked to.
    pub beginnings: BTreeMap<String, f64>,
    /// Calls that the sandbox got.
    pub calls: usize,
    /// What a call took beyond AWS's share of it, on average, in seconds: the machine's doing.
    pub beyond: f64,
    /// The largest provider's peak memory in KiB.
    pub peak_kib: u64,
}

impl Timing {
    /// How many times the shortest time the provider took.
    pub fn ratio(&self) -> f64 {
        self.provider / self.path.seconds
    }
}

/// The same project, with what the provider logs kept in a file, and with nobody more patient than AWS takes at this
/// scale.
#[must_use]
pub fn observed(project: Project<'_>, scale: f64) -> Project<'_> {
    let log = project.folder().join(LOG);
    project
        .env("TF_LOG_PROVIDER", "debug")
        .env("TF_LOG_PATH", log)
        .env("CLOISTER_TIME_SCALE", scale.to_string())
}

/// Applies or destroys with times drawn for `scale` of AWS's durations, and works out what that takes at least.
///
/// Parts are those of the state that has them all: after making, and before unmaking.
pub fn timed(way: Way, project: &Project<'_>, address: &str, scale: f64) -> Timing {
    let sandbox = project.sandbox();
    let before = sandbox.timed_calls().len();
    let standing = project.state(address);
    let log = project.folder().join(LOG);
    // Of the commands before.
    fs::write(&log, "").expect("the folder can be written to");
    let (command, peak_kib) = go(way, project, scale);
    let parts = standing.or_else(|| project.state(address));
    let parts = parts.expect("the composite is in the state")["parts"].take();
    let calls = sandbox.timed_calls().split_off(before);
    let log = Log::of(fs::read_to_string(&log).expect("Terraform wrote a log"));
    let edges = log.edges(way);
    covers(&edges, &parts);
    let delays: f64 = calls.iter().map(|call| call.delay).sum();
    let tasks = tasks(way, &parts, &edges, &samples(sandbox, &calls));
    Timing {
        provider: log.applied_in(),
        command,
        path: critical_path(&tasks, &rates(scale)),
        beginnings: log.beginnings(),
        calls: calls.len(),
        beyond: (log.calls_took() - delays) / count(&calls),
        peak_kib,
    }
}

/// Runs the command; gives its time in seconds and the peak memory in KiB.
fn go(way: Way, project: &Project<'_>, scale: f64) -> (f64, u64) {
    let arguments = match way {
        Way::Making => ["apply", "-auto-approve"],
        Way::Unmaking => ["destroy", "-auto-approve"],
    };
    let sandbox = project.sandbox();
    sandbox.latency(scale);
    let begun = Instant::now();
    let (outcome, peak_kib) = with_peak(project.start(&arguments), &project.folder());
    let command = begun.elapsed().as_secs_f64();
    sandbox.latency(0.0);
    outcome.succeeded();
    (command, peak_kib)
}

fn count(calls: &[Timed]) -> f64 {
    f64::from(u32::try_from(calls.len()).expect("a run makes few calls"))
}

/// A graph that lacks a part would have too short a path.
fn covers(edges: &BTreeMap<String, BTreeSet<String>>, parts: &Value) {
    let parts = parts.as_object().expect("parts are a map").keys();
    let missing: Vec<_> = parts
        .filter(|key| *key != "anchor" && !edges.contains_key(*key))
        .collect();
    assert!(missing.is_empty(), "the log's graph lacks {missing:?}");
}
