//! The calls of features that this provider does not have: list resources,
//! actions, state stores and the writing of configuration.
//!
//! No schema names such a type, so a client has nothing to call them for; one
//! that does reads that the name is unknown, and never an error of the protocol.

use cloister_framework::Diagnostic;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tonic::{Response, Status};

use super::find::unknown_type;
use super::refusal::Refusal;

/// A feature that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Absent {
    ListResource,
    Action,
    StateStore,
    ConfigGeneration,
}

impl Absent {
    /// The refusal of a call about the type `name`.
    pub(super) fn refusal(self, name: &str) -> Diagnostic {
        match self {
            Self::ListResource => unknown_type("list resource", name),
            Self::Action => unknown_type("action", name),
            Self::StateStore => unknown_type("state store", name),
            Self::ConfigGeneration => Diagnostic::error("Configuration cannot be generated")
                .found(format!(
                    "The provider does not write configuration for `{name}`."
                ))
                .action("Let Terraform generate it from the schema, or write it by hand."),
        }
    }
}

/// A stream of the one answer that `answer` holds.
pub(super) fn one<A: Refusal + Send + 'static>(
    answer: Response<A>,
) -> Response<BoxStream<'static, Result<A, Status>>> {
    answer.map(|event| stream::once(async { Ok(event) }).boxed())
}
