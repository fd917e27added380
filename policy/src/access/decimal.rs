//! Decimal numbers as policies write them, compared exactly.

use std::cmp::Ordering;

/// A decimal number, borrowed from its text.
///
/// Digits are kept as written: a float would take `0.1` and `0.10000000000000001`
/// for equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    negative: bool,
    /// Without leading zeros.
    whole: &'a str,
    /// Without trailing zeros.
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads digits with an optional sign and fraction; an exponent has no
    /// place in a policy.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (signed, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (digits, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        Some(Self {
            negative: signed && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    fn size(&self, other: &Self) -> Ordering {
        let by_length = self.whole.len().cmp(&other.whole.len());
        by_length
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size(other),
            (true, true) => other.size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value_whatever_their_spelling() {
        let ascending = [
            "-10",
            "-9.5",
            "-9.49",
            "-0.001",
            "0",
            "0.1",
            "0.10000000000000001",
            "1",
            "1.05",
            "1.5",
            "9",
            "10",
            "100000000000000000000000001",
        ];
        for (index, one) in ascending.iter().enumerate() {
            for (other_index, other) in ascending.iter().enumerate() {
                let (one, other) = (Decimal::parse(one), Decimal::parse(other));
                assert!(one.is_some() && other.is_some());
                assert_eq!(
                    one.cmp(&other),
                    index.cmp(&other_index),
                    "{one:?} {other:?}"
                );
            }
        }
        for (one, other) in [("007", "7.0"), ("-0", "0"), ("+5", "5"), ("1.50", "1.5")] {
            assert_eq!(Decimal::parse(one), Decimal::parse(other));
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_none() {
        for text in [
            "", "-", ".", "1.", ".5", "1e3", "0x10", "1 ", " 1", "ten", "1,5", "--1", "NaN", "१",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
