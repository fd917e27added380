//! The command line: what can be typed, and the help that explains it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cloister_evidence::{Columns, TrailLocation};
use cloister_workflow::Length;

use crate::access::AccessArgs;
use crate::lint::LintArgs;
use crate::orphans::{self, OrphansArgs};
use crate::permissions::{self, PermissionsArgs};
use crate::sandbox::SandboxArgs;
use crate::verify::moment::Since;

const EXIT_CODES: &str = "\
Exit codes:
  0  all steps passed (manual steps are neutral)
  1  a step failed or was not attempted
  2  wrong usage, or an invalid file
  3  nothing failed, but something is undecided (pending, unavailable)
  4  the run itself broke (no credentials, AWS unreachable)";

const VERIFY_EXAMPLES: &str = "\
Examples:
  List the built-in labs, then run one with inputs from a Terraform state:
    cloister labs
    cloister verify locked-bucket --state terraform.tfstate --trail s3://my-trail

  Run a workflow of your own over log files on disk, without any AWS call:
    cloister verify my-workflow.yaml --folder ./logs --offline --input bucket=my-data

  Wait until CloudTrail has delivered what is needed, and keep a report:
    cloister verify locked-bucket --inputs inputs.yaml --trail s3://my-trail --wait 20m \\
      --format json --output report.json";

const ACCESS_HELP: &str = r#"Examples:
  Ask one question; `cloister schema access` says what it may hold:
    echo '{"principal": "arn:aws:iam::111122223333:role/data", "action": "s3:GetObject",
      "resource": "arn:aws:s3:::logs/a", "policies": {"identity": [{"Statement":
      {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}]}}' | cloister access

  Ask many, one a line, and count what is denied:
    cloister access questions.jsonl | grep -c _deny

Each answer is written before the next question is read. A malformed question is answered with an
error, and the others are answered all the same.

Exit codes:
  0  every question was answered
  2  wrong usage, or a question was malformed
  4  reading or writing broke off"#;

/// Verify locked-down SageMaker environments from the account's own evidence.
#[derive(Debug, Parser)]
#[command(name = "cloister", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// When to use colour; `auto` means on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a workflow: judge each step from live objects, policies, CloudTrail and flow log records, and grade.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Box<VerifyArgs>),
    /// Decide requests over the policies that come with them: JSON lines in, JSON lines out.
    #[command(after_help = ACCESS_HELP)]
    Access(AccessArgs),
    /// Look for mistakes in policies: JSON documents, bundles, or what `terraform show -json` prints.
    Lint(LintArgs),
    /// List the labs that come with cloister, or show one.
    Labs(LabsArgs),
    /// Print least-privilege policies for who plans and who applies the composites of a plan or a state.
    #[command(after_help = permissions::HELP)]
    Permissions(PermissionsArgs),
    /// List what cloister made in an account and no given state holds, and delete it if asked to.
    #[command(after_help = orphans::HELP)]
    Orphans(OrphansArgs),
    /// Print the JSON Schema of a file format.
    Schema(SchemaArgs),
    /// Run commands against a local stand-in for AWS.
    Sandbox(SandboxArgs),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Terminal,
    /// For programs.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A workflow file, or the id of a built-in lab.
    #[arg(value_name = "FILE|LAB")]
    pub(crate) workflow: String,

    /// Give an input of the workflow; repeat it, or use commas, for a list.
    #[arg(long = "input", value_name = "NAME=VALUE", help_heading = "Inputs")]
    pub(crate) input: Vec<String>,
    /// Read inputs from a YAML or JSON file: names and values.
    #[arg(long = "inputs", value_name = "FILE", help_heading = "Inputs")]
    pub(crate) inputs: Option<PathBuf>,
    /// Take the outputs of a Terraform state (or of `terraform output -json`) as inputs.
    #[arg(long, value_name = "FILE", help_heading = "Inputs")]
    pub(crate) state: Option<PathBuf>,

    /// Read a trail from S3: `s3://BUCKET` or `s3://BUCKET/PREFIX`, above `AWSLogs`.
    #[arg(long, value_name = "S3-LOCATION", help_heading = "Evidence")]
    pub(crate) trail: Vec<TrailLocation>,
    /// Read the event history of the region: management events of the last 90 days, no trail needed.
    #[arg(long, help_heading = "Evidence")]
    pub(crate) lookup_events: bool,
    /// Read CloudTrail records from a file or folder on disk.
    #[arg(long, value_name = "PATH", help_heading = "Evidence")]
    pub(crate) folder: Vec<PathBuf>,
    /// Read VPC flow log records from a file or folder on disk: text, plain or gzip. Those of the
    /// account's own flow logs are read where a step names `vpc_id` or `flow_log_id`.
    #[arg(long, value_name = "PATH", help_heading = "Evidence")]
    pub(crate) flow_logs: Vec<PathBuf>,
    /// The fields of flow log files without a header line: `${interface-id} ${srcaddr} ...`, as
    /// the flow log has them.
    #[arg(
        long,
        value_name = "FORMAT",
        requires = "flow_logs",
        help_heading = "Evidence"
    )]
    pub(crate) flow_log_format: Option<Columns>,
    /// Where windows begin that no step bounds: a length of time (`24h`, `7d`) or a UTC time
    /// (`2026-01-31`, `2026-01-31T12:00:00Z`). Default: `24h`; everything, if all records come from files.
    #[arg(long, value_name = "TIME|LENGTH", help_heading = "Evidence")]
    pub(crate) since: Option<Since>,
    /// How long a record may take to arrive. Before that, silence is `pending`.
    #[arg(
        long,
        value_name = "LENGTH",
        default_value = "15m",
        env = "CLOISTER_DELIVERY_LAG",
        help_heading = "Evidence"
    )]
    pub(crate) delivery_lag: Length,
    /// Keep looking for up to this long while a step is pending, such as `20m`.
    #[arg(long, value_name = "LENGTH", help_heading = "Evidence")]
    pub(crate) wait: Option<Length>,

    /// AWS region; default: the environment's, then the profile's.
    #[arg(long, help_heading = "AWS")]
    pub(crate) region: Option<String>,
    /// Profile of the shared AWS configuration.
    #[arg(long, help_heading = "AWS")]
    pub(crate) profile: Option<String>,
    /// Make no AWS call: steps that need one become `unavailable`.
    #[arg(long, conflicts_with_all = ["trail", "lookup_events"], help_heading = "AWS")]
    pub(crate) offline: bool,

    /// Form of the report; `cloister schema report` describes the JSON.
    #[arg(long, value_enum, default_value_t, help_heading = "Report")]
    pub(crate) format: Format,
    /// Write the report to a file instead of standard output.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(crate) output: Option<PathBuf>,
    /// Say nothing about progress.
    #[arg(long, short, help_heading = "Report")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LabsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<LabsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabsCommand {
    /// Print the workflow file of a lab: a start for one of your own.
    Show {
        /// Id of the lab.
        #[arg(value_name = "LAB")]
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which format.
    #[arg(value_enum)]
    pub(crate) format: SchemaFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaFormat {
    /// Workflow files, for editors: `# yaml-language-server: $schema=FILE`.
    Workflow,
    /// Reports of `cloister verify --format json`.
    Report,
    /// Questions that `cloister access` reads.
    Access,
    /// Answers that `cloister access` writes.
    AccessAnswer,
}
