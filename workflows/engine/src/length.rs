//! Lengths of time as people write them: `90s`, `15m`, `24h`, `7d`, `1h30m`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Units from long to short, in seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A length of time in whole seconds, above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(SignedDuration);

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time; write it like `90s`, `15m`, `24h`, `7d` or `1h30m`")]
pub struct NoLength(pub String);

impl Length {
    pub const fn minutes(minutes: i64) -> Self {
        Length(SignedDuration::from_mins(minutes))
    }

    pub const fn hours(hours: i64) -> Self {
        Length(SignedDuration::from_hours(hours))
    }

    pub fn as_duration(self) -> SignedDuration {
        self.0
    }
}

impl FromStr for Length {
    type Err = NoLength;

    fn from_str(text: &str) -> Result<Self, NoLength> {
        parse_seconds(text)
            .filter(|seconds| *seconds > 0)
            .map(|seconds| Length(SignedDuration::from_secs(seconds)))
            .ok_or_else(|| NoLength(text.to_owned()))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.as_secs();
        for (unit, seconds) in UNITS {
            if left >= seconds {
                write!(out, "{}{unit}", left / seconds)?;
                left %= seconds;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Length {
    fn schema_name() -> Cow<'static, str> {
        "Length".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time: `90s`, `15m`, `24h`, `7d` or `1h30m`.",
            "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
            "minLength": 2
        })
    }
}

/// Each unit at most once, longer ones first, nothing left over.
fn parse_seconds(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i64;
    for (unit, seconds) in UNITS {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || !rest[digits..].starts_with(unit) {
            continue;
        }
        let amount: i64 = rest[..digits].parse().ok()?;
        total = total.checked_add(amount.checked_mul(seconds)?)?;
        rest = &rest[digits + 1..];
    }
    rest.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_write_them() {
        let cases = [
            ("90s", Some(90)),
            ("15m", Some(900)),
            ("1h30m", Some(5400)),
            ("7d", Some(604_800)),
            ("30m1h", None),
            ("15", None),
            ("0s", None),
            ("", None),
            ("-1h", None),
            ("1.5h", None),
            ("99999999999999999999d", None),
            ("9223372036854775807d", None),
        ];
        for (text, expected) in cases {
            let found = text.parse::<Length>().ok().map(|length| length.0.as_secs());
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_length_shows_in_the_longest_units() {
        assert_eq!(
            "90s".parse::<Length>().map(|l| l.to_string()),
            Ok("1m30s".to_owned())
        );
        assert_eq!(
            "24h".parse::<Length>().map(|l| l.to_string()),
            Ok("1d".to_owned())
        );
    }
}
