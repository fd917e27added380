//! The `timeouts` block: how long an operation may take.
//!
//! In a config struct (the doc comment of [`Timeouts`] is what users read):
//!
//! ```
//! # use cloister_framework::Timeouts;
//! # #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Bucket {
//!     #[serde(default)]
//!     #[schemars(extend("x-block" = "single"))]
//!     timeouts: Option<Timeouts>,
//! }
//! ```

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Attr, Diagnostic, Diagnostics, Path, Value};

/// How long to wait for each operation, as durations like `90m` or `1h30m`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeouts {
    /// How long a create may take, such as `30m` or `1h30m`.
    #[serde(default)]
    pub create: Attr<String>,
    /// How long a read may take.
    #[serde(default)]
    pub read: Attr<String>,
    /// How long an update may take.
    #[serde(default)]
    pub update: Attr<String>,
    /// How long a delete may take.
    #[serde(default)]
    pub delete: Attr<String>,
}

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

impl Operation {
    const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];

    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    fn path(self) -> Path {
        Path::attribute("timeouts").then(self.name())
    }
}

impl Timeouts {
    /// The limit in a resource's config, plan or state, or the resource's own where none is said.
    pub fn of(
        object: &Value,
        operation: Operation,
        default: Duration,
    ) -> Result<Duration, Diagnostic> {
        match object.get(&operation.path()) {
            Some(Value::String(text)) => {
                parse_duration(text).ok_or_else(|| malformed(operation, text))
            }
            _ => Ok(default),
        }
    }

    /// Finds durations that are none; for a resource's `validate`.
    pub fn check(config: &Value) -> Diagnostics {
        let faults = Operation::ALL
            .iter()
            .filter_map(|operation| Self::of(config, *operation, Duration::ZERO).err());
        faults.collect()
    }
}

fn malformed(operation: Operation, text: &str) -> Diagnostic {
    let path = operation.path();
    Diagnostic::error("Timeout is not a duration")
        .found(format!("`{path}` is `{text}`, but it must be numbers with units, such as `90m`, `1h30m` or `45s`."))
        .action(format!("Change `{path}`."))
        .at(path)
}

/// Reads a positive duration in Go's form: numbers, perhaps with a fraction,
/// each followed by a unit of `h`, `m`, `s`, `ms`, `us`, `µs` or `ns`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut nanoseconds: u128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                .len();
        let (digits, tail) = rest.split_at(number);
        let unit = tail.len()
            - tail
                .trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.')
                .len();
        let (unit, tail) = tail.split_at(unit);
        nanoseconds = nanoseconds.checked_add(scaled(digits, nanoseconds_of(unit)?)?)?;
        rest = tail;
    }
    // Nothing can be done in no time at all.
    let nanoseconds = u64::try_from(nanoseconds)
        .ok()
        .filter(|nanoseconds| *nanoseconds > 0)?;
    Some(Duration::from_nanos(nanoseconds))
}

fn nanoseconds_of(unit: &str) -> Option<u128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// `1.5` of a unit, cut to whole nanoseconds.
fn scaled(digits: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let parse = |digits: &str| {
        if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<u64>().ok().map(u128::from)
        }
    };
    let fraction = &fraction[..fraction.len().min(15)];
    let places = u32::try_from(fraction.len()).ok()?;
    Some(parse(whole)?.checked_mul(unit)? + parse(fraction)? * unit / 10_u128.pow(places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_go_writes_them() {
        let cases = [
            ("90m", Some(Duration::from_mins(90))),
            ("1h30m", Some(Duration::from_mins(90))),
            ("45s", Some(Duration::from_secs(45))),
            ("1.5h", Some(Duration::from_mins(90))),
            ("250ms", Some(Duration::from_millis(250))),
            (".5s", Some(Duration::from_millis(500))),
            ("", None),
            ("0s", None),
            ("90", None),
            ("m", None),
            ("-5m", None),
            ("1.2.3s", None),
            ("5 m", None),
            ("1d", None),
            ("99999999999999999999h", None),
            ("9999999h", None),
            ("1é", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }

    #[test]
    fn the_block_wins_over_the_default_and_its_faults_have_a_path() {
        let default = Duration::from_mins(1);
        let config =
            |create: Value| Value::object([("timeouts", Value::object([("create", create)]))]);
        assert_eq!(
            Timeouts::of(&config("2m".into()), Operation::Create, default),
            Ok(Duration::from_mins(2))
        );
        assert_eq!(
            Timeouts::of(&config(Value::Null), Operation::Create, default),
            Ok(default)
        );
        assert_eq!(
            Timeouts::of(&config("2m".into()), Operation::Delete, default),
            Ok(default)
        );
        assert_eq!(
            Timeouts::of(
                &Value::object([("timeouts", Value::Null)]),
                Operation::Read,
                default
            ),
            Ok(default)
        );
        let faults = Timeouts::check(&config("soon".into()));
        let paths: Vec<String> = faults
            .iter()
            .filter_map(|fault| Some(fault.path()?.to_string()))
            .collect();
        assert_eq!(paths, ["timeouts.create"]);
    }
}
