//! Values of conditions, as their operators read them.

use std::net::IpAddr;

use crate::actions::KeyType;
use crate::lint::Finding;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, Test, listed};
use crate::{Operator, arn};

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";

pub(in crate::lint) const L32: Rule = Rule {
    id: "L32",
    title: "Value that its operator cannot match",
    wrong: "An operator reads values in its own way: `*` is plain text to `StringEquals`, and what is no number, date, range or ARN never matches.",
    source: OPERATORS,
    check: Check::Statement(unmatched),
};

pub(in crate::lint) const L33: Rule = Rule {
    id: "L33",
    title: "Set operator that does not fit the key",
    wrong: "Keys with several values need `ForAnyValue` or `ForAllValues`; on a key with one value, `ForAllValues` only adds that it may be absent.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
    check: Check::Statement(wrong_set),
};

fn unmatched(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let of_values = at.tests().filter_map(|test| unreadable(at, &test));
    let of_types = at.tests().filter_map(|test| wrong_type(scene, at, &test));
    of_values.chain(of_types).collect()
}

fn unreadable(at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let (is_readable, what) = reading(test.operator.operator)?;
    let unreadable: Vec<&String> = test
        .values
        .iter()
        .filter(|value| !value.contains("${") && !is_readable(value))
        .collect();
    if unreadable.is_empty() {
        return None;
    }
    let reason = format!(
        "`{}` takes {what}, which {} is not.",
        test.operator,
        listed(unreadable)
    );
    let mend = match test.operator.operator {
        Operator::StringEquals => "Write `StringLike` if the wildcard is meant as one.",
        Operator::StringNotEquals => "Write `StringNotLike` if the wildcard is meant as one.",
        _ => "Write a value that the operator reads, or another operator.",
    };
    Some(at.error(reason, mend).at(at.path_of(test)))
}

type Readable = fn(&str) -> bool;

/// How an operator reads its values, if not every text will do.
fn reading(operator: Operator) -> Option<(Readable, &'static str)> {
    use Operator as O;
    Some(match operator {
        O::StringEquals | O::StringNotEquals => {
            (|value| !value.contains('*'), "text without wildcards")
        }
        O::Bool | O::Null => (is_bool, "`true` or `false`"),
        O::IpAddress | O::NotIpAddress => (is_range, "an address or a range such as `10.0.0.0/8`"),
        O::ArnEquals | O::ArnLike | O::ArnNotEquals | O::ArnNotLike => (
            is_arn_pattern,
            "an ARN of six parts, with or without wildcards",
        ),
        O::NumericEquals
        | O::NumericNotEquals
        | O::NumericLessThan
        | O::NumericLessThanEquals
        | O::NumericGreaterThan
        | O::NumericGreaterThanEquals => (|value| value.parse::<f64>().is_ok(), "a number"),
        O::DateEquals
        | O::DateNotEquals
        | O::DateLessThan
        | O::DateLessThanEquals
        | O::DateGreaterThan
        | O::DateGreaterThanEquals => (is_date, "a date such as `2026-01-31T00:00:00Z`"),
        _ => return None,
    })
}

fn is_bool(value: &str) -> bool {
    ["true", "false"]
        .iter()
        .any(|known| value.eq_ignore_ascii_case(known))
}

fn is_range(value: &str) -> bool {
    let (address, bits) = value.split_once('/').unwrap_or((value, "0"));
    match address.parse() {
        Ok(IpAddr::V4(_)) => bits.parse().is_ok_and(|bits: u8| bits <= 32),
        Ok(IpAddr::V6(_)) => bits.parse().is_ok_and(|bits: u8| bits <= 128),
        Err(_) => false,
    }
}

fn is_arn_pattern(value: &str) -> bool {
    value == "*" || arn::segments(value).is_some()
}

/// Seconds since 1970, or something like a W3C date.
fn is_date(value: &str) -> bool {
    let is_epoch = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = value.split(['-', 'T']);
    let numeric = |part: Option<&str>| part.is_some_and(|part| part.parse::<u16>().is_ok());
    is_epoch
        || (numeric(parts.next()) && parts.next().is_none_or(|part| part.parse::<u8>().is_ok()))
}

/// The key's values are of a type that the operator does not compare.
fn wrong_type(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let (value, _) = described(scene, test.key)?;
    let name = test.operator.operator.as_str();
    let (fitting, what) = match value {
        KeyType::IpAddress => (
            name.contains("IpAddress"),
            "an address, which only `IpAddress` compares by range",
        ),
        KeyType::String | KeyType::Arn | KeyType::Bool => {
            let is_other = ["IpAddress", "Numeric", "Date"]
                .iter()
                .any(|kind| name.contains(kind));
            (!is_other, "text, which `String…` operators compare")
        }
        KeyType::Numeric => (
            !name.contains("IpAddress"),
            "a number, which `Numeric…` operators compare",
        ),
        KeyType::Date => (
            !name.contains("IpAddress"),
            "a date, which `Date…` operators compare",
        ),
    };
    let is_null = test.null().is_some();
    if fitting || is_null {
        return None;
    }
    let reason = format!("`{}` is {what}, not `{name}`.", test.key);
    Some(
        at.warning(reason, "Write an operator of the key's type.")
            .at(at.path_of(test)),
    )
}

fn wrong_set(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    at.tests()
        .filter(|test| test.null().is_none())
        .filter_map(|test| {
            let (_, many) = described(scene, test.key)?;
            let finding = match (test.operator.quantifier, many) {
                (None, true) => at.warning(
                    format!(
                        "A request may have several values of `{}`, and `{}` compares one.",
                        test.key, test.operator
                    ),
                    "Write `ForAnyValue:` or `ForAllValues:` before the operator.",
                ),
                (Some(quantifier), false) => at.note(
                    format!(
                        "A request has one value of `{}`, so `{}` is not needed.",
                        test.key,
                        quantifier.as_str()
                    ),
                    format!("Write `{}`.", test.operator.operator.as_str()),
                ),
                _ => return None,
            };
            Some(finding.at(at.path_of(&test)))
        })
        .collect()
}

/// Type of a key's values, and whether there may be several.
fn described(scene: &Scene<'_>, key: &str) -> Option<(KeyType, bool)> {
    if let Some(global) = scene.table.global_key(key) {
        return Some((global.value, global.many));
    }
    let (prefix, _) = key.split_once(':')?;
    let found = scene.table.service(prefix)?.key(key)?;
    Some((found.value?, found.many))
}
