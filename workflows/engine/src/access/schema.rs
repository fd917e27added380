//! The JSON Schemas of `cloister access`.

use cloister_policy::access::{Answer, AnswerFailure, Question};
use schemars::{JsonSchema, Schema};
use serde::Serialize;

/// A line that `cloister access` writes.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what the policy crate writes")]
enum AnswerLine {
    /// What the policies come to.
    Answer(Answer),
    /// The question is malformed; the run goes on.
    Failure(AnswerFailure),
}

/// The JSON Schema of a question, a line that `cloister access` reads.
pub fn access_schema() -> Schema {
    schemars::schema_for!(Question)
}

/// The JSON Schema of an answer, a line that `cloister access` writes.
pub fn access_answer_schema() -> Schema {
    schemars::generate::SchemaSettings::default()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<AnswerLine>()
}
