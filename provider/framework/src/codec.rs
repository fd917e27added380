//! What the codecs share: their error and their depth limit.

use std::fmt::Display;

use crate::{Diagnostic, Path, Step};

/// Values nested deeper than this are refused: each level costs stack.
pub(crate) const MAX_DEPTH: usize = 128;

/// Why bytes are not a value of the expected type, or a value has no such bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", place(path))]
pub struct CodecError {
    /// Where in the value, from its root.
    pub path: Path,
    pub reason: String,
}

impl CodecError {
    pub(crate) fn new(reason: impl Display) -> Self {
        Self {
            path: Path::root(),
            reason: reason.to_string(),
        }
    }

    /// The same error, seen from the set around it: elements of a set have no path.
    pub(crate) fn inside_set(self) -> Self {
        Self {
            reason: self.to_string(),
            path: Path::root(),
        }
    }

    /// The same error, seen from one step further out.
    pub(crate) fn within(mut self, step: Step) -> Self {
        self.path = self.path.under(&Path::from(vec![step]));
        self
    }
}

fn place(path: &Path) -> String {
    if path.is_root() {
        String::new()
    } else {
        format!("`{path}`: ")
    }
}

/// Terraform checks values against the schema before it sends them, so what
/// does not decode is a fault in this provider or its schema.
impl From<CodecError> for Diagnostic {
    fn from(error: CodecError) -> Self {
        let path = error.path.clone();
        Diagnostic::provider_bug(format!(
            "A value does not have the form that the schema says: {error}."
        ))
        .at(path)
    }
}
