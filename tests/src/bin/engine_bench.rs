//! `make bench`: what the engine takes beside what AWS makes anybody take: calls of a refresh, time of a domain's
//! creation and destruction, memory.
//!
//! Bounds and figures come from the same run, so that their ratios may be compared, whatever the machine.

use std::io::{self, Write};

use cloister_tests::{
    bench::{self, Timing, Way},
    rig::{DOMAIN_ADDRESS, Project, Sandbox},
};

/// The share of AWS's durations that is taken: so much that terraform and this machine count little beside it.
const SCALE: f64 = 0.05;
/// The best of so many runs counts, since whatever else the machine does only adds to them.
const RUNS: usize = 2;
const ACCOUNTS: usize = 20;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "domain over three zones, behind a firewall, twelve interface endpoints, five users"
    )?;
    let sandbox = Sandbox::start();
    bench::room_for_its_users(&sandbox);
    let domain = bench::firewall_domain().to_string();
    let project = bench::observed(sandbox.project().file("main.tf", domain), SCALE);
    refresh(&mut out, &project)?;
    time(&mut out, &project)?;
    many_accounts(&mut out)
}

/// Also the warming up: the sandbox loads a service's model at its first call.
fn refresh(out: &mut impl Write, project: &Project<'_>) -> io::Result<()> {
    project.apply().succeeded();
    let state = project.state(DOMAIN_ADDRESS);
    let before = project.sandbox().calls().len();
    project.plans_nothing();
    let calls = &project.sandbox().calls()[before..];
    let found = bench::refresh(&state.expect("the domain is in the state")["parts"], calls);
    write!(
        out,
        "refresh without changes: {} calls, at least {}, ratio {:.2} (aim 1.10)\n{found}",
        found.made(),
        found.least(),
        found.ratio()
    )?;
    project.destroy().succeeded();
    Ok(())
}

fn time(out: &mut impl Write, project: &Project<'_>) -> io::Result<()> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        for (what, way) in [("create", Way::Making), ("destroy", Way::Unmaking)] {
            runs.push((what, bench::timed(way, project, DOMAIN_ADDRESS, SCALE)));
        }
    }
    for what in ["create", "destroy"] {
        let of_it = runs.iter().filter(|(of, _)| *of == what);
        let mut of_it: Vec<&Timing> = of_it.map(|(_, timing)| timing).collect();
        of_it.sort_by(|one, other| one.ratio().total_cmp(&other.ratio()));
        report(out, what, &of_it)?;
    }
    let peak = runs.iter().map(|(_, timing)| timing.peak_kib).max();
    let peak = mebi(peak.unwrap_or_default());
    writeln!(out, "peak memory in these runs: {peak:.1} MiB (aim 60)")
}

/// `timings` are sorted, the best first.
fn report(out: &mut impl Write, what: &str, timings: &[&Timing]) -> io::Result<()> {
    let [best, ..] = timings else { return Ok(()) };
    let ratios: Vec<String> = timings
        .iter()
        .map(|timing| format!("{:.2}", timing.ratio()))
        .collect();
    writeln!(
        out,
        "{what}: {:.2} s at {SCALE} of AWS's durations, critical path {:.2} s, ratio {:.2} (aim 1.10; runs: {})\n  the \
         whole command {:.2} s, {} calls, each {:.1} ms longer than AWS's share",
        best.provider,
        best.path.seconds,
        best.ratio(),
        ratios.join(", "),
        best.command,
        best.calls,
        best.beyond * 1000.0
    )?;
    for step in &best.path.steps {
        let began = best.beginnings.get(&step.task);
        let began = began.map_or_else(String::new, |began| format!("began at {began:.2} s"));
        let (begins, seconds, task) = (step.begins, step.seconds, &step.task);
        writeln!(
            out,
            "  at {begins:5.2} s for {seconds:5.2} s  {began:16}  {task}"
        )?;
    }
    Ok(())
}

/// All at once, so that one process holds the sessions and the work of all accounts.
fn many_accounts(out: &mut impl Write) -> io::Result<()> {
    let sandbox = Sandbox::start();
    let accounts = sandbox.member_accounts(ACCOUNTS);
    let config = bench::bucket_in_each(&accounts);
    let project = sandbox.project().file("main.tf", config);
    let at_once = format!("-parallelism={ACCOUNTS}");
    let apply = project.start(&["apply", "-auto-approve", &at_once]);
    let (outcome, peak_kib) = bench::with_peak(apply, &project.folder());
    outcome.succeeded();
    writeln!(
        out,
        "a locked bucket in each of {ACCOUNTS} accounts at once: peak memory {:.1} MiB (aim 100)",
        mebi(peak_kib)
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "memory of a process is far below 2^52 KiB"
)]
fn mebi(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
