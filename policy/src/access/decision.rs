//! The answer to a request, and which statement of which document decided it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Layer;

/// What a request comes to. Borrows from the policies it was decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    pub outcome: Outcome,
    /// The layer that decided: the one that denied; the one in which an Allow
    /// was missing; the one that could not be read; the one that allowed, which
    /// is the resource's policy where that allows on its own or across accounts,
    /// and else the caller's own.
    pub layer: Layer,
    /// The statement that decided; `None` where a missing one did.
    pub by: Option<DecidedBy<'a>>,
}

/// What the answer is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Allowed,
    /// A statement denies.
    ExplicitDeny,
    /// No statement denies, and one that allows is missing.
    ImplicitDeny,
    /// Allowed by all that could be read, and not all could be.
    Undecided,
}

/// A statement of an attached document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecidedBy<'a> {
    /// Of [`crate::access::Attached`].
    pub document: &'a str,
    /// Counted from 0.
    pub statement: usize,
    pub sid: Option<&'a str>,
}
