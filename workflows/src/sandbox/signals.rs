//! The signals that would end `cloister`, taken so that the sandbox can be put away first.

use std::fs::File;

use anyhow::{Context, Result};
use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind};

/// Waits for signals.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: unix::Signal,
    quit: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    /// A terminal sends its interrupts to the whole process group, the command included.
    has_terminal: bool,
}

impl Signals {
    /// Takes the signals over from here on.
    pub(super) fn take() -> Result<Self> {
        let take = |kind| unix::signal(kind).context("could not listen for signals");
        Ok(Self {
            interrupt: take(SignalKind::interrupt())?,
            quit: take(SignalKind::quit())?,
            terminate: take(SignalKind::terminate())?,
            hang_up: take(SignalKind::hangup())?,
            has_terminal: File::open("/dev/tty").is_ok(),
        })
    }

    /// The next signal.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.quit.recv() => Signal::QUIT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
        }
    }

    /// Whether the command has to be told of a signal. Told twice, Terraform would drop everything at once.
    pub(super) fn must_pass_on(&self, signal: Signal) -> bool {
        must_pass_on(signal, self.has_terminal)
    }
}

fn must_pass_on(signal: Signal, has_terminal: bool) -> bool {
    match signal {
        Signal::INT | Signal::QUIT => !has_terminal,
        _ => true,
    }
}

/// The exit code of what a signal ended, as shells give it.
pub(super) fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_from_the_terminal_reaches_the_command_by_itself() {
        for (signal, has_terminal, expected) in [
            (Signal::INT, true, false),
            (Signal::INT, false, true),
            (Signal::QUIT, true, false),
            (Signal::TERM, true, true),
            (Signal::TERM, false, true),
            (Signal::HUP, true, true),
        ] {
            assert_eq!(
                must_pass_on(signal, has_terminal),
                expected,
                "{signal:?} {has_terminal}"
            );
        }
    }
}
