//! One AWS stand-in per test, on ports of its own.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    aws::{Aws, Worker},
    built::{python, workspace},
    control::{Call, Control, Timed},
    processes::kill,
    project::Project,
    wait::wait_until,
};

/// The account whose credentials the sandbox hands out.
pub const HOME_ACCOUNT: &str = "111122223333";
/// An account that is reached from it through a role.
pub const MEMBER_ACCOUNT: &str = "444455556666";
/// The role of the sandbox's credentials.
pub const ADMINISTRATOR: &str = "arn:aws:iam::111122223333:role/PlatformAdministrator";

/// What AWS makes with the first domain of an account, and all others in it use: the role of its service, and the log
/// group of all apps. They belong to the account, and outlive every domain.
pub const OF_THE_ACCOUNT: [&str; 2] = [
    "iam:service-linked-role ",
    "logs:log-group /aws/sagemaker/studio",
];

/// The process that a sandbox runs in.
#[derive(Debug)]
enum Process {
    /// Started here.
    Started(Child),
    /// Forked by another sandbox, which waits for its end.
    Forked(u32),
}

/// A running sandbox; it ends when this is dropped, and when the test's process ends.
#[derive(Debug)]
pub struct Sandbox {
    process: Process,
    control: Control,
    ready: Value,
    worker: Mutex<Option<Worker>>,
    folder: TempDir,
}

impl Sandbox {
    /// Starts a fresh sandbox and waits until it serves.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with further arguments, such as `--latency 0.02`.
    pub fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = File::create(folder.path().join("log")).expect("a log file");
        let ready_file = folder.path().join("ready.json");
        let mut process = Command::new(python())
            .args([
                "-m",
                "cloister_sandbox",
                "--warm",
                "--parent-pid",
                &std::process::id().to_string(),
            ])
            .arg("--ready-file")
            .arg(&ready_file)
            .arg("--state-dir")
            .arg(folder.path().join("state"))
            .args(arguments)
            .env("PYTHONPATH", workspace().join("sandbox"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the sandbox's Python can be started");
        let text = wait_until("the sandbox serves", || {
            if let Ok(Some(status)) = process.try_wait() {
                panic!("the sandbox ended with {status}: {}", log_of(&folder));
            }
            fs::read_to_string(&ready_file).ok()
        });
        Self::ready(Process::Started(process), &text, folder)
    }

    /// A second sandbox that holds the same at this moment, and goes its own way from here on.
    #[must_use]
    pub fn fork(&self) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ready_file = folder.path().join("ready.json");
        let answer = self
            .control
            .post("fork", &json!({"ready_file": ready_file}));
        let pid = answer["pid"].as_u64().and_then(|pid| pid.try_into().ok());
        let process = Process::Forked(pid.expect("a fork has a process id"));
        let text = wait_until("the fork serves", || fs::read_to_string(&ready_file).ok());
        Self::ready(process, &text, folder)
    }

    fn ready(process: Process, text: &str, folder: TempDir) -> Self {
        let ready: Value = serde_json::from_str(text).expect("the ready file is JSON");
        Self {
            process,
            control: Control::at(
                ready["control"]
                    .as_str()
                    .expect("the ready file names the control API"),
            ),
            ready,
            worker: Mutex::new(None),
            folder,
        }
    }

    /// A folder for Terraform configuration that is applied here.
    pub fn project(&self) -> Project<'_> {
        Project::new(self)
    }

    /// Calls from the internet, as the administrator.
    pub fn aws(&self) -> Aws<'_> {
        Aws::new(self, self.endpoint("outside"))
    }

    /// Calls through the VPC endpoint, as the administrator.
    pub fn aws_inside(&self) -> Aws<'_> {
        Aws::new(self, self.endpoint("inside"))
    }

    /// Calls from some machine in a VPC that was made here, as the administrator.
    pub fn aws_within(&self, vpc_id: &str) -> Aws<'_> {
        let place = self.control.post("vantage", &json!({"vpc_id": vpc_id}));
        Aws::new(self, text(&place["endpoint"]))
    }

    /// Spoils calls by these rules from here on, in place of earlier rules; the form is that of a file for `--faults`.
    pub fn faults(&self, rules: &Value) {
        self.control.post("faults", rules);
    }

    /// Waits until the first rule has met its call.
    pub fn await_fault(&self) {
        wait_until("a call meets the fault", || {
            let report = self.control.get("faults");
            report["rules"][0]["fired"]
                .as_u64()
                .filter(|fired| *fired > 0)
        });
    }

    /// The calls that a rule holds, as numbers in the log of calls.
    pub fn held(&self) -> Vec<u64> {
        let answer = self.control.get("holds");
        let held = answer["held"].as_array().into_iter().flatten();
        held.filter_map(|one| one["seq"].as_u64()).collect()
    }

    /// Lets all calls go that are held.
    pub fn release(&self) {
        self.control.post("release", &json!({}));
    }

    /// How often each rule has met a call.
    pub fn fired(&self) -> Vec<u64> {
        let report = self.control.get("faults");
        let rules = report["rules"].as_array().expect("rules are a list");
        rules
            .iter()
            .map(|rule| rule["fired"].as_u64().expect("a count"))
            .collect()
    }

    /// All calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.timed_calls()
            .into_iter()
            .map(|timed| timed.call)
            .collect()
    }

    /// All calls so far, with what each took.
    pub fn timed_calls(&self) -> Vec<Timed> {
        let answer = self.control.get("calls");
        let calls = answer["calls"].as_array().expect("calls are a list");
        calls.iter().map(Timed::of).collect()
    }

    /// The numbers of this many member accounts, which are reached through their role `CloisterProvisioner`.
    pub fn member_accounts(&self, count: usize) -> Vec<String> {
        let answer = self.control.post("accounts", &json!({"count": count}));
        let accounts = answer["accounts"].as_array().expect("accounts are a list");
        accounts.iter().map(text).collect()
    }

    /// Lets calls, and what they begin, take this share of AWS's durations from here on.
    pub fn latency(&self, factor: f64) {
        self.control.post("latency", &json!({"factor": factor}));
    }

    /// Every live object of the home account by service and kind, as ids: what AWS keeps and nobody uses does not count.
    pub fn census(&self) -> BTreeSet<String> {
        of_census(self.objects())
    }

    /// The same of another account.
    pub fn census_of(&self, account: &str) -> BTreeSet<String> {
        of_census(self.objects_of(account))
    }

    /// Every live object of the home account by service and kind, with its name, tags and state where it has them.
    pub fn objects(&self) -> Vec<(String, Value)> {
        self.objects_of(HOME_ACCOUNT)
    }

    fn objects_of(&self, account: &str) -> Vec<(String, Value)> {
        let services = self.control.get(&format!("census?account={account}"));
        let entries = |of: &Value| of.as_object().cloned().unwrap_or_default();
        let mut found = Vec::new();
        for (service, kinds) in entries(&services) {
            for (kind, objects) in entries(&kinds) {
                let objects = objects.as_array().cloned().unwrap_or_default();
                found.extend(
                    objects
                        .into_iter()
                        .map(|one| (format!("{service}:{kind}"), one)),
                );
            }
        }
        found
    }

    /// Delivers the records of all calls so far to the trail's bucket.
    pub fn deliver(&self) {
        self.control.post("deliver", &json!({}));
    }

    /// Puts other quotas in force, such as `{"sagemaker:domain": 5}`.
    pub fn quotas(&self, quotas: &Value) {
        self.control.post("quotas", quotas);
    }

    /// Lets sessions that begin from here on last no longer than this.
    pub fn short_sessions(&self, seconds: u64) {
        self.control.post("sessions", &json!({"seconds": seconds}));
    }

    /// Takes an endpoint service out of some zones; no zones bring it back.
    pub fn withdraw(&self, service: &str, zones: &[&str]) {
        self.control.post(
            "endpoint_services",
            &json!({"service": service, "zones": zones}),
        );
    }

    /// Credentials of a role.
    pub fn session(&self, role_arn: &str) -> Value {
        self.control.post("session", &json!({"role_arn": role_arn}))
    }

    /// Credentials of a role that have expired.
    pub fn expired_session(&self, role_arn: &str) -> Value {
        self.control
            .post("session", &json!({"role_arn": role_arn, "expired": true}))
    }

    /// A seeded value by its Terraform name, such as `s3_endpoint_id`.
    pub fn seeded(&self, name: &str) -> String {
        text(&self.ready["terraform_variables"][name])
    }

    /// The endpoint of a vantage.
    pub(crate) fn endpoint(&self, vantage: &str) -> String {
        text(&self.ready["endpoints"][vantage])
    }

    /// The environment of commands that use the sandbox.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let named = |field: &str, prefix: &str| {
            let entries = self.ready[field]
                .as_object()
                .expect("the ready file holds maps")
                .iter();
            entries
                .map(|(name, value)| (format!("{prefix}{name}"), text(value)))
                .collect::<Vec<_>>()
        };
        [
            named("environment", ""),
            named("terraform_variables", "TF_VAR_"),
        ]
        .concat()
    }

    pub(crate) fn worker(&self) -> &Mutex<Option<Worker>> {
        &self.worker
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let log = log_of(&self.folder);
        if std::thread::panicking() && !log.is_empty() {
            eprintln!("the sandbox's log: {log}");
        }
        // These fail only when it has ended already; what it holds goes with its folder.
        match &mut self.process {
            Process::Started(process) => {
                let _ = process.kill();
                let _ = process.wait();
            }
            Process::Forked(pid) => kill(*pid),
        }
    }
}

/// Kind and id of each object.
fn of_census(objects: Vec<(String, Value)>) -> BTreeSet<String> {
    let shown = |(kind, one): (String, Value)| format!("{kind} {}", text(&one["id"]));
    objects.into_iter().map(shown).collect()
}

fn log_of(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .expect("the ready file holds texts")
        .to_owned()
}
