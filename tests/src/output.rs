//! What a finished command leaves.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{self, Command},
};

/// Exit code and output of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The exit code; 128 + N if signal N ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> io::Result<Self> {
        Ok(command.output()?.into())
    }

    /// The output of a command that must succeed.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "often the check alone is wanted"
    )]
    pub fn success(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }
}

impl From<process::Output> for Output {
    fn from(output: process::Output) -> Self {
        let status = output.status;
        Self {
            code: status
                .code()
                .or(status.signal().map(|signal| 128 + signal))
                .unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {}\n{}{}", self.code, self.stdout, self.stderr)
    }
}
