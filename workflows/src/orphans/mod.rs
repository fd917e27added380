//! `cloister orphans`: the last net for who lost a state. It finds what cloister made by its tags, takes away what the
//! given states hold, and deletes the rest of one composite if a person types its name.

mod clear;
mod inventory;
mod kept;
mod report;

use std::path::PathBuf;

use clap::Args;

use crate::cli::Format;
use crate::composed;
use crate::console::{self, Console};
use crate::failure::{Exit, Failure};

use self::inventory::{Inventory, Orphan};

pub(crate) const HELP: &str = "\
Examples:
  What stands in the account and region of the credentials, and no state holds:
    cloister orphans --state network.tfstate --state data.tfstate

  A state that is kept elsewhere:
    terraform state pull | cloister orphans --state -

  Delete what is left of one composite, after its name was typed:
    cloister orphans --state network.tfstate --delete data

Give every state that holds composites of this account, or what they hold is listed as well. A
composite that is complete can be imported instead; the list says how. What holds data goes only
if the composite's anchor remembers that it may, or with `--with-data`: homes, logs, and buckets
that are not empty.

Exit codes:
  0  nothing is orphaned, or all that was to be deleted is gone
  1  something is orphaned, or was not deleted
  2  wrong usage, or a file that is no state
  4  the run itself broke (no credentials, AWS unreachable)";

#[derive(Debug, Args)]
pub(crate) struct OrphansArgs {
    /// A state: a state file, or what `terraform show -json` prints; `-` reads standard input. Repeat it.
    #[arg(long = "state", value_name = "FILE")]
    states: Vec<PathBuf>,
    /// Delete what is left of this composite: its name, or `TYPE/REGION/NAME` where several have that name.
    #[arg(long, value_name = "COMPOSITE")]
    delete: Option<String>,
    /// Delete it even though it is complete and protected from deletion.
    #[arg(long, requires = "delete")]
    protected: bool,
    /// Delete what holds data as well, whatever was agreed about it: homes with their key, logs, objects in buckets.
    #[arg(long, requires = "delete")]
    with_data: bool,
    /// A region to look at; repeat it. Default: the environment's, then the profile's.
    #[arg(long = "region", value_name = "REGION", help_heading = "AWS")]
    regions: Vec<String>,
    /// Profile of the shared AWS configuration.
    #[arg(long, help_heading = "AWS")]
    profile: Option<String>,
    /// Form of the list.
    #[arg(long, value_enum, default_value_t, help_heading = "Report")]
    format: Format,
    /// How slow the other side is, with AWS as 1: for stand-ins of AWS.
    #[arg(long, hide = true, env = "CLOISTER_TIME_SCALE", value_parser = time_scale)]
    time_scale: Option<f64>,
}

fn time_scale(text: &str) -> Result<f64, String> {
    const FASTEST: f64 = 0.001;
    let scale = text.parse().ok();
    scale
        .filter(|scale| (FASTEST..=1.0).contains(scale))
        .ok_or_else(|| format!("it is a number from {FASTEST} to 1"))
}

/// Runs `cloister orphans`.
pub(crate) fn run(args: &OrphansArgs, console: Console) -> Result<Exit, Failure> {
    let reads_input = args.states.iter().any(|path| path.as_os_str() == "-");
    if args.delete.is_some() && reads_input {
        let message =
            "`--delete` asks for the composite's name on standard input, which `--state -` reads";
        return Err(Failure::wrong_usage(message).hint("write the state to a file first"));
    }
    let mut states = Vec::new();
    for path in &args.states {
        states.extend(composed::read(path)?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::broken(format!("the runtime could not start: {error}")))?;
    runtime.block_on(async {
        if args.states.is_empty() {
            console::note("No state was given: all that cloister made counts as orphaned.");
        }
        let found = Inventory::take(args, &states).await?;
        match &args.delete {
            Some(wanted) => {
                let orphan = meant(&found.orphans, wanted)?;
                clear::clear(args, &found, orphan).await
            }
            None => list(args, &found, console),
        }
    })
}

fn list(args: &OrphansArgs, found: &Inventory, console: Console) -> Result<Exit, Failure> {
    let text = match args.format {
        Format::Terminal => report::render_terminal(found, console.paint()),
        Format::Json => report::render_json(found)?,
    };
    console::result(&text)?;
    Ok(if found.orphans.is_empty() {
        Exit::AllWell
    } else {
        Exit::Failed
    })
}

/// The one that `--delete` names.
fn meant<'a>(orphans: &'a [Orphan], wanted: &str) -> Result<&'a Orphan, Failure> {
    let named: Vec<&Orphan> = orphans
        .iter()
        .filter(|one| one.identity.name == wanted || one.identity.tag() == wanted)
        .collect();
    let tags = |orphans: &[&Orphan]| {
        let tags: Vec<String> = orphans.iter().map(|one| one.identity.tag()).collect();
        tags.join(", ")
    };
    match named[..] {
        [only] => Ok(only),
        [] if orphans.is_empty() => Err(Failure::wrong_usage(format!(
            "nothing of `{wanted}` is orphaned, nor of any other composite"
        ))),
        [] => Err(
            Failure::wrong_usage(format!("nothing of `{wanted}` is orphaned"))
                .hint(format!("there are: {}", tags(&Vec::from_iter(orphans)))),
        ),
        _ => Err(
            Failure::wrong_usage(format!("several composites are named `{wanted}`"))
                .hint(format!("name one of: {}", tags(&named))),
        ),
    }
}
