//! Evaluation: what a request comes to under the policies that apply to it.
//!
//! Read first: [`Request`] (who asks for what), [`Policies`] (the documents, by
//! the place each is attached to), [`Decision`] (the answer, and what decided).
//! [`Compiled`] answers many requests under the same policies; [`answer_line`]
//! does the whole in JSON.
//!
//! Where AWS documents a rule, it is followed; where a document holds what AWS
//! would refuse to store, evaluation takes the reading that opens nothing: an
//! Allow with a value that cannot be read does not match by it, a Deny does.

mod actions;
mod answer;
mod caller;
mod combine;
mod compiled;
mod condition;
mod decimal;
mod decision;
mod facts;
mod instant;
mod network;
mod pattern;
mod policies;
mod principals;
mod question;
mod reason;
mod request;
mod resources;
mod services;
mod statement;
mod written;

pub use answer::{Answer, AnswerFailure, AnsweredStatement, answer_line};
pub use compiled::Compiled;
pub use decision::{DecidedBy, Decision, Outcome};
pub use policies::{Attached, Layer, Policies};
pub use question::{NamedPrincipal, Question, QuestionError, QuestionPolicies, QuestionPrincipal};
pub use request::{Caller, Context, Request};
pub use written::{ContextValue, QuestionPolicy};
