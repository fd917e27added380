//! A provider that outlives the commands that use it, as a debugger starts it.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Stdio},
};

use super::{built::provider, processes::interrupt, project::Project};

/// A provider that serves one command after the other; dropping it ends it as Ctrl-C does.
#[derive(Debug)]
pub struct Reattached {
    process: Child,
    setting: String,
    /// Held open: the provider may still say something.
    _told: BufReader<ChildStdout>,
}

/// What a process holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holdings {
    /// Memory of its own, in KiB: without the pages of the program file.
    pub memory: usize,
    /// Open files, sockets among them.
    pub files: usize,
    /// Open sockets.
    pub sockets: usize,
}

impl Reattached {
    /// Starts a provider in the environment of a project.
    pub fn start(project: &Project<'_>) -> Self {
        let mut process = project
            .command(&provider())
            .arg("--debug")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the provider can be started");
        let mut told = BufReader::new(process.stdout.take().expect("its output is piped"));
        let setting = read_setting(&mut told);
        Self {
            process,
            setting,
            _told: told,
        }
    }

    /// The value of `TF_REATTACH_PROVIDERS` that makes Terraform use this process.
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// What the process holds at this moment.
    pub fn holdings(&self) -> Holdings {
        let links = links_of(self.process.id());
        Holdings {
            memory: memory_of(self.process.id()),
            sockets: links
                .iter()
                .filter(|link| link.starts_with("socket:"))
                .count(),
            files: links.len(),
        }
    }
}

impl Drop for Reattached {
    fn drop(&mut self) {
        interrupt(&[self.process.id()]);
        let _ = self.process.wait();
    }
}

fn read_setting(told: &mut BufReader<ChildStdout>) -> String {
    let lines = told.lines().map_while(Result::ok);
    let setting = lines.filter_map(|line| {
        let value = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='")?;
        value.strip_suffix('\'').map(str::to_owned)
    });
    let mut setting = setting;
    setting.next().expect("the provider says how it is reached")
}

/// What the open files of a process are; one that is closed meanwhile is none.
fn links_of(pid: u32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("the provider runs");
    let links = entries
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok());
    links
        .map(|link| link.to_string_lossy().into_owned())
        .collect()
}

fn memory_of(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the provider runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("the kernel tells the memory of a process")
}
