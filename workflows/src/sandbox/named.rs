//! Sandboxes that stay up: `start`, `stop`, `env`, `status`.
//!
//! Each has a folder by its name. Its server holds a lock on its log for as long as it lives, so that a sandbox that is
//! gone (killed, or from before a reboot) is told from one that runs without trusting a process id.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::{
    args::{EnvFormat, SandboxName, StartArgs},
    command::{note, print},
    environment,
    host::Host,
    install,
    ready::Ready,
    server::{self, Launch, Lifetime, READY_FILE, Server},
    settings::Settings,
    shell,
    signals::Signals,
    store,
};

const FOLDER: &str = "running";
const LOG: &str = "server.log";
const LONGEST_END: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// Starts a sandbox that outlives this process.
pub(super) async fn start(host: &Host, args: &StartArgs) -> Result<()> {
    let name = &args.name.name;
    let place = Place::of(host, name);
    let Some(log) = place.claim()? else {
        bail!(
            "a sandbox named `{name}` runs already\n\
             hint: use it with `eval \"$(cloister sandbox env --name {name})\"`, or start one with another `--name`"
        );
    };
    let ready = match bring_up(host, args, &place, log).await {
        Ok(ready) => ready,
        Err(error) => {
            store::remove_folder(&place.folder)?;
            return Err(error);
        }
    };
    print(&format!(
        "Sandbox `{name}` serves at {}",
        ready.endpoints.outside
    ))?;
    note(&format!(
        "Use it:  eval \"$(cloister sandbox env --name {name})\"\nStop it: cloister sandbox stop --name {name}"
    ));
    Ok(())
}

async fn bring_up(host: &Host, args: &StartArgs, place: &Place, log: File) -> Result<Ready> {
    let installed = install::prepare(host)?;
    let mut signals = Signals::take()?;
    Settings::within(&place.folder, host).write(host)?;
    let mut server = Server::launch(Launch {
        host,
        installed: &installed,
        behaviour: &args.behaviour,
        lifetime: Lifetime::UntilStopped,
        folder: &place.folder,
        log_path: &place.folder.join(LOG),
        log,
    })?;
    let ready = tokio::select! {
        ready = server.ready() => ready?,
        signal = signals.next() => bail!("stopped by {signal:?} before the sandbox was up"),
    };
    server.leave();
    Ok(ready)
}

/// Stops a sandbox and removes what it left.
pub(super) async fn stop(host: &Host, name: &SandboxName) -> Result<()> {
    let place = Place::of(host, name);
    if !place.is_running()? {
        let existed = place.folder.exists();
        store::remove_folder(&place.folder)?;
        let remark = if existed {
            "; its leftovers are removed"
        } else {
            ""
        };
        return print(&format!("Sandbox `{name}` does not run{remark}"));
    }
    let pid = place.ready()?.pid;
    server::signal(pid, Signal::TERM);
    if !place.ends_within(LONGEST_END).await? {
        server::signal(pid, Signal::KILL);
        if !place.ends_within(LONGEST_END).await? {
            bail!("sandbox `{name}`, process {pid}, does not end");
        }
    }
    store::remove_folder(&place.folder)?;
    print(&format!("Sandbox `{name}` is stopped"))
}

/// Prints the variables for commands that are to use a sandbox.
pub(super) fn env(host: &Host, name: &SandboxName, format: EnvFormat) -> Result<()> {
    let place = Place::of(host, name);
    if !place.is_running()? {
        bail!(
            "sandbox `{name}` does not run\nhint: start it with `cloister sandbox start --name {name}`"
        );
    }
    let changes = environment::changes(
        host,
        &place.ready()?,
        &Settings::within(&place.folder, host),
    );
    print(&match format {
        EnvFormat::Shell => shell::render_shell(&changes),
        EnvFormat::Json => shell::render_json(&changes),
    })
}

/// Lists the sandboxes that were started, and which of them are gone.
pub(super) fn status(host: &Host) -> Result<()> {
    let names = names(host)?;
    if names.is_empty() {
        return print("No sandbox was started");
    }
    names.iter().try_for_each(|name| {
        let place = Place::of(host, name);
        print(&match (place.is_running()?, place.ready()) {
            (true, Ok(ready)) => format!(
                "{name}  runs at {}, process {}",
                ready.endpoints.outside, ready.pid
            ),
            (true, Err(_)) => format!("{name}  is starting"),
            (false, _) => format!(
                "{name}  is gone; `cloister sandbox stop --name {name}` removes its leftovers"
            ),
        })
    })
}

fn names(host: &Host) -> Result<Vec<SandboxName>> {
    let folder = host.cache.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(&folder).with_context(|| format!("could not list `{}`", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// The folder of one started sandbox.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn of(host: &Host, name: &SandboxName) -> Self {
        Self {
            folder: host.cache.join(FOLDER).join(name.to_string()),
        }
    }

    /// Takes the place for a new sandbox, cleared of an older one's leftovers; `None` where one runs.
    fn claim(&self) -> Result<Option<File>> {
        store::make_private_folder(&self.folder)?;
        let Some(log) = self.try_lock()? else {
            return Ok(None);
        };
        for leftover in [READY_FILE, "state"] {
            let path = self.folder.join(leftover);
            if path.is_dir() {
                store::remove_folder(&path)?;
            } else if path.exists() {
                fs::remove_file(&path)
                    .with_context(|| format!("could not remove `{}`", path.display()))?;
            }
        }
        log.set_len(0)
            .context("could not empty the sandbox's log")?;
        Ok(Some(log))
    }

    fn is_running(&self) -> Result<bool> {
        Ok(self.folder.exists() && self.try_lock()?.is_none())
    }

    fn ready(&self) -> Result<Ready> {
        Ready::read(&self.folder.join(READY_FILE))
    }

    async fn ends_within(&self, limit: Duration) -> Result<bool> {
        let deadline = Instant::now() + limit;
        while self.is_running()? {
            if Instant::now() > deadline {
                return Ok(false);
            }
            sleep(POLL).await;
        }
        Ok(true)
    }

    fn try_lock(&self) -> Result<Option<File>> {
        let path = self.folder.join(LOG);
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("could not open `{}`", path.display()))?;
        match log.try_lock() {
            Ok(()) => Ok(Some(log)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("could not lock `{}`", path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::host::tests::host, *};

    fn place(root: &std::path::Path) -> (Host, Place) {
        let host = host(&[("XDG_CACHE_HOME", root.to_str().expect("UTF-8"))]);
        let place = Place::of(&host, &"default".parse().expect("a name"));
        (host, place)
    }

    #[test]
    fn a_sandbox_runs_for_as_long_as_its_log_is_held() {
        let root = tempfile::tempdir().expect("a folder");
        let (host, place) = place(root.path());
        assert!(!place.is_running().expect("an answer"));
        assert!(names(&host).expect("a list").is_empty());

        let server = place.claim().expect("a folder").expect("nobody has it");
        assert!(place.is_running().expect("an answer"));
        assert!(place.claim().expect("an answer").is_none(), "one of a name");
        assert_eq!(names(&host).expect("a list").len(), 1);

        drop(server);
        assert!(!place.is_running().expect("an answer"));
    }

    #[test]
    fn leftovers_of_a_sandbox_that_is_gone_do_not_reach_the_next() {
        let root = tempfile::tempdir().expect("a folder");
        let (_, place) = place(root.path());
        drop(place.claim().expect("a folder"));
        fs::write(place.folder.join(READY_FILE), "{}").expect("a file");
        fs::create_dir(place.folder.join("state")).expect("a folder");

        let log = place.claim().expect("a folder");
        assert!(log.is_some());
        assert!(!place.folder.join(READY_FILE).exists());
        assert!(!place.folder.join("state").exists());
    }
}
