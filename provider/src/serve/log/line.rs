//! One log line in the form of hclog.
//!
//! The host is strict: a timestamp of any other layout turns the whole line
//! into raw text, and a line above 64 KiB is cut into pieces that are no JSON.

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::Level;

/// The longest line that is read in one piece, less some room.
/// <https://github.com/hashicorp/go-plugin/blob/main/client.go>
const LONGEST_LINE: usize = 60 * 1024;
/// How long each text may be, tried in turn until the line fits.
const TEXT_LIMITS: [usize; 3] = [32 * 1024, 1024, 128];

/// What one line says.
pub(super) struct Line<'a> {
    pub(super) level: Level,
    pub(super) module: &'a str,
    pub(super) time: Timestamp,
    pub(super) message: &'a str,
    pub(super) fields: &'a Map<String, Value>,
}

impl Line<'_> {
    /// Renders the line with its line end; long texts are cut until it fits.
    pub(super) fn render(&self) -> String {
        TEXT_LIMITS
            .iter()
            .map(|limit| self.render_within(*limit, self.fields))
            .find(|line| line.len() <= LONGEST_LINE)
            .unwrap_or_else(|| self.render_within(TEXT_LIMITS[2], &Map::new()))
    }

    fn render_within(&self, limit: usize, fields: &Map<String, Value>) -> String {
        let mut line = Map::new();
        let mut base = |key: &str, value: String| line.insert(key.to_owned(), Value::String(value));
        base("@level", level_name(self.level).to_owned());
        base("@message", cut(self.message, limit));
        base("@module", module_name(self.module));
        base(
            "@timestamp",
            self.time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        );
        for (key, value) in fields {
            // Keys with an @ are the host's own.
            if !key.starts_with('@') {
                line.insert(key.clone(), cut_value(value, limit));
            }
        }
        format!("{}\n", Value::Object(line))
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

fn module_name(target: &str) -> String {
    target.replace("::", ".")
}

fn cut_value(value: &Value, limit: usize) -> Value {
    match value {
        Value::String(text) => Value::String(cut(text, limit)),
        other => other.clone(),
    }
}

fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    format!(
        "{}… ({} bytes in all)",
        &text[..text.floor_char_boundary(limit)],
        text.len()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(message: &str, fields: &Value) -> String {
        Line {
            level: Level::WARN,
            module: "cloister_aws::limiter",
            time: "2024-05-06T07:08:09.01Z".parse().unwrap(),
            message,
            fields: fields.as_object().unwrap(),
        }
        .render()
    }

    #[test]
    fn a_line_has_the_keys_and_the_layout_of_hclog() {
        assert_eq!(
            rendered(
                "slow\ndown",
                &json!({"tf_rpc": "ReadResource", "tries": 3, "@level": "x"})
            ),
            concat!(
                r#"{"@level":"warn","@message":"slow\ndown","@module":"cloister_aws.limiter","#,
                r#""@timestamp":"2024-05-06T07:08:09.010000Z","tf_rpc":"ReadResource","tries":3}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_line_never_grows_beyond_what_the_host_reads_in_one_piece() {
        let long = "é\u{1}".repeat(20_000);
        let many: Map<_, _> = (0..200)
            .map(|n| (format!("field{n}"), json!(long)))
            .collect();
        for (message, fields) in [
            (long.as_str(), json!({})),
            ("short", json!({"a": long, "b": long})),
            ("short", json!(many)),
        ] {
            let line = rendered(message, &fields);
            assert!(line.len() <= LONGEST_LINE, "{} bytes", line.len());
            serde_json::from_str::<Value>(&line).unwrap();
        }
    }
}
