//! An example of the repository, applied in a started sandbox.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{output::Output, programs::terraform, sandbox::Sandbox};

/// A copy of an example, so that no state ends up in the repository.
#[derive(Debug)]
pub struct Project<'a> {
    sandbox: &'a Sandbox,
    folder: TempDir,
}

impl<'a> Project<'a> {
    /// A copy of `examples/NAME`.
    pub fn example(sandbox: &'a Sandbox, name: &str) -> Result<Self> {
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../examples")
            .join(name);
        let folder = tempfile::tempdir()?;
        copy_configuration(&example, folder.path())
            .with_context(|| format!("no example `{name}`"))?;
        Ok(Self { sandbox, folder })
    }

    /// `terraform get`: takes in the modules.
    pub fn get(&self) -> Result<Output> {
        self.run(&["get", "-no-color"])
    }

    /// `terraform apply`.
    pub fn apply(&self) -> Result<Output> {
        self.terraform(&["apply", "-auto-approve"])
    }

    /// `terraform plan`; it succeeds if nothing is to be done.
    pub fn plan(&self) -> Result<Output> {
        self.terraform(&["plan", "-detailed-exitcode"])
    }

    /// `terraform destroy`.
    pub fn destroy(&self) -> Result<Output> {
        self.terraform(&["destroy", "-auto-approve"])
    }

    fn terraform(&self, arguments: &[&str]) -> Result<Output> {
        self.run(&[arguments, &["-no-color", "-input=false"]].concat())
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(terraform()?);
        command.args(arguments).current_dir(self.folder.path());
        for (name, value) in self.sandbox.environment()? {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Ok(Output::of(&mut command)?)
    }
}

/// Copies the configuration of a folder, modules below it among it.
fn copy_configuration(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (place, copy) = (entry.path(), to.join(entry.file_name()));
        if place.is_dir() && entry.file_name() != ".terraform" {
            fs::create_dir(&copy)?;
            copy_configuration(&place, &copy)?;
        } else if place.extension().is_some_and(|extension| extension == "tf") {
            fs::copy(&place, &copy)?;
        }
    }
    Ok(())
}
