//! Environment changes as text for a shell or a program.

use std::{ffi::OsStr, fmt::Write as _};

use super::environment::Changes;

/// Lines for `eval` in any POSIX shell.
pub(super) fn render_shell(changes: &Changes) -> String {
    let mut lines = String::new();
    for (name, value) in changes {
        let name = name.to_string_lossy();
        // Writing to a string cannot fail.
        let _ = match value {
            Some(value) => writeln!(lines, "export {name}={}", quote(value)),
            None => writeln!(lines, "unset {name}"),
        };
    }
    lines.truncate(lines.trim_end().len());
    lines
}

/// One JSON object; null for what has to be unset.
pub(super) fn render_json(changes: &Changes) -> String {
    let object: serde_json::Map<_, _> = changes
        .iter()
        .map(|(name, value)| {
            let value = value
                .as_ref()
                .map(|value| value.to_string_lossy().into_owned());
            (name.to_string_lossy().into_owned(), value.into())
        })
        .collect();
    format!("{:#}", serde_json::Value::Object(object))
}

/// Inside single quotes a shell reads every character as it is, but for the single quote.
fn quote(value: &OsStr) -> String {
    format!("'{}'", value.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn changes() -> Changes {
        [
            ("A", Some("it's $HOME; \"x\"")),
            ("B", None),
            ("C", Some("")),
        ]
        .into_iter()
        .map(|(name, value)| (name.into(), value.map(Into::into)))
        .collect()
    }

    #[test]
    fn a_shell_reads_back_every_value() {
        let script = format!(
            "{}\nprintf '%s|%s|%s' \"$A\" \"${{B-unset}}\" \"$C\"",
            render_shell(&changes())
        );
        let output = Command::new("sh")
            .args(["-euc", &script])
            .env("B", "left over")
            .output()
            .expect("a shell");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "it's $HOME; \"x\"|unset|"
        );
    }

    #[test]
    fn json_says_null_for_what_has_to_be_unset() {
        let value: serde_json::Value =
            serde_json::from_str(&render_json(&changes())).expect("JSON");
        assert_eq!(
            value,
            serde_json::json!({ "A": "it's $HOME; \"x\"", "B": null, "C": "" })
        );
    }
}
