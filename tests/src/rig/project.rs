//! A folder with Terraform configuration.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    built::{cloister, provider, python, terraform, workspace},
    outcome::{Outcome, Running},
    outputs::Outputs,
    plan::Plan,
    sandbox::Sandbox,
};

/// What every configuration needs; the variables take their values from the sandbox.
const PRELUDE: &str = r#"
terraform {
  required_providers {
    cloister = { source = "cloister/cloister" }
  }
}

variable "s3_endpoint_id" { type = string }
variable "administrator_arn" { type = string }
"#;

const SAVED_PLAN: &str = "saved.tfplan";

/// A folder with Terraform configuration, applied in a sandbox with the built provider.
///
/// The environment holds nothing of the machine's but the search path, so that a run is the same everywhere.
#[derive(Debug)]
pub struct Project<'a> {
    sandbox: &'a Sandbox,
    environment: BTreeMap<OsString, OsString>,
    root: TempDir,
}

impl<'a> Project<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let place = |name: &str| root.path().join(name);
        for name in ["config", "home", "plugins", "tmp"] {
            fs::create_dir(place(name)).expect("a folder");
        }
        let plugin = place("plugins").join("terraform-provider-cloister");
        std::os::unix::fs::symlink(provider(), plugin).expect("a link to the provider");
        fs::write(place("terraform.rc"), overrides(&place("plugins")))
            .expect("Terraform's settings");
        let mut environment: BTreeMap<OsString, OsString> = BTreeMap::from([
            ("HOME".into(), place("home").into()),
            ("TMPDIR".into(), place("tmp").into()),
            ("TF_CLI_CONFIG_FILE".into(), place("terraform.rc").into()),
            ("TF_IN_AUTOMATION".into(), "1".into()),
            ("TF_INPUT".into(), "0".into()),
            ("CHECKPOINT_DISABLE".into(), "1".into()),
        ]);
        environment.extend(std::env::var_os("PATH").map(|path| ("PATH".into(), path)));
        let of_sandbox = sandbox.environment().into_iter();
        environment.extend(of_sandbox.map(|(name, value)| (name.into(), value.into())));
        let project = Self {
            sandbox,
            environment,
            root,
        };
        project.file("prelude.tf", PRELUDE)
    }

    /// A folder with the same configuration and state, in another sandbox.
    #[must_use]
    pub fn copied<'b>(&self, sandbox: &'b Sandbox) -> Project<'b> {
        let copy = Project::new(sandbox);
        let entries = fs::read_dir(self.folder()).expect("the folder is there");
        for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), copy.folder().join(entry.file_name()))
                .expect("the folder can be copied");
        }
        copy
    }

    /// Writes a file of configuration, in place of what it held.
    #[must_use]
    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(name, text);
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Takes a variable out of the environment.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.remove(OsStr::new(name));
        self
    }

    /// The value of a variable of the environment.
    pub fn value(&self, name: &str) -> String {
        let value = self
            .environment
            .get(OsStr::new(name))
            .expect("the variable is set");
        value.to_string_lossy().into_owned()
    }

    /// Uses these credentials, as [`Sandbox::session`] gives them.
    #[must_use]
    pub fn session(self, session: &Value) -> Self {
        let value = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
        self.env("AWS_ACCESS_KEY_ID", value("access_key_id"))
            .env("AWS_SECRET_ACCESS_KEY", value("secret_access_key"))
            .env("AWS_SESSION_TOKEN", value("session_token"))
    }

    /// Writes a file of configuration, between two runs.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.folder().join(name);
        let folder = file.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(file, text).expect("the folder can be written to");
    }

    /// Deletes a file of configuration or state.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.folder().join(name)).expect("the file is there");
    }

    /// What a file of configuration or state holds; `None` if it is not there.
    pub fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder().join(name)).ok()
    }

    /// The folder that Terraform runs in.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("config")
    }

    /// What is left in the folder for temporary files, where plugins keep their sockets.
    pub fn temporary_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.path().join("tmp"))
            .expect("the folder is there")
            .flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// The sandbox it is applied in.
    pub fn sandbox(&self) -> &'a Sandbox {
        self.sandbox
    }

    /// Runs `terraform` and waits for its end.
    #[track_caller]
    pub fn terraform(&self, arguments: &[&str]) -> Outcome {
        self.start(arguments).outcome()
    }

    /// Starts `terraform`.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(Path::new(terraform())).args(arguments))
    }

    /// Runs `cloister` in the same folder and environment.
    #[track_caller]
    pub fn cloister(&self, arguments: &[&str]) -> Outcome {
        Running::start(self.command(&cloister()).args(arguments)).outcome()
    }

    /// Runs `cloister`, with a file of the folder as what is typed.
    #[track_caller]
    pub fn cloister_reading(&self, input: &str, arguments: &[&str]) -> Outcome {
        let input = File::open(self.folder().join(input)).expect("a file of the folder");
        let mut command = self.command(&cloister());
        Running::start_reading(command.args(arguments), input.into()).outcome()
    }

    /// Runs a Python script of the workspace in the same folder and environment.
    #[track_caller]
    pub fn python(&self, script: &str, arguments: &[&str]) -> Outcome {
        let script = workspace().join(script);
        Running::start(self.command(&python()).arg(script).args(arguments)).outcome()
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder())
            .env_clear()
            .envs(&self.environment);
        command
    }

    /// Plans.
    #[track_caller]
    pub fn plan(&self) -> Outcome {
        self.terraform(&["plan"])
    }

    /// Plans, and keeps the plan for [`Self::apply_saved`].
    #[track_caller]
    pub fn saved_plan(&self) -> Plan {
        self.terraform(&["plan", "-out", SAVED_PLAN]).succeeded();
        Plan::parse(
            &self
                .terraform(&["show", "-json", SAVED_PLAN])
                .succeeded()
                .stdout,
        )
    }

    /// Applies the plan that was kept.
    #[track_caller]
    pub fn apply_saved(&self) -> Outcome {
        self.terraform(&["apply", SAVED_PLAN])
    }

    /// Panics, with the plan, unless nothing is to be done.
    #[track_caller]
    pub fn plans_nothing(&self) {
        self.terraform(&["plan", "-detailed-exitcode"]).succeeded();
    }

    /// Plans and applies.
    #[track_caller]
    pub fn apply(&self) -> Outcome {
        self.terraform(&["apply", "-auto-approve"])
    }

    /// Destroys everything in the state.
    #[track_caller]
    pub fn destroy(&self) -> Outcome {
        self.terraform(&["destroy", "-auto-approve"])
    }

    /// Imports an object.
    #[track_caller]
    pub fn import(&self, address: &str, id: &str) -> Outcome {
        self.terraform(&["import", address, id])
    }

    /// The attributes of a resource in the state; `None` if it is not in there.
    #[track_caller]
    pub fn state(&self, address: &str) -> Option<Value> {
        let shown = self.terraform(&["show", "-json"]);
        let mut state: Value =
            serde_json::from_str(&shown.succeeded().stdout).expect("Terraform shows JSON");
        let resources = state
            .pointer_mut("/values/root_module/resources")?
            .as_array_mut()?;
        let found = resources
            .iter_mut()
            .find(|resource| resource["address"] == address)?;
        Some(found["values"].take())
    }

    /// The outputs as `terraform output -json` prints them.
    #[track_caller]
    pub fn outputs(&self) -> Outputs {
        let shown = self.terraform(&["output", "-json"]);
        Outputs::parse(shown.succeeded().stdout.clone())
    }
}

fn overrides(plugins: &Path) -> String {
    format!(
        "provider_installation {{\n  dev_overrides {{ \"cloister/cloister\" = \"{}\" }}\n  direct {{}}\n}}\n",
        plugins.display()
    )
}
