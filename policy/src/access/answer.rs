//! Answers as JSON: what `cloister access` writes, a line for a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Decision, Layer, Outcome, Question, QuestionError, Request};

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// Of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub decision: Outcome,
    /// The place whose policies decided.
    pub layer: Layer,
    /// The name of the policy document that decided; absent where an Allow was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The statement of that document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<AnsweredStatement>,
    /// Why, in one sentence.
    pub reason: String,
}

/// The statement that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnsweredStatement {
    /// Counted from 0.
    pub index: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// What comes in place of an answer to a malformed question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerFailure {
    /// Of the question, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, where, and the way out.
    pub error: String,
}

impl Answer {
    /// The decision on a request as an answer.
    pub fn of(id: Option<String>, decision: &Decision<'_>, request: &Request) -> Self {
        Self {
            id,
            decision: decision.outcome,
            layer: decision.layer,
            document: decision.by.map(|by| by.document.to_owned()),
            statement: decision.by.map(|by| AnsweredStatement {
                index: by.statement,
                sid: by.sid.map(str::to_owned),
            }),
            reason: decision.reason(request),
        }
    }
}

impl Question {
    /// Decides the question.
    pub fn answer(mut self) -> Result<Answer, QuestionError> {
        let id = self.id.take();
        let (request, policies) = self.read()?;
        Ok(Answer::of(id, &policies.decide(&request), &request))
    }
}

/// Answers a question in one line of JSON: an [`Answer`], or an
/// [`AnswerFailure`] where the question is malformed. No line break at the end.
pub fn answer_line(line_number: usize, line: &str) -> String {
    let answered = serde_json::from_str(line)
        .map_err(QuestionError::from)
        .and_then(Question::answer);
    match answered {
        Ok(answer) => written(&answer),
        Err(error) => written(&AnswerFailure {
            id: id_of(line),
            line: line_number,
            error: error.to_string(),
        }),
    }
}

/// The id of a question that could not be read as a whole.
fn id_of(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified {
        id: Option<String>,
    }
    let identified: Result<Identified, _> = serde_json::from_str(line);
    identified.ok()?.id
}

fn written<T: Serialize>(answer: &T) -> String {
    serde_json::to_string(answer).expect("all keys are strings and nothing fails to serialize")
}
