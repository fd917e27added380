//! How much memory the providers of a command have held.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use crate::rig::{Outcome, Running, providers_in};

/// A peak is the kernel's own count, so that only what comes after the last look is lost.
const LOOK: Duration = Duration::from_millis(20);

/// Waits for the command's end; also gives the peak memory in KiB of the largest provider that it started in `folder`.
pub fn with_peak(running: Running, folder: &Path) -> (Outcome, u64) {
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let watching = scope.spawn(|| largest_until(&ended, folder));
        let outcome = running.outcome();
        ended.store(true, Ordering::Relaxed);
        (outcome, watching.join().expect("watching cannot fail"))
    })
}

fn largest_until(ended: &AtomicBool, folder: &Path) -> u64 {
    let mut peaks: BTreeMap<u32, u64> = BTreeMap::new();
    while !ended.load(Ordering::Relaxed) {
        for pid in providers_in(folder) {
            if let Some(peak) = peak_kib(pid) {
                peaks.insert(pid, peak);
            }
        }
        thread::sleep(LOOK);
    }
    peaks.into_values().max().unwrap_or_default()
}

/// The most that a process has held; `None` if it is gone.
fn peak_kib(pid: u32) -> Option<u64> {
    peak_in(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_what_the_kernel_counted() {
        let status = "Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t   42312 kB\nVmRSS:\t   41000 kB\n";
        assert_eq!(peak_in(status), Some(42312));
        assert_eq!(peak_in("Name:\tx\n"), None);
        assert!(peak_kib(std::process::id()).is_some_and(|peak| peak > 0));
    }
}
