//! Findings as text and as JSON.

use std::fmt::Write as _;

use cloister_policy::lint::{Finding, RULES, Severity};
use cloister_workflow::Paint;
use schemars::JsonSchema;
use serde::Serialize;

use crate::console::{bold, coloured, counted};
use crate::failure::Failure;

/// The report of `cloister lint --format json`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LintReport<'a> {
    findings: &'a [Finding],
    /// How many findings there are of each severity.
    counts: Counts,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// Renders findings for people, under the document they are about.
pub(super) fn render_terminal(findings: &[Finding], paint: Paint) -> String {
    let mut text = String::new();
    let mut document = None;
    for finding in findings {
        if document != Some(&finding.document) {
            let gap = if document.is_some() { "\n" } else { "" };
            let _ = writeln!(text, "{gap}{}", bold(&finding.document, paint));
            document = Some(&finding.document);
        }
        render_finding(&mut text, finding, paint);
    }
    let Counts {
        errors,
        warnings,
        notes,
    } = Counts::of(findings);
    let gap = if findings.is_empty() { "" } else { "\n" };
    let _ = writeln!(
        text,
        "{gap}{}, {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(notes, "note")
    );
    text
}

/// Renders findings for programs.
pub(super) fn render_json(findings: &[Finding]) -> Result<String, Failure> {
    let report = LintReport {
        findings,
        counts: Counts::of(findings),
    };
    let text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::broken(format!("the report could not be written: {error}")))?;
    Ok(text + "\n")
}

fn render_finding(text: &mut String, finding: &Finding, paint: Paint) {
    let title = RULES
        .iter()
        .find(|rule| rule.id == finding.rule)
        .map_or("", |rule| rule.title);
    let guess = if finding.heuristic { ", a guess" } else { "" };
    let severity = painted(finding.severity, paint);
    let _ = writeln!(text, "  {severity} {} {title}{guess}", finding.rule);
    let sid = finding
        .statement
        .as_ref()
        .and_then(|found| found.sid.as_deref());
    let sid = sid.map_or(String::new(), |sid| format!(" (`{sid}`)"));
    if !finding.path.is_empty() {
        let _ = writeln!(text, "    at {}{sid}", finding.path);
    }
    let _ = writeln!(text, "    {}", finding.reason);
    let _ = writeln!(text, "    mend: {}", finding.mend);
}

fn painted(severity: Severity, paint: Paint) -> String {
    let code = match severity {
        Severity::Error => "31",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    coloured(severity.as_str(), code, paint)
}

impl Counts {
    fn of(findings: &[Finding]) -> Self {
        let count = |severity| {
            findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

#[cfg(test)]
mod tests {
    use cloister_policy::lint::{Bundle, Place, check};

    use super::*;

    fn findings() -> Vec<Finding> {
        let policy = r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Use", "Effect": "Allow", "Action": ["kms:ReEncrypt", "sagemaker:*App"], "Resource": "*"}]}"#;
        check(&Bundle::of("key user", Place::identity(), policy))
    }

    #[test]
    fn findings_read_well_in_a_terminal() {
        assert_eq!(
            render_terminal(&findings()[..1], Paint::Plain),
            "\
key user
  error L10 Action that does not exist
    at Statement[0].Action (`Use`)
    There is no action `kms:ReEncrypt`, so what was meant is not allowed here.
    mend: Write `kms:ReEncrypt*`.

1 error, 0 warnings, 0 notes
"
        );
        assert_eq!(
            render_terminal(&[], Paint::Colour),
            "0 errors, 0 warnings, 0 notes\n"
        );
    }

    #[test]
    fn findings_for_programs_have_every_field() {
        let json = render_json(&findings()).unwrap_or_default();
        let report: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
        assert_eq!(
            report["counts"],
            serde_json::json!({"errors": 1, "warnings": 1, "notes": 0})
        );
        assert_eq!(
            report["findings"][0]["statement"],
            serde_json::json!({"index": 0, "sid": "Use"})
        );
        assert_eq!(report["findings"][1]["heuristic"], serde_json::json!(true));
    }
}
