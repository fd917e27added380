//! From arguments to the one function that serves them.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result};
use tokio::runtime;

use super::{
    args::{SandboxArgs, SandboxCommand},
    host::Host,
    install, named,
    run::run_once,
};

/// Exit code of a command that broke (design: "the run itself broke").
const BROKEN: u8 = 4;

/// Serves one `cloister sandbox` command to its end, errors included.
pub(crate) fn run(args: &SandboxArgs) -> ExitCode {
    let served = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start")
        .and_then(|runtime| runtime.block_on(serve(args)));
    ExitCode::from(served.unwrap_or_else(|error| {
        note(&format!("error: {error:#}"));
        BROKEN
    }))
}

async fn serve(args: &SandboxArgs) -> Result<u8> {
    let host = Host::read();
    match &args.command {
        SandboxCommand::Run(args) => return Ok(run_once(host, args).await),
        SandboxCommand::Start(args) => named::start(&host?, args).await?,
        SandboxCommand::Stop(args) => named::stop(&host?, &args.name).await?,
        SandboxCommand::Env(args) => named::env(&host?, &args.name.name, args.format)?,
        SandboxCommand::Status => named::status(&host?)?,
        SandboxCommand::Python => print(&install::interpreter(&host?)?.display().to_string())?,
    }
    Ok(0)
}

/// Prints a result to stdout; a closed pipe is no error.
pub(super) fn print(text: &str) -> Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("could not write to standard output"),
    }
}

/// Tells the person who watches; nobody may be there to read it.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
