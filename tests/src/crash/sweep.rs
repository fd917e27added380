//! Takes many points at the same time.

use std::{
    any::Any,
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::Mutex,
    thread,
    time::Instant,
};

use super::{
    choice::choose,
    fault::Fault,
    journal::{Journal, fingerprint},
    options::Options,
    point::{CallName, Point},
    report::Report,
    scenario::{SCENARIOS, Scenario},
    stage::{Places, Stage, stages},
    strike::{Finding, Verdict, strike},
};

/// A call that was not made, since how calls interleave differs, may be made the next time.
const TRIES: usize = 3;

/// The name of the threads in which a panic is a point's failure.
pub const WORKER: &str = "points";

/// Takes the points that the options ask for, and says how it goes on standard error.
pub fn sweep(options: &Options) -> Report {
    if options.fresh {
        Journal::forget(&options.folder);
    }
    let begun = Instant::now();
    let journal = Journal::open(&options.folder, &fingerprint());
    let places = Places::start();
    let stages = stages(&places, &wanted_scenarios(&options.only));
    let (calls, points) = wanted(&stages, options);
    eprintln!("{} calls, {} points", calls.len(), points.len());
    let findings = all(&stages, &points, options, &journal);
    Report {
        calls,
        findings,
        taken: begun.elapsed(),
    }
}

/// The scenarios that the prefixes are about.
fn wanted_scenarios(only: &[String]) -> Vec<Scenario> {
    let scenarios = SCENARIOS.into_iter();
    let is_wanted = |scenario: &Scenario| {
        let name = scenario.to_string();
        let begins = |prefix: &String| {
            name.starts_with(prefix.as_str()) || prefix.starts_with(&format!("{name}/"))
        };
        only.is_empty() || only.iter().any(begins)
    };
    scenarios.filter(is_wanted).collect()
}

/// The calls to be hit, and the points.
fn wanted(stages: &[Stage<'_>], options: &Options) -> (Vec<(Scenario, CallName)>, Vec<Point>) {
    let is_wanted = |name: &str| {
        let mut prefixes = options.only.iter();
        options.only.is_empty() || prefixes.any(|prefix| name.starts_with(prefix.as_str()))
    };
    let mut calls = Vec::new();
    for stage in stages {
        let named = stage
            .calls
            .iter()
            .map(|call| (stage.scenario, call.clone()));
        // A prefix may go on after the call.
        calls.extend(named.filter(|(scenario, call)| {
            let name = format!("{scenario}/{call}/");
            is_wanted(&name) || options.only.iter().any(|prefix| prefix.starts_with(&name))
        }));
    }
    let is_wanted_fault =
        |fault: Fault| options.faults.is_empty() || options.faults.contains(&fault.to_string());
    let mut points = choose(&calls, options.amount, options.seed, is_wanted_fault);
    points.retain(|point| is_wanted(&point.to_string()));
    (calls, points)
}

/// Takes all points, several at the same time, and says how far it is.
fn all(
    stages: &[Stage<'_>],
    points: &[Point],
    options: &Options,
    journal: &Journal,
) -> Vec<(Point, Finding)> {
    let waiting = Mutex::new(points.iter());
    let next = || waiting.lock().expect("no panic comes this far").next();
    let found = Mutex::new(Vec::new());
    let work = || {
        while let Some(point) = next() {
            let finding = journal.finding(point).unwrap_or_else(|| {
                let finding = taken(stages, point, &options.folder);
                journal.note(point, &finding);
                finding
            });
            let mut found = found.lock().expect("no panic comes this far");
            found.push((point.clone(), finding));
            if found.len().is_multiple_of(25) {
                eprintln!("{} of {} points", found.len(), points.len());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.jobs {
            let worker = thread::Builder::new().name(WORKER.to_owned());
            let started = worker.spawn_scoped(scope, work);
            started.expect("a thread can be started");
        }
    });
    found.into_inner().expect("no panic comes this far")
}

/// Takes a point, in a few tries where its call is not always made.
fn taken(stages: &[Stage<'_>], point: &Point, folder: &Path) -> Finding {
    let stage = stages
        .iter()
        .find(|stage| stage.scenario.to_string() == point.scenario.to_string());
    let stage = stage.expect("points are chosen from stages");
    let mut finding = tried(stage, point);
    for _ in 1..TRIES {
        if finding.verdict != Verdict::NotMet {
            break;
        }
        finding = tried(stage, point);
    }
    if finding.verdict == Verdict::Failed {
        let file = folder.join(format!(
            "{}.txt",
            point.to_string().replace(['/', ':'], "_")
        ));
        fs::write(&file, &finding.told).expect("a failure can be written down");
        let first = finding.told.lines().next().unwrap_or_default();
        eprintln!(
            "FAILED {first:.300}\n  in {}\n  again: make crash CRASH=\"--only {point}\"",
            file.display()
        );
    }
    finding
}

fn tried(stage: &Stage<'_>, point: &Point) -> Finding {
    panic::catch_unwind(AssertUnwindSafe(|| strike(stage, point)))
        .unwrap_or_else(|panicked| Finding::of(Verdict::Failed, said(panicked.as_ref())))
}

fn said(panicked: &(dyn Any + Send)) -> String {
    let text = panicked.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panicked.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
