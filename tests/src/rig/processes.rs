//! Processes of the machine, as `/proc` lists them.

use std::{fs, path::Path};

use rustix::process::{Pid, Signal, kill_process};

/// Kills one process at once, as a crash would. One that is gone needs no killing.
pub fn kill(pid: u32) {
    send(pid, Signal::KILL);
}

/// Asks one process to end, as a service manager would.
pub fn terminate(pid: u32) {
    send(pid, Signal::TERM);
}

/// Interrupts processes as Ctrl-C in a terminal does: it reaches all of the foreground at once.
pub fn interrupt(pids: &[u32]) {
    for pid in pids {
        send(*pid, Signal::INT);
    }
}

fn send(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let _ = kill_process(pid.expect("a process id is a positive number"), signal);
}

/// The providers that run in a folder: Terraform starts them where it runs itself.
pub fn providers_in(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc")
        .expect("processes are listed in /proc")
        .flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| is_provider_in(*pid, folder)).collect()
}

/// A process that ends meanwhile is none.
fn is_provider_in(pid: u32, folder: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    // The kernel cuts names after fifteen bytes.
    name.starts_with("terraform-provi")
        && fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == folder)
}
