//! `make bench`: what the engine takes beside what AWS makes anybody take: calls of a refresh, time of a domain's
//! creation and destruction, memory.
//!
//! Bounds and figures come from the same run, so that their ratios may be compared, whatever the machine.

use std::io::{self, Write};

use cloister_tests::{
    bench::{self, CriticalPath, Timing, Way},
    rig::{DOMAIN_ADDRESS, Project, Sandbox},
};

/// The share of AWS's durations that is taken: so much that terraform and this machine hardly count beside it.
const SCALE: f64 = 0.03;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let sandbox = Sandbox::start();
    bench::room_for_its_users(&sandbox);
    let domain = bench::firewall_domain().to_string();
    let project = bench::observed(sandbox.project().file("main.tf", domain), SCALE);
    writeln!(
        out,
        "domain over three zones, behind a firewall, twelve interface endpoints, five users"
    )?;
    refresh(&mut out, &project)?;
    for (what, way) in [("create", Way::Making), ("destroy", Way::Unmaking)] {
        let timing = bench::timed(way, &project, DOMAIN_ADDRESS, SCALE);
        report(&mut out, what, &timing)?;
    }
    Ok(())
}

/// Also the warming up: the sandbox loads a service's model at its first call.
fn refresh(out: &mut impl Write, project: &Project<'_>) -> io::Result<()> {
    project.apply().succeeded();
    let state = project.state(DOMAIN_ADDRESS);
    let before = project.sandbox().calls().len();
    project.plans_nothing();
    let calls = &project.sandbox().calls()[before..];
    let found = bench::refresh(&state.expect("the domain is in the state")["parts"], calls);
    writeln!(
        out,
        "refresh without changes: {} calls, at least {}, ratio {:.2} (aim 1.10)\n{found}",
        found.made(),
        found.least(),
        found.ratio()
    )?;
    project.destroy().succeeded();
    Ok(())
}

fn report(out: &mut impl Write, what: &str, timing: &Timing) -> io::Result<()> {
    writeln!(
        out,
        "{what}: {:.2} s at {SCALE} of AWS's durations, critical path {:.2} s, ratio {:.2} (aim 1.10); {} calls; \
         peak memory {:.1} MiB (aim 60)",
        timing.provider,
        timing.path.seconds,
        timing.ratio(),
        timing.calls,
        mebi(timing.peak_kib)
    )?;
    path(out, &timing.path)
}

fn path(out: &mut impl Write, path: &CriticalPath) -> io::Result<()> {
    for step in &path.steps {
        writeln!(
            out,
            "  {:6.2} s  {:6.2} s  {}",
            step.begins, step.seconds, step.task
        )?;
    }
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "memory of a process is far below 2^52 KiB"
)]
fn mebi(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
