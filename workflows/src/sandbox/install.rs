//! Brings the sandbox onto the machine: the package unpacked, its requirements installed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::{
    command::note,
    host::{Host, PYTHON_VARIABLE},
    package, python, server,
    store::{Kind, Store},
};

const LOG: &str = "install.log";

/// Settings of the user's pip that would install somewhere else than into the environment.
const MISLEADING: [&str; 5] = [
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_REQUIRE_VIRTUALENV",
];

/// The sandbox, ready to be started.
#[derive(Debug)]
pub(super) struct Installed {
    /// The interpreter that has the requirements.
    pub(super) python: PathBuf,
    /// The folder that holds the package.
    pub(super) package: PathBuf,
    /// Keeps both from being cleared out.
    pub(super) store: Store,
}

/// Unpacks and installs what is missing, saying so on stderr.
pub(super) fn prepare(host: &Host) -> Result<Installed> {
    let store = Store::open(&host.cache)?;
    let whole = |folder: &Path| folder.join(package::REQUIREMENTS).exists();
    let package = store.entry(Kind::Package, &package::digest(), whole, |folder, _| {
        package::unpack(folder)
    })?;
    let python = match &host.python {
        Some(chosen) => resolve(chosen)?,
        None => environment(&store, &package)?,
    };
    Ok(Installed {
        python,
        package,
        store,
    })
}

/// The interpreter that has the sandbox's requirements, boto3 among them.
pub(super) fn interpreter(host: &Host) -> Result<PathBuf> {
    Ok(prepare(host)?.python)
}

/// The server runs in another folder, so that a path must not depend on the current one; a plain name is left to PATH.
fn resolve(chosen: &Path) -> Result<PathBuf> {
    if chosen.components().count() == 1 {
        return Ok(chosen.to_owned());
    }
    if !chosen.exists() {
        bail!(
            "`{PYTHON_VARIABLE}` is `{}`, and there is no such file",
            chosen.display()
        );
    }
    std::path::absolute(chosen).with_context(|| format!("could not find `{}`", chosen.display()))
}

fn environment(store: &Store, package: &Path) -> Result<PathBuf> {
    let requirements = package.join(package::REQUIREMENTS);
    let folder = store.entry(
        Kind::Environment,
        &package::requirements_digest(),
        // The interpreter is a link to the one it was made with, which may be gone.
        |folder| interpreter_in(folder).exists(),
        |folder, lock| make_environment(folder, &requirements, lock),
    )?;
    Ok(interpreter_in(&folder))
}

fn interpreter_in(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

fn make_environment(folder: &Path, requirements: &Path, lock: &File) -> Result<()> {
    let python = python::find()?;
    note(&format!(
        "sandbox: first use, making its Python environment with `{}`",
        python.display()
    ));
    let mut venv = Command::new(&python);
    venv.args(["-I", "-m", "venv"]).arg(folder);
    quietly(venv, folder, lock).context("could not make the sandbox's Python environment")?;

    note("sandbox: installing its Python packages; this takes a minute or two, once");
    let mut pip = Command::new(interpreter_in(folder));
    pip.args([
        "-I",
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
    ])
    .arg("--requirement")
    .arg(requirements);
    quietly(pip, folder, lock).with_context(|| {
        format!(
            "could not install the sandbox's Python packages into `{}`\n\
             hint: the package index must be reachable (pip's own settings apply), or set {PYTHON_VARIABLE} to a \
             Python that has them",
            folder.display()
        )
    })?;
    note("sandbox: its Python packages are installed");
    Ok(())
}

/// Runs a step with its output in the log; the end of the log becomes the error.
fn quietly(mut command: Command, folder: &Path, lock: &File) -> Result<()> {
    let path = folder.join(LOG);
    let log =
        File::create(&path).with_context(|| format!("could not write `{}`", path.display()))?;
    for name in MISLEADING {
        command.env_remove(name);
    }
    let program = command.get_program().to_string_lossy().into_owned();
    // The child inherits the lock: as long as it writes, even without us, nobody else begins.
    let status = command
        .stdin(Stdio::from(lock.try_clone()?))
        .stdout(Stdio::from(log.try_clone()?))
        .stderr(Stdio::from(log))
        .status()
        .with_context(|| format!("could not run `{program}`"))?;
    if !status.success() {
        let text = fs::read_to_string(&path).unwrap_or_default();
        bail!("`{program}` ended with {status}:\n{}", server::tail(&text));
    }
    Ok(())
}
