//! Sandboxes as `cloister sandbox` runs them, with a cache folder of their own.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{output::Output, programs::cloister};

/// The sandbox commands of one user, who has nothing else of ours; dropping it stops what was started.
#[derive(Debug)]
pub struct Sandbox {
    cache: TempDir,
    program: PathBuf,
    python: PathBuf,
}

impl Sandbox {
    /// A user who has not started a sandbox.
    pub fn stopped() -> Result<Self> {
        let python = env::var_os("CLOISTER_SANDBOX_PYTHON").map(PathBuf::from);
        Ok(Self {
            cache: tempfile::tempdir()?,
            program: cloister()?,
            python: python.context("CLOISTER_SANDBOX_PYTHON is not set; `make test` sets it")?,
        })
    }

    /// A user whose default sandbox runs.
    pub fn start() -> Result<Self> {
        let sandbox = Self::stopped()?;
        Output::of(&mut sandbox.command(&["start"]))?.success();
        Ok(sandbox)
    }

    /// `cloister sandbox` with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("sandbox")
            .args(arguments)
            .env("XDG_CACHE_HOME", self.cache.path())
            .env("CLOISTER_SANDBOX_PYTHON", &self.python)
            .env_remove("TF_CLI_CONFIG_FILE");
        command
    }

    /// The interpreter that the sandboxes run in.
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// What has to be set, or unset, to reach the started sandbox.
    pub fn environment(&self) -> Result<BTreeMap<String, Option<String>>> {
        let output = Output::of(&mut self.command(&["env", "--format", "json"]))?.success();
        serde_json::from_str(&output.stdout).context("the environment is JSON")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Stopping one that does not run is no error; a second failure would hide the first.
        let _ = self.command(&["stop"]).output();
    }
}
