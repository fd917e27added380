//! `cloister verify`: from arguments to a run, from its report to output and exit code.

mod account;
mod inputs;
pub(crate) mod moment;
mod progress;

use std::fs;
use std::path::Path;

use cloister_evidence::EvidenceError;
use cloister_runner::{
    Account, Clock, FlowFiles, Run, RunError, SourceSpec, flow_fields, live_kinds,
};
use cloister_workflow::{Plan, Problems, Report, Workflow, render_terminal};
use jiff::Timestamp;

use crate::cli::{Format, VerifyArgs};
use crate::clock::SystemClock;
use crate::console::{self, Console};
use crate::failure::{Exit, Failure};
use crate::labs;

/// Runs `cloister verify`.
pub(crate) fn run(args: &VerifyArgs, console: Console) -> Result<Exit, Failure> {
    let workflow = load(&args.workflow)?;
    let known = live_kinds();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    workflow
        .check_live_kinds(&known)
        .map_err(|problems| invalid(&problems))?;
    workflow
        .check_flow_fields(&flow_fields())
        .map_err(|problems| invalid(&problems))?;
    let given = inputs::gather(args, &workflow)?;
    let plan = workflow
        .bind(&given)
        .map_err(|problems| invalid(&problems))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::broken(format!("the runtime could not start: {error}")))?;
    let report = runtime.block_on(execute(args, &plan))?;
    write_report(args, &report, console)?;
    Ok(report.outcome.into())
}

/// A path is a file; a bare word is a lab, unless a file of that name lies here.
fn load(name: &str) -> Result<Workflow, Failure> {
    let path = Path::new(name);
    let looks_like_a_file = path.extension().is_some() || name.contains(['/', '\\']);
    if !looks_like_a_file && !path.is_file() {
        let lab = labs::find(name)?;
        return Workflow::load(lab.id, lab.text).map_err(|problems| invalid(&problems));
    }
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::wrong_usage(format!("`{name}` could not be read: {error}")))?;
    Workflow::load(name, &text).map_err(|problems| invalid(&problems))
}

fn invalid(problems: &Problems) -> Failure {
    Failure::wrong_usage(problems.to_string())
}

async fn execute(args: &VerifyArgs, plan: &Plan) -> Result<Report, Failure> {
    let sources = sources(args);
    if sources.is_empty() && plan.record_proofs().next().is_some() {
        console::note(
            "hint: no source of records was given; use --trail, --lookup-events or --folder",
        );
    }
    let clock = SystemClock;
    let run = Run {
        plan,
        since: since(args, plan, &sources, clock.now()),
        sources,
        flow_files: FlowFiles {
            paths: args.flow_logs.clone(),
            format: args.flow_log_format.clone(),
        },
        delivery_lag: args.delivery_lag,
        wait: args.wait,
    };
    let account = if needs_account(args, plan) {
        Some(account::open(args).await?)
    } else {
        None
    };
    let mut watch = |progress: cloister_runner::Progress<'_>| {
        if !args.quiet {
            progress::show(&progress);
        }
    };
    let report = run
        .execute(account.as_ref() as Option<&Account>, &clock, &mut watch)
        .await;
    report.map_err(|error| broke(&error))
}

fn broke(error: &RunError) -> Failure {
    let message = error.to_string();
    match error {
        RunError::Evidence(EvidenceError::Folder { .. }) => Failure::wrong_usage(message),
        RunError::Evidence(_) | RunError::Observe { .. } => Failure::broken(message).hint(
            "check the name, the region, and what your credentials may read; nothing was judged",
        ),
        RunError::NoAccount | RunError::Stopped(_) => Failure::broken(message),
    }
}

fn sources(args: &VerifyArgs) -> Vec<SourceSpec> {
    let trails = args.trail.iter().cloned().map(SourceSpec::Trail);
    let history = args.lookup_events.then_some(SourceSpec::LookupEvents);
    let folders = args.folder.iter().cloned().map(SourceSpec::Folder);
    trails.chain(history).chain(folders).collect()
}

fn since(args: &VerifyArgs, plan: &Plan, sources: &[SourceSpec], now: Timestamp) -> Timestamp {
    let only_files = !reads_flow_logs(plan)
        && sources
            .iter()
            .all(|source| matches!(source, SourceSpec::Folder(_)));
    match &args.since {
        Some(since) => since.from(now),
        // Whoever names files wants them read, however old they are.
        None if only_files => Timestamp::UNIX_EPOCH,
        None => moment::DEFAULT.from(now),
    }
}

fn needs_account(args: &VerifyArgs, plan: &Plan) -> bool {
    let reads_aws = !args.trail.is_empty() || args.lookup_events;
    let looks = plan.live_proofs().next().is_some()
        || plan.access_proofs().next().is_some()
        || reads_flow_logs(plan);
    !args.offline && (reads_aws || looks)
}

/// Whether a step asks for flow logs where they deliver to, not only for files.
fn reads_flow_logs(plan: &Plan) -> bool {
    plan.flow_proofs()
        .any(|(_, proof)| proof.scope.is_in_account())
}

fn write_report(args: &VerifyArgs, report: &Report, console: Console) -> Result<(), Failure> {
    let Some(path) = &args.output else {
        let text = match args.format {
            Format::Terminal => render_terminal(report, console.paint(), console::width()),
            Format::Json => report.to_json(),
        };
        return console::result(&text);
    };
    let text = match args.format {
        Format::Terminal => {
            render_terminal(report, cloister_workflow::Paint::Plain, console::width())
        }
        Format::Json => report.to_json(),
    };
    fs::write(path, text).map_err(|error| {
        Failure::broken(format!(
            "`{}` could not be written: {error}",
            path.display()
        ))
    })
}
