//! How a command ends: exit codes, and errors with their way out.

use std::fmt;
use std::process::ExitCode;

use cloister_workflow::Outcome;

/// The exit codes of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    AllWell,
    Failed,
    WrongUsage,
    Undecided,
    Broken,
}

/// Why a command gave no result; `Display` ends with the hint on its own line.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn wrong_usage(message: impl Into<String>) -> Self {
        Failure {
            exit: Exit::WrongUsage,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Failure {
            exit: Exit::Broken,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The problems of a workflow file are rendered whole, each with its own `error:`.
        let prefix = if self.message.starts_with("error: ") {
            ""
        } else {
            "error: "
        };
        write!(out, "{prefix}{}", self.message.trim_end())?;
        match &self.hint {
            Some(hint) => write!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Exit::AllWell,
            Outcome::Fail => Exit::Failed,
            Outcome::Undecided => Exit::Undecided,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::AllWell => 0,
            Exit::Failed => 1,
            Exit::WrongUsage => 2,
            Exit::Undecided => 3,
            Exit::Broken => 4,
        })
    }
}
