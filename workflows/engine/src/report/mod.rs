//! The report of a run: what was judged, what it is worth, from which sources.

mod terminal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

pub use terminal::{Paint, render_terminal};

use crate::evidence::{Evidence, Source, SourceKind};
use crate::file::InputValue;
use crate::plan::Plan;
use crate::verdict::{Exhibit, Judgement, Verdict, as_text};

/// What a run found; its JSON form is stable and described by `cloister schema report`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this form; raised when a field changes its meaning or goes away.
    pub version: u32,
    /// `id` of the workflow.
    pub workflow: String,
    pub title: String,
    /// When the run began; absence is judged up to here.
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub as_of: Timestamp,
    /// Where windows begin that no step bounds.
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub since: Timestamp,
    /// How long a record was given to arrive.
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub delivery_lag: crate::Length,
    pub outcome: Outcome,
    pub grade: Grade,
    pub inputs: BTreeMap<String, InputValue>,
    pub steps: Vec<StepReport>,
    pub sources: Vec<SourceReport>,
}

/// The run in one word; exit codes follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every step passed, apart from those that a person decides.
    Pass,
    /// A step failed or was not attempted.
    Fail,
    /// Nothing failed, but a step is pending or unavailable.
    Undecided,
}

/// Points earned; `manual` steps are neutral and stand apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Grade {
    pub earned: u64,
    pub possible: u64,
    /// Rounded down, so that only a full score shows 100; 100 if nothing is to be earned.
    pub percent: u64,
    /// Points that a person decides about.
    pub manual: u64,
}

/// One step as judged.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StepReport {
    pub id: String,
    pub title: String,
    pub verdict: Verdict,
    pub points: u32,
    /// Why this verdict.
    pub because: String,
    pub evidence: Vec<Exhibit>,
    /// For `pending`: when the wait is over.
    pub until: Option<String>,
    /// Present while the step has not passed.
    pub hint: Option<String>,
    /// Present if the step failed.
    pub remedy: Option<String>,
}

/// One source of records as read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceReport {
    pub name: String,
    pub kind: SourceKind,
    pub files: u64,
    pub records: u64,
    /// What could not be read.
    pub faults: Vec<String>,
}

impl Report {
    /// Sums up one round of judging.
    pub fn new(plan: &Plan, evidence: &Evidence, judgements: Vec<Judgement>) -> Report {
        let steps: Vec<StepReport> = plan
            .steps
            .iter()
            .zip(judgements)
            .map(|(step, judgement)| StepReport {
                id: step.id.clone(),
                title: step.title.clone(),
                verdict: judgement.verdict,
                points: step.points,
                hint: step
                    .hint
                    .clone()
                    .filter(|_| judgement.verdict != Verdict::Pass),
                remedy: step
                    .remedy
                    .clone()
                    .filter(|_| judgement.verdict == Verdict::Fail),
                because: judgement.because,
                evidence: judgement.evidence,
                until: judgement.until.map(|until| until.to_string()),
            })
            .collect();
        Report {
            version: 1,
            workflow: plan.id.clone(),
            title: plan.title.clone(),
            as_of: evidence.as_of,
            since: evidence.since,
            delivery_lag: evidence.delivery_lag,
            outcome: outcome(&steps),
            grade: grade(&steps),
            inputs: plan.inputs.clone(),
            sources: sources(evidence),
            steps,
        }
    }

    /// The report as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("a report has text keys only");
        json + "\n"
    }
}

/// The JSON Schema of the report's JSON form.
pub fn report_schema() -> Schema {
    schemars::generate::SchemaSettings::default()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
}

/// Every source once, however many steps it bears on.
fn sources(evidence: &Evidence) -> Vec<SourceReport> {
    let flow_logs = evidence.flows.values().flat_map(|flows| &flows.sources);
    let flow_logs: BTreeMap<&str, &Source> = flow_logs
        .map(|flow_log| (flow_log.source.name.as_str(), &flow_log.source))
        .collect();
    let sources = evidence.sources.iter().chain(flow_logs.into_values());
    sources.map(SourceReport::from).collect()
}

impl From<&Source> for SourceReport {
    fn from(source: &Source) -> Self {
        SourceReport {
            name: source.name.clone(),
            kind: source.kind,
            files: source.files,
            records: source.records,
            faults: source.faults.clone(),
        }
    }
}

fn outcome(steps: &[StepReport]) -> Outcome {
    let any = |wanted: [Verdict; 2]| steps.iter().any(|step| wanted.contains(&step.verdict));
    if any([Verdict::Fail, Verdict::NotAttempted]) {
        Outcome::Fail
    } else if any([Verdict::Pending, Verdict::Unavailable]) {
        Outcome::Undecided
    } else {
        Outcome::Pass
    }
}

fn grade(steps: &[StepReport]) -> Grade {
    let sum = |counts: &dyn Fn(&Verdict) -> bool| -> u64 {
        let counted = steps.iter().filter(|step| counts(&step.verdict));
        counted.map(|step| u64::from(step.points)).sum()
    };
    let earned = sum(&|verdict| *verdict == Verdict::Pass);
    let manual = sum(&|verdict| *verdict == Verdict::Manual);
    let possible = sum(&|_| true) - manual;
    let percent = (earned * 100).checked_div(possible).unwrap_or(100);
    Grade {
        earned,
        possible,
        percent,
        manual,
    }
}
