//! What the user reads when something is wrong: summary, finding, state of the account, action.

use crate::Path;

/// How bad it is. An error stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// One message to the user, in four parts, at a place in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    summary: String,
    found: Vec<String>,
    now: Vec<String>,
    action: Vec<String>,
    path: Option<Path>,
}

impl Diagnostic {
    /// An error. The summary is one line without values and without a full stop,
    /// worded the same for the same cause.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary.into())
    }

    /// A warning: the run goes on.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary.into())
    }

    /// An error that no change of configuration mends.
    pub fn provider_bug(what: impl Into<String>) -> Self {
        Self::error("Provider bug").found(what).action(format!(
            "This is a fault in the cloister provider {}, not in your configuration. Report it at {}/issues with this \
             message, the configuration of the resource and the output of the same command with `TF_LOG=trace`.",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_REPOSITORY"),
        ))
    }

    fn new(severity: Severity, summary: String) -> Self {
        Self {
            severity,
            summary,
            found: Vec::new(),
            now: Vec::new(),
            action: Vec::new(),
            path: None,
        }
    }

    /// What was asked and what was found, values in backticks.
    #[must_use]
    pub fn found(mut self, paragraph: impl Into<String>) -> Self {
        self.found.push(paragraph.into());
        self
    }

    /// What is now true in the account, if anything changed.
    #[must_use]
    pub fn now(mut self, paragraph: impl Into<String>) -> Self {
        self.now.push(paragraph.into());
        self
    }

    /// What to do: one action, with the exact attribute, permission or command.
    #[must_use]
    pub fn action(mut self, paragraph: impl Into<String>) -> Self {
        self.action.push(paragraph.into());
        self
    }

    /// The deepest attribute the user can edit; the root means the whole block.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path).filter(|path| !path.is_root());
        self
    }

    pub fn severity(&self) -> Severity {
        self.severity
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The paragraphs below the summary, separated by blank lines.
    pub fn detail(&self) -> String {
        let paragraphs: Vec<&str> = self
            .found
            .iter()
            .chain(&self.now)
            .chain(&self.action)
            .map(String::as_str)
            .collect();
        paragraphs.join("\n\n")
    }

    pub fn path(&self) -> Option<&Path> {
        self.path.as_ref()
    }
}

/// Messages in the order they came up; perhaps none, perhaps only warnings.
///
/// Deliberately no error type: every problem is collected, and the caller asks
/// [`Diagnostics::has_errors`] before it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message, unless the very same one is there.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Moves every message from the given one on to `path`.
    pub(crate) fn relocate(&mut self, from: usize, path: &Path) {
        for diagnostic in &mut self.0[from..] {
            diagnostic.path = Some(path.clone());
        }
    }

    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut collected = Self::new();
        collected.extend(diagnostics);
        collected
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_come_in_order_whatever_order_they_were_said_in() {
        let diagnostic = Diagnostic::error("Role could not be created")
            .action("Grant `iam:CreateRole`.")
            .now("Parts made: `key`.")
            .found("`iam:CreateRole` was refused.")
            .at(Path::attribute("name"));
        assert_eq!(
            diagnostic.detail(),
            "`iam:CreateRole` was refused.\n\nParts made: `key`.\n\nGrant `iam:CreateRole`."
        );
        assert_eq!(diagnostic.path(), Some(&Path::attribute("name")));
    }

    #[test]
    fn only_errors_stop_the_run() {
        let mut diagnostics = Diagnostics::from(Diagnostic::warning("Careful"));
        assert!(!diagnostics.has_errors());
        diagnostics.push(Diagnostic::error("Bad"));
        diagnostics.push(Diagnostic::error("Bad"));
        assert!(diagnostics.has_errors());
        assert_eq!(diagnostics.len(), 2, "a repeated message is said once");
    }
}
