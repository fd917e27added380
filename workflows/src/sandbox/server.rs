//! The sandbox's server process: started, waited for, ended.

use std::{
    ffi::OsStr,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use super::{
    args::Behaviour,
    host::{Host, PYTHON_VARIABLE},
    install::Installed,
    package,
    ready::Ready,
};

const LONGEST_START: Duration = Duration::from_mins(1);
const LONGEST_END: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
const TAIL_LINES: usize = 20;

/// The file, in the sandbox's folder, that says how to reach it.
pub(super) const READY_FILE: &str = "ready.json";

/// Names the command, as a JSON list, that the sandbox's server asks about every call.
const EVALUATOR_VARIABLE: &str = "CLOISTER_ACCESS";

/// How long a sandbox lives.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lifetime {
    /// It ends by itself when this process does, however that ends.
    AsWe,
    /// It stays until it is stopped.
    UntilStopped,
}

/// What a server is started with.
#[derive(Debug)]
pub(super) struct Launch<'a> {
    pub(super) host: &'a Host,
    pub(super) installed: &'a Installed,
    pub(super) behaviour: &'a Behaviour,
    pub(super) lifetime: Lifetime,
    /// Where it keeps its files.
    pub(super) folder: &'a Path,
    /// Its log, and where that lies.
    pub(super) log: File,
    pub(super) log_path: &'a Path,
}

/// A running server; dropping it kills it.
#[derive(Debug)]
pub(super) struct Server {
    child: Option<Child>,
    folder: PathBuf,
    log: PathBuf,
}

impl Server {
    /// Starts a server.
    pub(super) fn launch(launch: Launch<'_>) -> Result<Self> {
        let Launch {
            installed,
            folder,
            log_path,
            ..
        } = launch;
        let child = launch.command()?.spawn().with_context(|| {
            let python = installed.python.display();
            format!("could not run the sandbox's Python, `{python}`\nhint: {PYTHON_VARIABLE} chooses another one")
        })?;
        Ok(Self {
            child: Some(child),
            folder: folder.to_owned(),
            log: log_path.to_owned(),
        })
    }

    /// Waits until the server serves.
    pub(super) async fn ready(&mut self) -> Result<Ready> {
        let deadline = Instant::now() + LONGEST_START;
        let file = self.folder.join(READY_FILE);
        loop {
            if file.exists() {
                return Ready::read(&file);
            }
            if let Some(status) = self.ended()? {
                bail!(
                    "the sandbox did not start: it ended with {status}{}",
                    self.last_words()
                );
            }
            if Instant::now() > deadline {
                let limit = LONGEST_START.as_secs();
                bail!(
                    "the sandbox did not start within {limit} seconds{}",
                    self.last_words()
                );
            }
            sleep(POLL).await;
        }
    }

    /// How the server ended, if it did.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        match &mut self.child {
            Some(child) => child
                .try_wait()
                .context("could not ask for the sandbox's process"),
            None => Ok(None),
        }
    }

    /// The end of the log, set off from the sentence before it.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        match tail(&String::from_utf8_lossy(&log)) {
            text if text.is_empty() => "; its log is empty".to_owned(),
            text => format!("; its log ends with:\n{text}"),
        }
    }

    /// Ends the server, kindly at first.
    pub(super) async fn end(mut self) -> Result<()> {
        let Some(child) = &mut self.child else {
            return Ok(());
        };
        signal(child.id(), Signal::TERM);
        let deadline = Instant::now() + LONGEST_END;
        while Instant::now() < deadline {
            if child
                .try_wait()
                .context("could not wait for the sandbox's process")?
                .is_some()
            {
                self.child = None;
                return Ok(());
            }
            sleep(POLL).await;
        }
        Ok(()) // Dropping kills it.
    }

    /// Lets the server live on without us.
    pub(super) fn leave(mut self) {
        self.child = None;
    }
}

impl Launch<'_> {
    fn command(self) -> Result<Command> {
        let mut command = Command::new(&self.installed.python);
        command
            .args(["-m", package::MODULE])
            .args(["--latency", &self.behaviour.latency.to_string()])
            .args(["--rates", &self.behaviour.rates.to_string()])
            .args([
                OsStr::new("--ready-file"),
                self.folder.join(READY_FILE).as_os_str(),
            ])
            .args([
                OsStr::new("--state-dir"),
                self.folder.join("state").as_os_str(),
            ]);
        if let Some(faults) = &self.behaviour.faults {
            command.arg("--faults").arg(existing(faults)?);
        }
        if let Lifetime::AsWe = self.lifetime {
            command.args(["--parent-pid", &std::process::id().to_string()]);
        }
        let evaluator = evaluator(&self.host.program)?;
        self.detach(&mut command)?;
        command.env(EVALUATOR_VARIABLE, evaluator);
        Ok(command)
    }

    /// Out of reach of the caller's terminal, environment and current folder, whose files would shadow Python's
    /// modules.
    fn detach(self, command: &mut Command) -> Result<()> {
        for name in self
            .host
            .variables
            .keys()
            .filter(|name| is_misleading(name))
        {
            command.env_remove(name);
        }
        command
            .current_dir(&self.installed.package)
            .process_group(0)
            // The lock on what the server runs from goes with the server.
            .stdin(Stdio::from(self.installed.store.users_lock()?))
            .stdout(Stdio::from(
                self.log
                    .try_clone()
                    .context("could not copy the log's handle")?,
            ))
            .stderr(Stdio::from(self.log));
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Both fail only when it has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sends a signal; a process that is gone already needs none.
pub(super) fn signal(pid: impl TryInto<i32>, signal: Signal) {
    if let Some(pid) = pid
        .try_into()
        .ok()
        .filter(|pid| *pid > 0)
        .and_then(Pid::from_raw)
    {
        let _ = kill_process(pid, signal);
    }
}

/// The last lines of a log.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let first = lines.len().saturating_sub(TAIL_LINES);
    lines[first..].join("\n")
}

/// The server runs in its own folder: a path of the user's is made absolute, and refused here if nothing is there.
fn existing(faults: &Path) -> Result<PathBuf> {
    faults
        .canonicalize()
        .with_context(|| format!("could not read the fault rules `{}`", faults.display()))
}

/// This program as the sandbox runs it: one implementation decides in `cloister access`, in checks and in the sandbox.
fn evaluator(program: &Path) -> Result<String> {
    let program = program.to_str().with_context(|| {
        format!(
            "the sandbox cannot run `{}`: its path is no text in UTF-8\nhint: install cloister under another path",
            program.display()
        )
    })?;
    Ok(serde_json::json!([program, "access"]).to_string())
}

fn is_misleading(name: &OsStr) -> bool {
    const PREFIXES: [&str; 3] = ["AWS_", "MOTO_", "PYTHON"];
    name.to_str()
        .is_some_and(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_log_is_its_last_lines() {
        let numbers = |range: std::ops::Range<usize>| {
            range.map(|n| n.to_string()).collect::<Vec<_>>().join("\n")
        };
        for (text, expected) in [
            (String::new(), String::new()),
            ("one\n\n".to_owned(), "one".to_owned()),
            (numbers(0..50), numbers(30..50)),
        ] {
            assert_eq!(tail(&text), expected);
        }
    }

    #[test]
    fn the_sandbox_asks_this_program() {
        let asked = evaluator(Path::new("/opt/a \"b\"/cloister")).expect("UTF-8");
        assert_eq!(asked, r#"["/opt/a \"b\"/cloister","access"]"#);
    }

    #[test]
    fn settings_of_the_caller_do_not_reach_the_server() {
        for (name, expected) in [
            ("AWS_PROFILE", true),
            ("MOTO_ACCOUNT_ID", true),
            ("PYTHONPATH", true),
            ("PATH", false),
            ("HOME", false),
        ] {
            assert_eq!(is_misleading(OsStr::new(name)), expected, "{name}");
        }
    }
}
