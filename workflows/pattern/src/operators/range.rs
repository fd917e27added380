//! `numeric`: which numbers a pair of bounds admits.

use std::cmp::Ordering;

use crate::number::{Decimal, is_exact_double};

/// The largest finite double, where AWS's matcher ends its ranges.
const LARGEST: &str = "1.7976931348623157e308";
const SMALLEST: &str = "-1.7976931348623157e308";

/// The sign before a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Comparison {
    Equal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// One or two bounds, each an exact double.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    bounds: Vec<(Comparison, String)>,
}

impl Comparison {
    pub(crate) fn parse(sign: &[u8]) -> Option<Self> {
        Some(match sign {
            b"=" => Self::Equal,
            b"<" => Self::Below,
            b"<=" => Self::AtMost,
            b">" => Self::Above,
            b">=" => Self::AtLeast,
            _ => return None,
        })
    }

    pub(crate) fn is_lower(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }

    pub(crate) fn is_upper(self) -> bool {
        matches!(self, Self::Below | Self::AtMost)
    }

    fn admits(self, found_to_bound: Ordering) -> bool {
        match self {
            Self::Equal => found_to_bound == Ordering::Equal,
            Self::Below => found_to_bound == Ordering::Less,
            Self::AtMost => found_to_bound != Ordering::Greater,
            Self::Above => found_to_bound == Ordering::Greater,
            Self::AtLeast => found_to_bound != Ordering::Less,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl Range {
    /// A range of these bounds, if its lower end lies below its upper end.
    pub(crate) fn new(bounds: Vec<(Comparison, String)>) -> Option<Self> {
        let end = |is_end: fn(Comparison) -> bool| {
            let mut ends = bounds.iter().filter(|(sign, _)| is_end(*sign));
            ends.next().map(|(_, bound)| bound.as_str())
        };
        let lower = end(Comparison::is_lower).unwrap_or(SMALLEST);
        let upper = end(Comparison::is_upper).unwrap_or(LARGEST);
        (Decimal::of(lower) < Decimal::of(upper)).then_some(Self { bounds })
    }

    pub(crate) fn contains(&self, found: &str) -> bool {
        let value = Decimal::of(found);
        self.bounds
            .iter()
            .all(|(sign, bound)| sign.admits(value.cmp(&Decimal::of(bound))))
            && is_exact_double(found)
    }

    pub(crate) fn render(&self) -> String {
        let bounds = self.bounds.iter();
        let bounds: Vec<String> = bounds
            .map(|(sign, bound)| format!("{} {bound}", sign.sign()))
            .collect();
        bounds.join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Range};

    fn range(bounds: &[(&str, &str)]) -> Option<Range> {
        let bounds = bounds.iter().map(|(sign, bound)| {
            let sign = Comparison::parse(sign.as_bytes()).expect("a sign");
            (sign, (*bound).to_owned())
        });
        Range::new(bounds.collect())
    }

    #[test]
    fn bounds_admit_what_lies_between_them() {
        for (bounds, number, expected) in [
            (&[(">", "0"), ("<=", "5")][..], "5.0", true),
            (&[(">", "0"), ("<=", "5")], "0", false),
            (&[(">=", "-1.5")], "-15e-1", true),
            (&[("<", "1e20")], "99999999999999999999", false), // No exact double.
            (&[(">", "0")], "1e309", false),
            (&[("=", "300")], "3e2", true),
        ] {
            let range = range(bounds).expect("a range");
            assert_eq!(
                range.contains(number),
                expected,
                "{} {number}",
                range.render()
            );
        }
    }

    #[test]
    fn a_range_that_holds_nothing_is_none() {
        for bounds in [
            &[(">=", "5"), ("<=", "5")][..],
            &[(">", "6"), ("<", "5")],
            &[(">", "1.7976931348623157e308")],
            &[("<", "-1.7976931348623157e308")],
        ] {
            assert!(range(bounds).is_none(), "{bounds:?}");
        }
    }
}
