//! The values of condition keys that a set of policies can tell apart.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{Operator, Quantifier};

use super::claim::Undecided;
use super::text::{Pattern, classes};

/// One condition on a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Test {
    pub(super) operator: Operator,
    pub(super) quantifier: Option<Quantifier>,
    pub(super) values: Vec<String>,
    /// Whether a value came out of a policy variable, which may hold anything.
    pub(super) of_variable: bool,
}

/// How the values of a key are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reading {
    Text,
    Arn,
    Flag,
    Number,
    Date,
    Address,
}

/// The shapes of keys whose values AWS makes: examples then look like what they stand for.
const SHAPES: [(&str, &str); 14] = [
    ("aws:calledvia", "?*.amazonaws.com"),
    ("aws:calledviafirst", "?*.amazonaws.com"),
    ("aws:calledvialast", "?*.amazonaws.com"),
    ("aws:principalaccount", "############"),
    ("aws:principalorgid", "o-?*"),
    ("aws:principalorgpaths", "o-?*/*"),
    ("aws:resourceaccount", "############"),
    ("aws:resourceorgid", "o-?*"),
    ("aws:sourceaccount", "############"),
    ("aws:sourceorgid", "o-?*"),
    ("aws:sourcevpc", "vpc-?*"),
    ("aws:sourcevpce", "vpce-?*"),
    ("aws:vpceaccount", "############"),
    ("aws:vpceorgid", "o-?*"),
];

/// Keys that hold true or false whatever operator reads them.
const FLAGS: [&str; 5] = [
    "aws:multifactorauthpresent",
    "aws:principalisawsservice",
    "aws:securetransport",
    "aws:viaawsservice",
    "kms:grantisforawsresource",
];

/// Keys that every request has.
const ALWAYS: [&str; 4] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:securetransport",
    "aws:viaawsservice",
];

/// Every assignment to the key that some test answers differently: absent is
/// the empty list, and comes first where it is possible at all.
pub(super) fn assignments(
    key: &str,
    tests: &BTreeSet<Test>,
) -> Result<Vec<Vec<String>>, Undecided> {
    let values = values(key, tests)?;
    let absent = (!ALWAYS.contains(&key)).then(Vec::new);
    let sets = subsets(&values, longest_set(tests));
    Ok(absent.into_iter().chain(sets).collect())
}

/// A set of values meets or fails each test by one member, so that more
/// members than tests change nothing; without set tests there is one value.
fn longest_set(tests: &BTreeSet<Test>) -> usize {
    let is_set = tests.iter().any(|test| test.quantifier.is_some());
    let looks = tests.iter().filter(|test| test.operator != Operator::Null);
    if is_set { looks.count() } else { 1 }
}

fn subsets(values: &[String], longest: usize) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = Vec::new();
    let mut last: Vec<(usize, Vec<String>)> = vec![(0, Vec::new())];
    for _ in 0..longest {
        let mut longer = Vec::new();
        for (from, set) in &last {
            for (index, value) in values.iter().enumerate().skip(*from) {
                longer.push((index + 1, [&set[..], std::slice::from_ref(value)].concat()));
            }
        }
        sets.extend(longer.iter().map(|(_, set)| set.clone()));
        last = longer;
    }
    sets
}

fn values(key: &str, tests: &BTreeSet<Test>) -> Result<Vec<String>, Undecided> {
    if FLAGS.contains(&key) {
        return Ok(flags());
    }
    let readings: BTreeSet<Reading> = tests
        .iter()
        .filter_map(|test| reading(test.operator))
        .collect();
    let looks = tests.iter().filter(|test| test.operator != Operator::Null);
    let all = looks.flat_map(|test| &test.values);
    let (found, why) = match readings.into_iter().collect::<Vec<_>>()[..] {
        [] | [Reading::Text | Reading::Arn] | [Reading::Text, Reading::Arn] => {
            (texts(key, tests), "its patterns multiply")
        }
        [Reading::Flag] => return Ok(flags()),
        [Reading::Number] => (numbers(all), "a value is no whole number"),
        [Reading::Date] => (dates(all), "a value is no date with a day"),
        [Reading::Address] => (addresses(all), "a value is no range of addresses"),
        _ => (None, "it is compared in several ways"),
    };
    found.ok_or_else(|| Undecided::Key {
        key: key.to_owned(),
        why,
    })
}

fn flags() -> Vec<String> {
    vec!["true".to_owned(), "false".to_owned()]
}

/// `None` for `Null`, which looks at no value.
fn reading(operator: Operator) -> Option<Reading> {
    use Operator as O;
    Some(match operator {
        O::Null => return None,
        O::StringEquals
        | O::StringNotEquals
        | O::StringEqualsIgnoreCase
        | O::StringNotEqualsIgnoreCase
        | O::StringLike
        | O::StringNotLike
        | O::BinaryEquals => Reading::Text,
        O::ArnEquals | O::ArnNotEquals | O::ArnLike | O::ArnNotLike => Reading::Arn,
        O::Bool => Reading::Flag,
        O::NumericEquals
        | O::NumericNotEquals
        | O::NumericLessThan
        | O::NumericLessThanEquals
        | O::NumericGreaterThan
        | O::NumericGreaterThanEquals => Reading::Number,
        O::DateEquals
        | O::DateNotEquals
        | O::DateLessThan
        | O::DateLessThanEquals
        | O::DateGreaterThan
        | O::DateGreaterThanEquals => Reading::Date,
        O::IpAddress | O::NotIpAddress => Reading::Address,
    })
}

fn texts(key: &str, tests: &BTreeSet<Test>) -> Option<Vec<String>> {
    let mut patterns = BTreeSet::new();
    let mut other_case = BTreeSet::new();
    let looks = tests.iter().filter(|test| test.operator != Operator::Null);
    for (operator, value) in
        looks.flat_map(|test| test.values.iter().map(|value| (test.operator, value)))
    {
        patterns.extend(patterns_of(operator, value));
        if matches!(
            operator,
            Operator::StringEqualsIgnoreCase | Operator::StringNotEqualsIgnoreCase
        ) {
            other_case.insert(swapped(value));
        }
    }
    let only_arns = tests
        .iter()
        .all(|test| matches!(reading(test.operator), None | Some(Reading::Arn)));
    let of_variable = tests.iter().any(|test| test.of_variable);
    let shape = SHAPES.iter().find(|(shaped, _)| *shaped == key);
    let shape = match shape {
        _ if of_variable => Pattern::text("?*"),
        Some((_, shape)) => Pattern::shape(shape),
        None if only_arns && !patterns.is_empty() => Pattern::text("arn:?*:?*:*:*:?*"),
        None => Pattern::text("?*"),
    };
    let mut found = classes(&shape, &patterns)?;
    found.extend(other_case);
    Some(found)
}

/// The texts that a value stands for.
fn patterns_of(operator: Operator, value: &str) -> Vec<Pattern> {
    match operator {
        Operator::StringLike | Operator::StringNotLike => vec![Pattern::text(value)],
        _ if reading(operator) == Some(Reading::Arn) => vec![Pattern::arn(value)],
        // Escapes mean the same where there are no wildcards.
        _ => vec![Pattern::literal(value), Pattern::literal(&unescaped(value))],
    }
}

fn unescaped(value: &str) -> String {
    value
        .replace("${*}", "*")
        .replace("${?}", "?")
        .replace("${$}", "$")
}

/// The same letters in the other case.
fn swapped(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

/// Each number, and one on either side of it.
fn numbers<'a>(values: impl Iterator<Item = &'a String>) -> Option<Vec<String>> {
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    for value in values {
        let number: f64 = value
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())?;
        // Neighbours of two bounds that lie closer than this would be in the wrong order.
        if number.fract() != 0.0 || number.abs() > 1e15 {
            return None;
        }
        for near in [number - 1.0, number, number + 1.0] {
            found.insert(format!("{near:.0}"), near);
        }
        found.insert(format!("{:.1}", number + 0.5), number + 0.5);
    }
    let mut sorted: Vec<(String, f64)> = found.into_iter().collect();
    sorted.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    Some(sorted.into_iter().map(|(text, _)| text).collect())
}

/// Each date, half a second after it, and a year before and after: what lies
/// between two dates is half a second after the earlier one, too.
fn dates<'a>(values: impl Iterator<Item = &'a String>) -> Option<Vec<String>> {
    let mut found = BTreeSet::new();
    for value in values {
        let seconds = match value.len() {
            10 => format!("{value}T00:00:00"),
            20 => value.strip_suffix('Z')?.to_owned(),
            _ => return None,
        };
        let year: i32 = seconds.get(..4)?.parse().ok()?;
        found.insert(value.clone());
        found.insert(format!("{seconds}.5Z"));
        // Not in February, which has not always as many days.
        found.insert(format!("{:04}-01-01", year - 1));
        found.insert(format!("{:04}-01-01", year + 1));
    }
    Some(found.into_iter().collect())
}

/// The ends of each range and their outer neighbours: ranges are nested or
/// apart, so that every class has one of these.
fn addresses<'a>(values: impl Iterator<Item = &'a String>) -> Option<Vec<String>> {
    let mut four = BTreeSet::new();
    let mut six = BTreeSet::new();
    for value in values {
        let (address, length) = match value.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (value.as_str(), None),
        };
        match address.parse().ok()? {
            IpAddr::V4(address) => {
                let bits = 32_u32.checked_sub(length.unwrap_or(32))?;
                let mask = u32::MAX.checked_shl(bits).unwrap_or(0);
                let (first, last) = (u32::from(address) & mask, u32::from(address) | !mask);
                four.extend([first, last]);
                four.extend(first.checked_sub(1).into_iter().chain(last.checked_add(1)));
            }
            IpAddr::V6(address) => {
                let bits = 128_u32.checked_sub(length.unwrap_or(128))?;
                let mask = u128::MAX.checked_shl(bits).unwrap_or(0);
                let (first, last) = (u128::from(address) & mask, u128::from(address) | !mask);
                six.extend([first, last]);
                six.extend(first.checked_sub(1).into_iter().chain(last.checked_add(1)));
            }
        }
    }
    let four = four
        .into_iter()
        .map(|bits| Ipv4Addr::from(bits).to_string());
    let six = six.into_iter().map(|bits| Ipv6Addr::from(bits).to_string());
    Some(four.chain(six).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(operator: Operator, values: &[&str]) -> Test {
        Test {
            operator,
            quantifier: None,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            of_variable: false,
        }
    }

    fn check(key: &str, tests: &[Test], expected: &[&str]) {
        let tests = tests.iter().cloned().collect();
        let found = assignments(key, &tests).expect("few values");
        let found: Vec<String> = found.iter().map(|values| values.join("+")).collect();
        assert_eq!(found, expected, "{key}");
    }

    #[test]
    fn what_a_test_can_tell_apart_is_there() {
        let endpoints = test(Operator::StringNotEquals, &["vpce-1", "vpce-2"]);
        check(
            "aws:sourcevpce",
            &[endpoints],
            &["", "vpce-1", "vpce-2", "vpce-x"],
        );
        let tls = test(Operator::Bool, &["false"]);
        check("aws:securetransport", &[tls], &["true", "false"]);
        let header = test(Operator::Null, &["false"]);
        check("s3:header", &[header], &["", "x"]);
        let age = test(Operator::NumericLessThan, &["3600"]);
        check(
            "aws:multifactorauthage",
            &[age],
            &["", "3599", "3600", "3600.5", "3601"],
        );
        let net = test(Operator::IpAddress, &["10.0.0.0/8", "10.1.0.0/16"]);
        check(
            "aws:sourceip",
            &[net],
            &[
                "",
                "9.255.255.255",
                "10.0.0.0",
                "10.0.255.255",
                "10.1.0.0",
                "10.1.255.255",
                "10.2.0.0",
                "10.255.255.255",
                "11.0.0.0",
            ],
        );
        let tag = test(Operator::StringEqualsIgnoreCase, &["Red"]);
        check("aws:principaltag/team", &[tag], &["", "Red", "x", "rED"]);
    }

    #[test]
    fn sets_are_as_large_as_there_are_tests_of_sets() {
        let via = Test {
            quantifier: Some(Quantifier::ForAllValues),
            ..test(Operator::StringNotEquals, &["athena.amazonaws.com"])
        };
        let other = Test {
            quantifier: Some(Quantifier::ForAnyValue),
            ..via.clone()
        };
        check(
            "aws:calledvia",
            std::slice::from_ref(&via),
            &["", "athena.amazonaws.com", "x.amazonaws.com"],
        );
        check(
            "aws:calledvia",
            &[via, other],
            &[
                "",
                "athena.amazonaws.com",
                "x.amazonaws.com",
                "athena.amazonaws.com+x.amazonaws.com",
            ],
        );
    }

    #[test]
    fn what_cannot_be_tried_out_is_said() {
        let mixed = [
            test(Operator::IpAddress, &["10.0.0.0/8"]),
            test(Operator::StringLike, &["10.*"]),
        ];
        let found = assignments("aws:sourceip", &mixed.into_iter().collect());
        assert!(found.is_err_and(|why| why.to_string().contains("`aws:sourceip`")));
    }
}
