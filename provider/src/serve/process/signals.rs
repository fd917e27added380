//! Signals: a host's Ctrl-C is not for us, a request to terminate is.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

use super::lifecycle::{Ending, Lifecycle};

/// Ignores SIGINT.
///
/// Ctrl-C in a terminal reaches the whole process group; the host then tells
/// its plugins to stop in its own way.
pub(crate) fn ignore_interrupts() -> io::Result<()> {
    // The handler stays in place after the stream of its signals is dropped.
    signal(SignalKind::interrupt()).map(drop)
}

/// Ends the process on Ctrl-C.
pub(crate) fn watch_interrupts(life: Lifecycle) -> io::Result<()> {
    end_on(SignalKind::interrupt(), life, Ending::Interrupted)
}

/// Ends the process in order on SIGTERM, and on SIGHUP, which a closed terminal sends.
pub(crate) fn watch_terminations(life: &Lifecycle) -> io::Result<()> {
    end_on(SignalKind::terminate(), life.clone(), Ending::Terminated)?;
    end_on(SignalKind::hangup(), life.clone(), Ending::Terminated)
}

fn end_on(kind: SignalKind, life: Lifecycle, reason: Ending) -> io::Result<()> {
    let mut signals = signal(kind)?;
    tokio::spawn(async move {
        if signals.recv().await.is_some() {
            life.end(reason);
        }
    });
    Ok(())
}
