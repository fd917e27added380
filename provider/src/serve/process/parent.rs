//! Notices the death of the host, which may come without a Shutdown call.
//!
//! A plugin that goes on alone would be a second writer beside the host's next
//! run. The kernel's own parent-death signal is no use: it fires when the
//! *thread* that started us ends, which in a Go program happens at any time.

use std::io;
use std::thread::{Builder, sleep};
use std::time::Duration;

use rustix::process::{Pid, getppid};

use super::lifecycle::{Ending, Lifecycle};

/// How often the parent is asked for where the kernel cannot tell us.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The thread only waits.
const STACK: usize = 64 * 1024;

/// The process that started this one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent(Option<Pid>);

impl Parent {
    /// To be asked before the host hears from us: from then on it may end at any time.
    pub(crate) fn of_this_process() -> Self {
        Self(getppid())
    }

    /// Ends the process in order when the parent is gone.
    pub(crate) fn watch(self, life: Lifecycle) -> io::Result<()> {
        let Some(parent) = self.0 else { return Ok(()) };
        let watch = move || {
            wait_for_end_of(parent);
            life.end(Ending::ParentDied);
        };
        Builder::new()
            .name("parent".to_owned())
            .stack_size(STACK)
            .spawn(watch)
            .map(drop)
    }
}

/// Returns when `parent` is no longer the parent of this process.
fn wait_for_end_of(parent: Pid) {
    #[cfg(target_os = "linux")]
    wait_for_exit_of(parent);
    // Where the kernel has no handles on processes, and while a parent is a
    // zombie that still counts as ours.
    while getppid() == Some(parent) {
        sleep(POLL_INTERVAL);
    }
}

/// Waits until the process `parent` has ended; returns at once where that cannot be waited for.
#[cfg(target_os = "linux")]
fn wait_for_exit_of(parent: Pid) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{PidfdFlags, pidfd_open};

    let Ok(process) = pidfd_open(parent, PidfdFlags::empty()) else {
        return;
    };
    // If the parent died before, its number may be another process's by now.
    while getppid() == Some(parent) {
        match poll(&mut [PollFd::new(&process, PollFlags::IN)], None) {
            Err(rustix::io::Errno::INTR) => {}
            _ => return,
        }
    }
}
