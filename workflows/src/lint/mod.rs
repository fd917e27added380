//! `cloister lint`: files in, findings out. What is wrong with a policy is the policy crate's to say.

mod report;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cloister_policy::lint::{Bundle, PlaceName, Severity, check, read_file};

use crate::cli::Format;
use crate::console::{self, Console};
use crate::failure::{Exit, Failure};

const STANDARD_INPUT: &str = "-";

/// What can be typed after `cloister lint`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LintArgs {
    /// Policies, bundles or outputs of `terraform show -json`; `-` is standard input. They are looked at together.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where a policy on its own is attached; default: where its contents suggest.
    #[arg(long, value_enum, value_name = "PLACE")]
    pub(crate) place: Option<PlaceArg>,
    /// Form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

const EXAMPLES: &str = "\
Examples:
  Lint a bucket policy:
    cloister lint --place bucket policy.json

  Lint what Terraform is about to do:
    terraform plan -out=plan && terraform show -json plan | cloister lint -

Exit codes:
  0  no error was found (warnings and notes do not count)
  1  an error was found
  2  wrong usage, or a file that is no policy, no bundle and no output of `terraform show -json`";

/// Where a policy is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlaceArg {
    Identity,
    Boundary,
    Session,
    Trust,
    ServiceControl,
    ResourceControl,
    Bucket,
    Key,
    VpcEndpoint,
    Resource,
}

/// Runs `cloister lint`.
pub(crate) fn run(args: &LintArgs, console: Console) -> Result<Exit, Failure> {
    let place = args.place.map(PlaceName::from);
    let mut bundle = Bundle::default();
    for file in &args.files {
        let name = file.display().to_string();
        let text = read(file)?;
        let read = read_file(&name, &text, place)
            .map_err(|error| Failure::wrong_usage(error.to_string()))?;
        bundle.extend(read);
    }
    for skipped in &bundle.skipped {
        console::note(&format!(
            "not looked at: `{}`, {}",
            skipped.name, skipped.reason
        ));
    }
    let findings = check(&bundle);
    console::result(&match args.format {
        Format::Terminal => report::render_terminal(&findings, console.paint()),
        Format::Json => report::render_json(&findings)?,
    })?;
    let has_error = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Ok(if has_error {
        Exit::Failed
    } else {
        Exit::AllWell
    })
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file == Path::new(STANDARD_INPUT) {
        std::io::stdin()
            .lock()
            .read_to_string(&mut text)
            .map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|error| {
        let name = file.display();
        Failure::wrong_usage(format!("`{name}` cannot be read: {error}"))
    })
}

impl From<PlaceArg> for PlaceName {
    fn from(place: PlaceArg) -> Self {
        match place {
            PlaceArg::Identity => Self::Identity,
            PlaceArg::Boundary => Self::Boundary,
            PlaceArg::Session => Self::Session,
            PlaceArg::Trust => Self::Trust,
            PlaceArg::ServiceControl => Self::ServiceControl,
            PlaceArg::ResourceControl => Self::ResourceControl,
            PlaceArg::Bucket => Self::Bucket,
            PlaceArg::Key => Self::Key,
            PlaceArg::VpcEndpoint => Self::VpcEndpoint,
            PlaceArg::Resource => Self::Resource,
        }
    }
}
