//! cloister-workflow: workflow files, what their steps ask, and what evidence answers.
//!
//! Pure: it never calls AWS, opens a file or reads a clock. Evidence, time and
//! ids come in as arguments, so every verdict is a table test.
//!
//! Read first: [`Workflow`] (a checked file), [`Plan`] (inputs settled,
//! patterns compiled), [`judge()`] over [`Evidence`], and [`Report`].

mod access;
mod decode;
mod event;
mod evidence;
mod family;
mod file;
mod flow;
mod judge;
mod length;
mod load;
mod needs;
mod pattern;
mod plan;
mod problem;
mod report;
mod template;
mod validate;
mod verdict;
mod yaml;

pub use access::{
    AccessProof, Gathered, ObjectRef, Objects, access_answer_schema, access_schema, gather,
};
pub use event::{Event, NoEvent, Place};
pub use evidence::{Evidence, Observation, Records, Source, SourceKind};
pub use family::{Category, Family};
pub use file::{
    AccessCheck, Answered, Check, CloudTrailCheck, ContextSource, Expect, ExpectedAccess,
    FlowLogsCheck, InputDeclaration, InputForm, InputValue, LiveCheck, ManualCheck, OneOrMany,
    PatternSource, Step, Unreadable, WorkflowFile, workflow_schema,
};
pub use flow::{Flow, FlowEvidence, FlowLog, FlowProof, FlowScope, FlowSource, NoFlow, Traffic};
pub use judge::judge;
pub use length::{Length, NoLength};
pub use load::Workflow;
pub use plan::{Count, LiveProof, Plan, PlannedStep, Proof, RecordProof};
pub use problem::{Problem, Problems};
pub use report::{
    Grade, Outcome, Paint, Report, SourceReport, StepReport, render_terminal, report_schema,
};
pub use verdict::{
    AnswerExhibit, DecisionExhibit, EventExhibit, Exhibit, FlowExhibit, Judgement,
    StatementExhibit, Verdict,
};
pub use yaml::Spot;
