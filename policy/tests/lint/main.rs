//! The linter: what it finds in documents that have a mistake, and not in their mended twins.

mod cases;
mod docs;
mod files;
mod laws;
mod own;

use cloister_policy::lint::{Finding, check, read_file};

/// Lints one file.
fn lint(name: &str, text: &str) -> Vec<Finding> {
    match read_file(name, text, None) {
        Ok(bundle) => check(&bundle),
        Err(error) => panic!("{error}"),
    }
}

/// Findings as a reviewer reads them.
fn rendered(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let Finding {
            rule,
            document,
            path,
            reason,
            mend,
            ..
        } = finding;
        let guess = if finding.heuristic { " (guess)" } else { "" };
        let severity = finding.severity.as_str();
        format!("{severity}[{rule}]{guess} {document} {path}\n  {reason}\n  {mend}\n")
    });
    lines.collect()
}
