//! `--since`: a length of time before now, or a time.

use std::str::FromStr;

use cloister_workflow::Length;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Where windows begin by default.
pub(crate) const DEFAULT: Since = Since::Ago(Length::hours(24));

/// A moment in the past, as the user writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    Ago(Length),
    At(Timestamp),
}

impl Since {
    pub(crate) fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Since::Ago(length) => now
                .checked_sub(length.as_duration())
                .unwrap_or(Timestamp::MIN),
            Since::At(time) => time,
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(length) = text.parse() {
            return Ok(Since::Ago(length));
        }
        if let Ok(time) = text.parse() {
            return Ok(Since::At(time));
        }
        let midnight = |date: Date| date.to_zoned(TimeZone::UTC).map(|day| day.timestamp());
        match text.parse::<Date>().and_then(midnight) {
            Ok(time) => Ok(Since::At(time)),
            Err(_) => Err(format!(
                "`{text}` is neither a length of time (`24h`, `7d`) nor a UTC time (`2026-01-31`, `2026-01-31T12:00:00Z`)"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_length_or_a_time() {
        let now: Timestamp = "2026-02-01T00:00:00Z".parse().expect("a time");
        let cases = [
            ("24h", Some("2026-01-31T00:00:00Z")),
            ("2026-01-15", Some("2026-01-15T00:00:00Z")),
            ("2026-01-15T08:30:00Z", Some("2026-01-15T08:30:00Z")),
            ("yesterday", None),
        ];
        for (text, expected) in cases {
            let found = text
                .parse::<Since>()
                .ok()
                .map(|since| since.from(now).to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
