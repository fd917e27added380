//! Numbers by value, from their text: no rounding on the way to an answer.
//!
//! AWS's matcher takes part in arithmetic only with numbers that survive the
//! way into a double and back. All others (some account ids, `1e400`) have no
//! place in any range and equal nothing but their own spelling.

use std::cmp::Ordering;

/// The value of a JSON number, borrowed from its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal<'a> {
    negative: bool,
    /// From the first to the last digit that is not 0, perhaps with a point inside; empty for zero.
    digits: &'a [u8],
    /// The power of ten of the first digit.
    magnitude: i64,
}

impl<'a> Decimal<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let (negative, bytes) = match bytes.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let end = memchr::memchr2(b'e', b'E', bytes).unwrap_or(bytes.len());
        let mantissa = &bytes[..end];
        let significant = |byte: &u8| matches!(byte, b'1'..=b'9');
        let (Some(first), Some(last)) = (
            mantissa.iter().position(significant),
            mantissa.iter().rposition(significant),
        ) else {
            return Self {
                negative: false,
                digits: &[],
                magnitude: 0,
            };
        };
        let point = memchr::memchr(b'.', mantissa).unwrap_or(mantissa.len());
        let place = if first < point {
            distance(first, point) - 1
        } else {
            -distance(point, first)
        };
        Self {
            negative,
            digits: &mantissa[first..=last],
            magnitude: place.saturating_add(exponent(bytes.get(end + 1..).unwrap_or_default())),
        }
    }

    fn cmp_size(self, other: Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let digits = |decimal: Self| decimal.digits.iter().filter(|byte| **byte != b'.');
        self.magnitude
            .cmp(&other.magnitude)
            .then_with(|| digits(self).cmp(digits(other)))
    }

    fn significant_digits(self) -> usize {
        self.digits.len() - usize::from(self.digits.contains(&b'.'))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.cmp_size(*other),
            (true, true) => other.cmp_size(*self),
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal<'_> {}

/// Whether the shortest text of the nearest double has the value of `text`.
pub(crate) fn is_exact_double(text: &str) -> bool {
    let decimal = Decimal::of(text);
    // Fifteen digits survive a double wherever it has its full precision.
    if decimal.significant_digits() <= 15 && decimal.magnitude.abs() <= 300 {
        return true;
    }
    text.parse::<f64>()
        .is_ok_and(|double| double.is_finite() && Decimal::of(&render_double(double)) == decimal)
}

/// The text Java gives a double, since AWS's matcher compares with that one:
/// the shortest that reads back the same, but never with fewer than two digits.
/// It differs among the smallest numbers only: `4.9e-324`, not `5e-324`.
fn render_double(double: f64) -> String {
    let shortest = format!("{double:e}");
    if shortest.contains('.') {
        shortest
    } else {
        format!("{double:.1e}")
    }
}

fn distance(from: usize, to: usize) -> i64 {
    i64::try_from(to - from).unwrap_or(i64::MAX)
}

/// The exponent of a number, held within what no real number reaches.
fn exponent(text: &[u8]) -> i64 {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] | digits => (1, digits),
    };
    let size = digits.iter().fold(0i64, |size, digit| {
        size.saturating_mul(10)
            .saturating_add(i64::from(digit.wrapping_sub(b'0')))
    });
    sign * size.min(i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::{Decimal, is_exact_double};

    #[test]
    fn one_value_has_many_spellings() {
        for same in [
            ["300", "3.0e2"],
            ["300.0", "3e2"],
            ["0.5e1", "50E-1"],
            ["0", "-0.00e9"],
            ["-1.50", "-15e-1"],
            ["1e400", "10e399"],
            ["0.001", "1E-3"],
        ] {
            assert!(Decimal::of(same[0]) == Decimal::of(same[1]), "{same:?}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let rising = [
            "-1e400",
            "-10",
            "-9.99",
            "-1e-400",
            "0",
            "1e-400",
            "0.09",
            "0.1",
            "0.10000000000000000001",
            "9",
            "9007199254740992",
            "9007199254740993",
            "1e9999999999999999999",
        ];
        for pair in rising.windows(2) {
            assert!(Decimal::of(pair[0]) < Decimal::of(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn exact_doubles_are_told_apart() {
        for exact in [
            "0",
            "-0.0",
            "0e99999",
            "1",
            "0.1",
            "0.30000000000000004",
            "9007199254740992",
            "1e20",
            "1e-320",
            "1.7976931348623157e308",
            "123456789012",
            "4.9e-324",
            "100000000000000000000",
            "3.141592653589793",
        ] {
            assert!(is_exact_double(exact), "{exact}");
        }
        for inexact in [
            "9007199254740993",
            "12345678901234567890",
            "1e309",
            "1e-400",
            "5e-324",
            "3.14159265358979323846",
            "0.1234567890123456789",
            "1e99999999999999999999",
        ] {
            assert!(!is_exact_double(inexact), "{inexact}");
        }
    }
}
