//! `cloister sandbox run`: one command, one fresh sandbox.

use std::{
    ffi::OsString, fs::File, io::ErrorKind, os::unix::process::ExitStatusExt, path::Path,
    process::ExitStatus,
};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

use super::{
    args::RunArgs,
    command::note,
    environment::{self, Changes},
    fresh::Fresh,
    host::{Host, Provider},
    install::{self, Installed},
    server::{self, Launch, Lifetime, Server},
    settings::Settings,
    signals::{self, Signals},
};

// As `env` and `timeout` have them, so that scripts can tell whose failure it was.
const SANDBOX_FAILED: u8 = 125;
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs the command; a failure of the sandbox itself is reported here, with its own exit code.
pub(super) async fn run_once(host: Result<Host>, args: &RunArgs) -> u8 {
    let outcome = match host {
        Ok(host) => run_in_fresh(&host, args).await,
        Err(error) => Err(error),
    };
    outcome.unwrap_or_else(|error| {
        note(&format!("error: {error:#}"));
        SANDBOX_FAILED
    })
}

async fn run_in_fresh(host: &Host, args: &RunArgs) -> Result<u8> {
    let installed = install::prepare(host)?;
    let mut signals = Signals::take()?;
    let folder = Fresh::make(&host.cache)?;
    let mut server = launch(host, args, &installed, folder.path())?;
    let ready = tokio::select! {
        ready = server.ready() => ready?,
        signal = signals.next() => return Ok(signals::exit_code(signal.as_raw())),
    };
    let settings = Settings::within(folder.path(), host);
    settings.write(host)?;
    note_configured_provider(host);

    let changes = environment::changes(host, &ready, &settings);
    let code = run_command(&args.command, &changes, &mut signals).await?;
    if let Some(status) = server.ended()? {
        bail!(
            "the sandbox ended with {status} while the command ran{}",
            server.last_words()
        );
    }
    server.end().await?;
    Ok(code)
}

fn launch(host: &Host, args: &RunArgs, installed: &Installed, folder: &Path) -> Result<Server> {
    let log_path = match &args.keep_log {
        Some(path) => path.clone(),
        None => folder.join("server.log"),
    };
    let log = File::create(&log_path)
        .with_context(|| format!("could not write the log `{}`", log_path.display()))?;
    Server::launch(Launch {
        host,
        installed,
        behaviour: &args.behaviour,
        lifetime: Lifetime::AsWe,
        folder,
        log_path: &log_path,
        log,
    })
}

fn note_configured_provider(host: &Host) {
    if let Provider::Configured(path) = &host.provider {
        let path = path.display();
        note(&format!(
            "sandbox: TF_CLI_CONFIG_FILE is `{path}`: which cloister provider Terraform uses is decided there"
        ));
    }
}

/// Runs the command to its end and returns its exit code.
async fn run_command(command: &[OsString], changes: &Changes, signals: &mut Signals) -> Result<u8> {
    let Some((program, arguments)) = command.split_first() else {
        bail!("there is no command to run");
    };
    let mut prepared = Command::new(program);
    prepared.args(arguments);
    for (name, value) in changes {
        match value {
            Some(value) => prepared.env(name, value),
            None => prepared.env_remove(name),
        };
    }
    match prepared.spawn() {
        Ok(child) => Ok(code_of(outlive(child, signals).await?)),
        Err(error) => {
            note(&format!(
                "error: could not run `{}`: {error}",
                program.to_string_lossy()
            ));
            Ok(if error.kind() == ErrorKind::NotFound {
                NOT_FOUND
            } else {
                NOT_EXECUTABLE
            })
        }
    }
}

/// Waits for the command whatever signals arrive: the sandbox must not go away under it.
async fn outlive(mut child: Child, signals: &mut Signals) -> Result<ExitStatus> {
    loop {
        let pid = child.id();
        tokio::select! {
            status = child.wait() => return status.context("could not wait for the command"),
            signal = signals.next() => {
                if let Some(pid) = pid.filter(|_| signals.must_pass_on(signal)) {
                    server::signal(pid, signal);
                }
            }
        }
    }
}

fn code_of(status: ExitStatus) -> u8 {
    match (status.code(), status.signal()) {
        (Some(code), _) => u8::try_from(code).unwrap_or(u8::MAX),
        (None, Some(signal)) => signals::exit_code(signal),
        (None, None) => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_is_the_commands_or_tells_the_signal() {
        // The raw status holds the exit code in the second byte and the signal in the first.
        for (raw, expected) in [(0, 0), (3 << 8, 3), (255 << 8, 255), (9, 137), (15, 143)] {
            assert_eq!(code_of(ExitStatus::from_raw(raw)), expected, "{raw}");
        }
    }
}
