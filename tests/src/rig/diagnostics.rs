//! What Terraform draws in boxes: its errors and warnings.

/// Terraform says so on every command while a provider is taken from a folder.
const OVERRIDES: &str = "Provider development overrides are in effect";

/// The errors and warnings in an output, without the frames around them.
pub fn diagnostics(output: &str) -> String {
    let mut found = String::new();
    let mut open: Option<String> = None;
    for line in output.lines() {
        match line.chars().next() {
            Some('╷') => open = Some(String::new()),
            Some('│') => {
                let text = line.trim_start_matches('│');
                let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
                if let Some(open) = &mut open {
                    open.push_str(text);
                    open.push('\n');
                }
            }
            Some('╵') => found.extend(open.take().filter(|text| !text.contains(OVERRIDES))),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::diagnostics;

    #[test]
    fn boxes_are_taken_apart_and_the_warning_of_overrides_is_left_out() {
        let output = "╷\n│ Warning: Provider development overrides are in effect\n│ \n╵\nPlan: 1\n\
                      ╷\n│ Error: No\n│ \n│   with x.y,\n╵\n";
        assert_eq!(diagnostics(output), "Error: No\n\n  with x.y,\n");
    }
}
