//! `cloister`: the command line. Each command has a module; what a library caller would want is in the crates below.

mod access;
mod cli;
mod clock;
mod composed;
mod console;
mod failure;
mod labs;
mod lint;
mod orphans;
mod permissions;
mod sandbox;
mod schema;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::console::Console;

fn main() -> ExitCode {
    // Wrong usage ends here, with clap's own message and exit code 2.
    let cli = Cli::parse();
    let console = Console::new(cli.color);
    let ended = match &cli.command {
        Command::Verify(args) => verify::run(args, console),
        Command::Access(args) => access::run(args),
        Command::Lint(args) => lint::run(args, console),
        Command::Labs(args) => labs::run(args),
        Command::Permissions(args) => permissions::run(args),
        Command::Orphans(args) => orphans::run(args, console),
        Command::Schema(args) => schema::run(args),
        // Its exit code may be that of the command it runs.
        Command::Sandbox(args) => return sandbox::run(args),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            console::note(&failure.to_string());
            failure.exit.into()
        }
    }
}
