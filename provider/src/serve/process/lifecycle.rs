//! When the process ends, and what it waits for before it does.
//!
//! Three things are kept apart: *asked to end* (new calls are refused),
//! *calls over* (each runs as a task of its own, so that neither a client that
//! hangs up nor the server's end cuts one short) and *streams over* (those that
//! a host keeps open for the whole life of the plugin).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// Why the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The host is done with the plugin.
    Shutdown,
    /// SIGTERM or SIGHUP.
    Terminated,
    /// The host is gone without a word.
    ParentDied,
    /// Ctrl-C in reattach mode.
    Interrupted,
    /// The server stopped by itself.
    ServerStopped,
}

impl Ending {
    /// How long calls in flight may still run.
    pub(crate) fn patience(self) -> Duration {
        match self {
            // go-plugin kills two seconds after Shutdown. By then Terraform has
            // its answers; what still runs was given up.
            Self::Shutdown => Duration::from_secs(1),
            Self::Terminated | Self::ParentDied => Duration::from_mins(1),
            Self::Interrupted | Self::ServerStopped => Duration::from_secs(5),
        }
    }
}

/// Who may end the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obeys {
    Host,
    Person,
}

/// The shared handle on the end of the process.
#[derive(Debug, Clone)]
pub(crate) struct Lifecycle {
    obeys: Obeys,
    ending: Arc<watch::Sender<Option<Ending>>>,
    calls: TaskTracker,
    streams: CancellationToken,
}

impl Lifecycle {
    /// A life that ends when its host says so.
    pub(crate) fn of_plugin() -> Self {
        Self::obeying(Obeys::Host)
    }

    /// A life that outlasts its hosts, for reattach mode.
    pub(crate) fn of_reattached() -> Self {
        Self::obeying(Obeys::Person)
    }

    fn obeying(obeys: Obeys) -> Self {
        Self {
            obeys,
            ending: Arc::new(watch::Sender::new(None)),
            calls: TaskTracker::new(),
            streams: CancellationToken::new(),
        }
    }

    /// Asks for the end; the first reason counts.
    pub(crate) fn end(&self, reason: Ending) {
        if self.obeys == Obeys::Person && reason == Ending::Shutdown {
            return;
        }
        self.ending.send_if_modified(|ending| {
            let first = ending.is_none();
            ending.get_or_insert(reason);
            first
        });
    }

    /// Waits until the end is asked for.
    pub(crate) async fn asked_to_end(&self) -> Ending {
        let mut ending = self.ending.subscribe();
        loop {
            if let Some(reason) = *ending.borrow_and_update() {
                return reason;
            }
            // The sender lives in `self`, so a change is the only way on.
            let _ = ending.changed().await;
        }
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.borrow().is_some()
    }

    /// The calls in flight: each is spawned here.
    pub(crate) fn calls(&self) -> &TaskTracker {
        &self.calls
    }

    /// Waits until no call is in flight; false when `patience` ran out first.
    pub(crate) async fn calls_over(&self, patience: Duration) -> bool {
        self.calls.close();
        timeout(patience, self.calls.wait()).await.is_ok()
    }

    /// Ends the streams that would otherwise stay open for ever.
    pub(crate) fn end_streams(&self) {
        self.streams.cancel();
    }

    /// Resolves when long-lived streams have to end.
    pub(crate) fn streams_over(&self) -> WaitForCancellationFutureOwned {
        self.streams.clone().cancelled_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_counts() {
        let life = Lifecycle::of_plugin();
        life.end(Ending::Terminated);
        life.end(Ending::Shutdown);
        assert_eq!(life.asked_to_end().await, Ending::Terminated);
        assert!(life.is_ending());
    }

    #[tokio::test]
    async fn a_reattached_process_outlives_the_shutdown_of_its_hosts() {
        let life = Lifecycle::of_reattached();
        life.end(Ending::Shutdown);
        assert!(!life.is_ending());
        life.end(Ending::Interrupted);
        assert_eq!(life.asked_to_end().await, Ending::Interrupted);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_calls_but_not_for_ever() {
        let life = Lifecycle::of_plugin();
        assert!(life.calls_over(Duration::ZERO).await);
        life.calls()
            .spawn(tokio::time::sleep(Duration::from_secs(2)));
        assert!(!life.calls_over(Duration::from_secs(1)).await);
        assert!(life.calls_over(Duration::from_secs(2)).await);
    }
}
