//! `make crash`: hits every call of a composite's life, and shows that nothing is lost and nothing there twice.

use std::{
    env,
    io::{Write, stdout},
    panic,
    process::ExitCode,
};

use anyhow::Result;
use cloister_tests::crash::{Options, USAGE, WORKER, sweep};

fn main() -> Result<ExitCode> {
    if env::args().any(|argument| argument == "--help") {
        writeln!(stdout(), "{USAGE}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options::parse(env::args().skip(1))?;
    // A point that fails is told once, with the command that repeats it; what goes wrong outside of points ends all.
    panic::set_hook(Box::new(|panicked| {
        if std::thread::current().name() != Some(WORKER) {
            eprintln!("{panicked}");
        }
    }));
    let report = sweep(&options);
    write!(stdout(), "{report}")?;
    let code = if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    Ok(code)
}
