//! Points in time as policies write them.

use crate::access::decimal::Decimal;

/// Seconds since 1970 and billionths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant {
    seconds: i64,
    nanoseconds: u32,
}

impl Instant {
    /// Reads one of the W3C's forms of ISO 8601 (`2026`, `2026-03`, `2026-03-01`,
    /// `2026-03-01T12:00Z`, with seconds, fractions and offsets), or seconds
    /// since 1970. Four digits alone are a year.
    /// <https://www.w3.org/TR/NOTE-datetime>
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_ascii() {
            Self::of_date(text).or_else(|| Self::of_epoch(text))
        } else {
            None
        }
    }

    fn of_epoch(text: &str) -> Option<Self> {
        Decimal::parse(text)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = whole.parse().ok()?;
        let nanoseconds = billionths(fraction)?;
        if whole.starts_with('-') && nanoseconds > 0 {
            return Some(Self {
                seconds: seconds.checked_sub(1)?,
                nanoseconds: 1_000_000_000 - nanoseconds,
            });
        }
        Some(Self {
            seconds,
            nanoseconds,
        })
    }

    fn of_date(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = days(date)?;
        let (seconds, nanoseconds) = match time {
            // A time needs a whole date before it.
            Some(time) if date.len() == "2026-03-01".len() => time_of_day(time)?,
            Some(_) => return None,
            None => (0, 0),
        };
        Some(Self {
            seconds: days * 86_400 + seconds,
            nanoseconds,
        })
    }
}

/// Days since 1970 of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |month| digits(month, 2))?;
    let day = parts.next().map_or(Some(1), |day| digits(day, 2))?;
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    (exists && parts.next().is_none()).then(|| days_since_1970(year, month, day))
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s` with `Z` or an offset, in seconds.
fn time_of_day(time: &str) -> Option<(i64, u32)> {
    let (clock, offset) = if let Some(clock) = time.strip_suffix('Z') {
        (clock, 0)
    } else {
        let (clock, offset) = time.split_at_checked(time.len().checked_sub("+00:00".len())?)?;
        (clock, offset_seconds(offset)?)
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hours = digits(parts.next()?, 2)?;
    let minutes = digits(parts.next()?, 2)?;
    let seconds = parts.next().map(|seconds| digits(seconds, 2));
    let exists = hours < 24 && minutes < 60 && parts.next().is_none();
    if !exists || (seconds.is_none() && !fraction.is_empty()) {
        return None;
    }
    // A leap second is the last of its minute.
    let seconds = seconds
        .unwrap_or(Some(0))
        .filter(|seconds| *seconds <= 60)?;
    Some((
        hours * 3600 + minutes * 60 + seconds.min(59) - offset,
        billionths(fraction)?,
    ))
}

/// `+hh:mm` or `-hh:mm`.
fn offset_seconds(offset: &str) -> Option<i64> {
    let (sign, clock) = offset.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    let seconds = hours * 3600 + minutes * 60;
    match sign {
        "+" if hours < 24 && minutes < 60 => Some(seconds),
        "-" if hours < 24 && minutes < 60 => Some(-seconds),
        _ => None,
    }
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The first nine digits of a fraction; more are cut off.
fn billionths(fraction: &str) -> Option<u32> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some(digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Counts years from March, so that the leap day is the last of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + (month * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_epochs_name_the_same_instants() {
        let equal = [
            ("1970-01-01T00:00:00Z", "0"),
            ("1970", "0"),
            ("2026-03", "2026-03-01T00:00:00Z"),
            ("2013-06-30T00:00:00Z", "1372550400"),
            ("2000-02-29", "951782400"),
            ("2024-12-31T23:59:59.5Z", "1735689599.500"),
            ("2026-03-01T01:30:00+01:30", "2026-03-01T00:00Z"),
            ("2026-02-28T22:00:00-02:00", "2026-03-01"),
            ("1969-12-31T23:59:59.25Z", "-0.75"),
            ("0001-01-01", "-62135596800"),
        ];
        for (one, other) in equal {
            assert!(Instant::parse(one).is_some(), "{one}");
            assert_eq!(Instant::parse(one), Instant::parse(other), "{one} {other}");
        }
    }

    #[test]
    fn later_is_greater() {
        let ascending = [
            "-1.5",
            "-1",
            "1999-12-31T23:59:59Z",
            "2000",
            "2000-01-01T00:00:00.001Z",
            "99999999999",
        ];
        for pair in ascending.windows(2) {
            assert!(
                Instant::parse(pair[0]) < Instant::parse(pair[1]),
                "{pair:?}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "tomorrow",
            "2026-13-01",
            "2026-02-30",
            "2026-3-1",
            "2026-03-01T",
            "2026-03-01T12Z",
            "2026-03-01T12:00",
            "2026-03-01T24:00Z",
            "2026-03-01T12:60Z",
            "2026T12:00Z",
            "2026-03-01-01",
            "2026-03-01T12:00.5Z",
            "2026-03-01T12:00:00+0100",
            "99999999999999999999",
            "²026",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
