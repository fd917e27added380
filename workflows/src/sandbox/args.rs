//! The command line of `cloister sandbox`.

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};

/// What `cloister sandbox` is asked to do.
#[derive(Debug, Args)]
#[command(
    about = "Run commands against a local stand-in for AWS",
    long_about = "Run commands against a local stand-in for AWS.\n\n\
        The sandbox is a model of AWS on this machine: no account, no cost, no network. It records every call as \
        CloudTrail does. What works in it still has to be seen on AWS.\n\n\
        On first use its Python packages are installed below the cache folder (`$XDG_CACHE_HOME/cloister`, or \
        `~/.cache/cloister`); that takes a minute or two, needs Python 3.11 or newer and the package index. \
        CLOISTER_SANDBOX_PYTHON names an interpreter that has them already."
)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    pub(super) command: SandboxCommand,
}

/// One command of `cloister sandbox`.
#[derive(Debug, Subcommand)]
pub(super) enum SandboxCommand {
    /// Run one command in a fresh sandbox, which ends with it
    #[command(long_about = RUN_HELP)]
    Run(RunArgs),
    /// Start a sandbox that stays up until `stop`
    Start(StartArgs),
    /// Stop a sandbox; stopping one that does not run is no error
    Stop(NameArgs),
    /// Print the variables that point a shell at a started sandbox: eval "$(cloister sandbox env)"
    Env(EnvArgs),
    /// List the sandboxes that were started
    Status,
    /// Print the sandbox's Python interpreter, which has boto3
    #[command(hide = true)]
    Python,
}

const RUN_HELP: &str = "Run one command in a fresh sandbox, which ends with it.\n\n\
    The command sees AWS_* variables that point at the sandbox and no credentials, profiles or endpoints of yours; \
    TF_VAR_* variables with the ids of what a fresh sandbox holds (a network with an S3 endpoint, roles, a trail); and, \
    where `terraform-provider-cloister` lies beside this program and TF_CLI_CONFIG_FILE is not set, a Terraform \
    configuration that uses it, so that `terraform apply` works without `init`:\n\n  \
    cloister sandbox run -- terraform -chdir=examples/quickstart apply\n\n\
    The exit code is the command's; 128 + N if signal N ended it; 127 if it was not found, 126 if it could not be \
    run; 125 if the sandbox itself failed.";

/// How the sandbox differs from one that answers at once and never fails.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Behaviour {
    /// Rules that slow, throttle, fail, cut or falsify calls, as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) faults: Option<PathBuf>,
    /// Share of AWS's own durations to take: 1 is as slow as AWS, 0 answers at once
    #[arg(long, value_name = "FACTOR", default_value = "0")]
    pub(super) latency: Factor,
    /// Share of AWS's own request rates to take before calls are throttled; 0 takes every call
    #[arg(long, value_name = "FACTOR", default_value = "0")]
    pub(super) rates: Factor,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) behaviour: Behaviour,
    /// Write the sandbox's own log to FILE and keep it
    #[arg(long, value_name = "FILE")]
    pub(super) keep_log: Option<PathBuf>,
    /// The command and its arguments
    #[arg(
        value_name = "CMD",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(super) command: Vec<OsString>,
}

/// Arguments of `start`.
#[derive(Debug, Args)]
pub(super) struct StartArgs {
    #[command(flatten)]
    pub(super) name: NameArgs,
    #[command(flatten)]
    pub(super) behaviour: Behaviour,
}

/// Which started sandbox is meant.
#[derive(Debug, Args)]
pub(super) struct NameArgs {
    /// The sandbox's name, to tell several apart
    #[arg(long, default_value = "default")]
    pub(super) name: SandboxName,
}

/// Arguments of `env`.
#[derive(Debug, Args)]
pub(super) struct EnvArgs {
    #[command(flatten)]
    pub(super) name: NameArgs,
    /// `shell`: lines for `eval`; `json`: one object, null for what has to be unset
    #[arg(long, value_enum, default_value_t = EnvFormat::Shell)]
    pub(super) format: EnvFormat,
}

/// How `env` prints.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum EnvFormat {
    Shell,
    Json,
}

/// A finite factor of 0 or more.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Factor(f64);

impl FromStr for Factor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok(Self(factor)),
            _ => Err("must be a number, 0 or more".to_owned()),
        }
    }
}

impl std::fmt::Display for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A name that is safe as a folder's: lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SandboxName(String);

const LONGEST_NAME: usize = 40;

impl FromStr for SandboxName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty()
            || text.len() > LONGEST_NAME
            || text.starts_with('-')
            || !text.chars().all(allowed)
        {
            return Err(format!(
                "must be 1 to {LONGEST_NAME} lower-case letters, digits and hyphens, not starting with a hyphen"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Display for SandboxName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        sandbox: SandboxArgs,
    }

    fn run_of(line: &[&str]) -> Result<RunArgs, clap::Error> {
        let program = Program::try_parse_from([&["sandbox", "run"], line].concat())?;
        match program.sandbox.command {
            SandboxCommand::Run(args) => Ok(args),
            other => panic!("parsed as {other:?}"),
        }
    }

    #[test]
    fn everything_after_the_command_belongs_to_it() {
        for line in [
            &[
                "--latency",
                "0.5",
                "--",
                "terraform",
                "apply",
                "--help",
                "-x",
            ][..],
            &["--latency", "0.5", "terraform", "apply", "--help", "-x"],
        ] {
            let args = run_of(line).expect("a valid line");
            assert_eq!(
                args.command,
                ["terraform", "apply", "--help", "-x"],
                "{line:?}"
            );
            assert_eq!(args.behaviour.latency, Factor(0.5));
        }
    }

    #[test]
    fn a_line_that_makes_no_sense_is_refused() {
        for line in [
            &[][..],
            &["--"],
            &["--latency", "-1", "true"],
            &["--latency", "NaN", "true"],
            &["--rates", "some", "true"],
        ] {
            assert!(run_of(line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn names_are_safe_as_folders() {
        for (name, allowed) in [
            ("default", true),
            ("ci-2", true),
            ("", false),
            ("..", false),
            ("a/b", false),
            ("-x", false),
            ("Upper", false),
            (&"a".repeat(LONGEST_NAME + 1), false),
        ] {
            assert_eq!(name.parse::<SandboxName>().is_ok(), allowed, "{name:?}");
        }
    }
}
