//! What linting finds.

use schemars::JsonSchema;
use serde::Serialize;

/// One thing that is wrong, or may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Id of the rule: `L1`.
    pub rule: &'static str,
    pub severity: Severity,
    /// Name of the document, event rule, firewall policy or security group.
    pub document: String,
    /// The statement; absent where the whole document is meant.
    pub statement: Option<Found>,
    /// Where in the document, as a JSON path; empty for all of it.
    pub path: String,
    /// What is wrong, in one sentence.
    pub reason: String,
    /// How to mend it, in one sentence.
    pub mend: String,
    /// Whether the rule guesses what was intended.
    pub heuristic: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does not do what it says, or hands over what nobody would want to.
    Error,
    /// It very likely does something else than was intended.
    Warning,
    /// It is worth a look.
    Note,
}

/// A statement of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Found {
    /// Counted from 0.
    pub index: usize,
    pub sid: Option<String>,
}

impl Severity {
    /// As in reports: `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Finding {
    /// A finding about a whole document; the rule is filled in by whoever runs it.
    pub(super) fn about(
        document: &str,
        severity: Severity,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            rule: "",
            severity,
            document: document.to_owned(),
            statement: None,
            path: String::new(),
            reason: reason.into(),
            mend: mend.into(),
            heuristic: false,
        }
    }

    /// The same finding, as a guess about what was intended.
    pub(super) fn guessed(self) -> Self {
        Self {
            heuristic: true,
            ..self
        }
    }

    /// The same finding at a place in the document.
    pub(super) fn at(self, path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..self
        }
    }
}
