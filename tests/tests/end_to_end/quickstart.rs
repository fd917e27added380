//! `examples/quickstart`, applied, used and graded.

use cloister_tests::rig::{Outcome, Outputs, Project, Sandbox, workspace};
use serde_json::Value;

/// What the example is called here; its bucket is the bucket of all tests.
const NAME: &str = "cloister-test";

/// The example, which nobody has used yet.
#[track_caller]
pub(crate) fn applied(sandbox: &Sandbox) -> Project<'_> {
    let project = sandbox.project().env("TF_VAR_name", NAME);
    project.remove("prelude.tf");
    for name in ["main.tf", "outputs.tf"] {
        let file = workspace().join("examples/quickstart").join(name);
        project.write(name, std::fs::read(file).expect("the example is there"));
    }
    project.apply().succeeded();
    project
}

/// Plays what the demo plays: a data scientist at work, and where locks and guardrails hold.
#[track_caller]
pub(crate) fn play(project: &Project<'_>, outputs: &Outputs) {
    project.write("outputs.json", outputs.text());
    project
        .python("scripts/demo_traffic.py", &["outputs.json"])
        .succeeded();
}

/// Grades a lab after all records were delivered; what came of it, and the verdicts as `step: verdict`.
#[track_caller]
pub(crate) fn graded(project: &Project<'_>, lab: &str, more: &[&str]) -> (Outcome, Vec<String>) {
    project.sandbox().deliver();
    let trail = format!("s3://{}", &project.outputs()["trail_bucket"]);
    judged(project, lab, &[&["--trail", &trail], more].concat())
}

/// Grades a lab from the sources in `more`.
#[track_caller]
pub(crate) fn judged(project: &Project<'_>, lab: &str, more: &[&str]) -> (Outcome, Vec<String>) {
    let state = "terraform.tfstate";
    let given = ["verify", lab, "--state", state, "--format", "json"];
    let outcome = project.cloister(&[&given, more].concat());
    let report: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.told()));
    let steps = report["steps"].as_array().expect("a report has steps");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let verdicts = steps
        .iter()
        .map(|step| format!("{}: {}", text(&step["id"]), text(&step["verdict"])))
        .collect();
    (outcome, verdicts)
}
