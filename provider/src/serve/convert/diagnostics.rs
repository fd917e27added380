//! Diagnostics.

use cloister_framework as framework;
use cloister_framework::{Diagnostics, Schema, Severity};
use cloister_proto::tfplugin6::{Diagnostic, diagnostic};

use super::path::shown_place;
use super::wire_path;

pub(crate) fn wire_diagnostics(diagnostics: &Diagnostics) -> Vec<Diagnostic> {
    diagnostics.iter().map(wire_diagnostic).collect()
}

/// The diagnostics of a config of this schema, each at a place for which Terraform shows the line.
pub(crate) fn wire_diagnostics_in(diagnostics: &Diagnostics, schema: &Schema) -> Vec<Diagnostic> {
    let placed = diagnostics.iter().map(|diagnostic| Diagnostic {
        attribute: diagnostic
            .path()
            .map(|path| wire_path(&shown_place(path, &schema.block))),
        ..wire_diagnostic(diagnostic)
    });
    placed.collect()
}

pub(crate) fn wire_diagnostic(diagnostic: &framework::Diagnostic) -> Diagnostic {
    let severity = match diagnostic.severity() {
        Severity::Error => diagnostic::Severity::Error,
        Severity::Warning => diagnostic::Severity::Warning,
    };
    Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary().to_owned(),
        detail: diagnostic.detail(),
        attribute: diagnostic.path().map(wire_path),
    }
}

#[cfg(test)]
mod tests {
    use cloister_framework::Path;

    use super::*;

    #[test]
    fn severity_text_and_place_arrive() {
        let warning = framework::Diagnostic::warning("Odd name")
            .found("`name` is `x`.")
            .action("Rename it.");
        let expected = Diagnostic {
            severity: diagnostic::Severity::Warning.into(),
            summary: "Odd name".to_owned(),
            detail: "`name` is `x`.\n\nRename it.".to_owned(),
            attribute: None,
        };
        assert_eq!(wire_diagnostic(&warning), expected);

        let path = Path::attribute("name");
        let error = wire_diagnostic(&framework::Diagnostic::error("Bad name").at(path.clone()));
        assert_eq!(error.severity, i32::from(diagnostic::Severity::Error));
        assert_eq!(error.attribute, Some(wire_path(&path)));
    }
}
