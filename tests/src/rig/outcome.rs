//! Programs that run, and what they leave.

use std::{
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{diagnostics::diagnostics, processes::kill};

/// No single command of a test takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(150);

/// What a program that ended left.
#[derive(Debug)]
pub struct Outcome {
    /// The command, for messages.
    command: String,
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Outcome {
    /// Panics, with all that was written, unless the program ended well.
    #[track_caller]
    pub fn succeeded(&self) -> &Self {
        assert_eq!(self.code, 0, "{}", self.told());
        self
    }

    /// Panics, with all that was written, if the program ended well.
    #[track_caller]
    pub fn failed(&self) -> &Self {
        assert_ne!(self.code, 0, "{}", self.told());
        self
    }

    /// The errors and warnings as Terraform's user reads them.
    pub fn diagnostics(&self) -> String {
        [diagnostics(&self.stdout), diagnostics(&self.stderr)].concat()
    }

    /// All that the program wrote, with its name.
    pub fn told(&self) -> String {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        format!("`{command}` ended with {code}\n{stdout}\n{stderr}")
    }
}

/// A program that runs; it is killed if it is not awaited.
#[derive(Debug)]
pub struct Running {
    command: String,
    pid: u32,
    output: Receiver<std::io::Result<Output>>,
    waiting: JoinHandle<()>,
    ended: bool,
}

impl Running {
    /// Starts a program that finds nothing to read.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_reading(command, Stdio::null())
    }

    /// Starts a program that reads `input`.
    pub(crate) fn start_reading(command: &mut Command, input: Stdio) -> Self {
        let spoken = spoken(command);
        let child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("`{spoken}` could not be started: {error}"));
        let pid = child.id();
        let (output, waiting) = drained(child);
        Self {
            command: spoken,
            pid,
            output,
            waiting,
            ended: false,
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it has ended; the outcome is then there at once.
    pub fn has_ended(&self) -> bool {
        self.waiting.is_finished()
    }

    /// Waits for the end.
    #[track_caller]
    pub fn outcome(mut self) -> Outcome {
        let output = match self.output.recv_timeout(LIMIT) {
            Ok(output) => output.expect("the output of a child can be read"),
            Err(RecvTimeoutError::Timeout) => {
                panic!("`{}` did not end within {LIMIT:?}", self.command)
            }
            Err(RecvTimeoutError::Disconnected) => panic!("nobody waits for `{}`", self.command),
        };
        self.ended = true;
        let text = |bytes: &[u8]| without_colours(&String::from_utf8_lossy(bytes));
        Outcome {
            command: self.command.clone(),
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            kill(self.pid);
        }
    }
}

fn drained(child: Child) -> (Receiver<std::io::Result<Output>>, JoinHandle<()>) {
    let (sender, receiver) = channel();
    let waiting = thread::spawn(move || {
        // Nobody listens any more once the program was given up.
        let _ = sender.send(child.wait_with_output());
    });
    (receiver, waiting)
}

fn spoken(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Terraform frames its diagnostics only where it colours them, and only the frames tell where one ends.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| {
        plain + piece.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn colours_are_taken_out() {
        assert_eq!(
            super::without_colours("a \u{1b}[1m\u{1b}[31mbold m\u{1b}[0m\n"),
            "a bold m\n"
        );
    }
}
