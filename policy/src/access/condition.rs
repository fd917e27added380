//! One condition of a statement, compiled: operator, key, values.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::net::IpAddr;

use crate::access::decimal::Decimal;
use crate::access::facts::{Facts, Key, Values};
use crate::access::instant::Instant;
use crate::access::network::Network;
use crate::access::pattern::{Case, Pattern, Reading};
use crate::access::resources::ArnPattern;
use crate::arn::segments;
use crate::{ConditionKey, Effect, Operator, QualifiedOperator, Quantifier};

/// One condition.
#[derive(Debug)]
pub(super) struct ConditionTest {
    key: Key,
    quantifier: Option<Quantifier>,
    if_exists: bool,
    comparison: Comparison,
    /// The operator is the opposite of the comparison.
    negated: bool,
    effect: Effect,
}

/// How a value of the request is compared with those of the document; `None`
/// is a value in the document that the operator cannot read.
#[derive(Debug)]
enum Comparison {
    Text(Vec<Pattern>),
    TextIgnoringCase(Vec<Pattern>),
    Arn(Vec<Option<ArnPattern>>),
    Number(Order, Vec<Option<String>>),
    Date(Order, Vec<Option<Instant>>),
    Bool(Vec<Option<bool>>),
    Binary(Vec<Option<String>>),
    Address(Vec<Option<Network>>),
    IsAbsent(Vec<Option<bool>>),
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What comparing two values comes to.
#[derive(Clone, Copy)]
enum Match {
    Yes,
    No,
    /// One of the two is not what the operator compares.
    Unreadable,
}

impl ConditionTest {
    /// Compiles a condition of a statement with this effect.
    pub(super) fn of(
        operator: QualifiedOperator,
        key: &ConditionKey,
        values: &[String],
        effect: Effect,
        variables: bool,
    ) -> Self {
        let (comparison, negated) = Comparison::of(operator.operator, values, variables);
        Self {
            key: Key::named(key.as_str()),
            quantifier: operator.quantifier,
            if_exists: operator.if_exists,
            comparison,
            negated,
            effect,
        }
    }

    /// Whether the request fulfils the condition.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        let values = facts.values(&self.key);
        if let Comparison::IsAbsent(wanted) = &self.comparison {
            return self.presence(wanted, matches!(values, Values::Absent));
        }
        if let Values::Absent = values {
            return match self.quantifier {
                Some(Quantifier::ForAllValues) => true,
                _ if self.if_exists => true,
                Some(Quantifier::ForAnyValue) => false,
                None => self.negated,
            };
        }
        let fulfils = |value| self.fulfils(value, facts);
        match self.quantifier {
            // AWS takes a key with nothing but empty texts for one without values.
            Some(quantifier) if values.each().all(str::is_empty) => {
                quantifier == Quantifier::ForAllValues
            }
            Some(Quantifier::ForAllValues) => values.each().all(fulfils),
            // A plain operator on a key with several values: one must be among
            // the document's, or none where the operator is negated.
            None if self.negated => values.each().all(fulfils),
            Some(Quantifier::ForAnyValue) | None => values.each().any(fulfils),
        }
    }

    /// `Null`. Quantifiers and `IfExists` add nothing: presence is all it asks.
    fn presence(&self, wanted: &[Option<bool>], is_absent: bool) -> bool {
        wanted.iter().any(|wanted| match wanted {
            Some(wanted) => *wanted == is_absent,
            None => self.counts(Match::Unreadable),
        })
    }

    /// Whether one value of the request passes: it is among the document's,
    /// or, where the operator is negated, it is not.
    fn fulfils(&self, value: &str, facts: &Facts<'_>) -> bool {
        self.is_listed(value, facts) != self.negated
    }

    fn is_listed(&self, value: &str, facts: &Facts<'_>) -> bool {
        match &self.comparison {
            // A variable that the request lacks makes its value match nothing,
            // and a negated operator holds: that is what AWS documents.
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
            Comparison::Text(wanted) => {
                (wanted.iter()).any(|wanted| wanted.matches(value, facts, Case::Matters))
            }
            Comparison::TextIgnoringCase(wanted) => {
                (wanted.iter()).any(|wanted| wanted.equals_ignoring_case(value, facts))
            }
            Comparison::Arn(wanted) => {
                let found = segments(value);
                self.any(wanted.iter().map(|wanted| match wanted {
                    Some(wanted) => Match::of(wanted.matches_parts(found.as_ref(), facts)),
                    None => Match::Unreadable,
                }))
            }
            Comparison::Number(order, wanted) => {
                let found = Decimal::parse(value);
                let wanted = wanted.iter().map(|text| Decimal::parse(text.as_deref()?));
                self.any(wanted.map(|wanted| order.compare(found, wanted)))
            }
            Comparison::Date(order, wanted) => {
                let found = Instant::parse(value);
                self.any(wanted.iter().map(|wanted| order.compare(found, *wanted)))
            }
            Comparison::Bool(wanted) => {
                let found = truth(value);
                self.any(
                    wanted
                        .iter()
                        .map(|wanted| Order::Equal.compare(found, *wanted)),
                )
            }
            Comparison::Binary(wanted) => {
                let found = is_base64(value).then_some(value);
                self.any(
                    wanted
                        .iter()
                        .map(|wanted| Order::Equal.compare(found, wanted.as_deref())),
                )
            }
            Comparison::Address(wanted) => {
                let found = value.parse::<IpAddr>().ok();
                self.any(wanted.iter().map(|wanted| match (found, wanted) {
                    (Some(found), Some(wanted)) => Match::of(wanted.contains(found)),
                    _ => Match::Unreadable,
                }))
            }
            Comparison::IsAbsent(wanted) => self.presence(wanted, false),
        }
    }

    fn any(&self, mut found: impl Iterator<Item = Match>) -> bool {
        found.any(|found| self.counts(found))
    }

    /// Whether a value counts as listed: what cannot be read must open nothing,
    /// so a Deny applies by it and an Allow does not.
    fn counts(&self, found: Match) -> bool {
        match found {
            Match::Yes => true,
            Match::No => false,
            Match::Unreadable => (self.effect == Effect::Deny) != self.negated,
        }
    }
}

impl Comparison {
    /// The comparison of an operator, and whether the operator is its opposite.
    fn of(operator: Operator, values: &[String], variables: bool) -> (Self, bool) {
        let literal = Reading {
            variables,
            wildcards: false,
        };
        let like = Reading {
            variables,
            wildcards: true,
        };
        match operator {
            Operator::StringEquals => (Self::Text(patterns(values, literal)), false),
            Operator::StringNotEquals => (Self::Text(patterns(values, literal)), true),
            Operator::StringEqualsIgnoreCase => {
                (Self::TextIgnoringCase(patterns(values, literal)), false)
            }
            Operator::StringNotEqualsIgnoreCase => {
                (Self::TextIgnoringCase(patterns(values, literal)), true)
            }
            Operator::StringLike => (Self::Text(patterns(values, like)), false),
            Operator::StringNotLike => (Self::Text(patterns(values, like)), true),
            Operator::NumericEquals => (numbers(Order::Equal, values), false),
            Operator::NumericNotEquals => (numbers(Order::Equal, values), true),
            Operator::NumericLessThan => (numbers(Order::Less, values), false),
            Operator::NumericLessThanEquals => (numbers(Order::LessOrEqual, values), false),
            Operator::NumericGreaterThan => (numbers(Order::Greater, values), false),
            Operator::NumericGreaterThanEquals => (numbers(Order::GreaterOrEqual, values), false),
            Operator::DateEquals => (dates(Order::Equal, values), false),
            Operator::DateNotEquals => (dates(Order::Equal, values), true),
            Operator::DateLessThan => (dates(Order::Less, values), false),
            Operator::DateLessThanEquals => (dates(Order::LessOrEqual, values), false),
            Operator::DateGreaterThan => (dates(Order::Greater, values), false),
            Operator::DateGreaterThanEquals => (dates(Order::GreaterOrEqual, values), false),
            Operator::Bool => (Self::Bool(read(values, truth)), false),
            Operator::BinaryEquals => (Self::Binary(read(values, base64)), false),
            Operator::IpAddress => (Self::Address(read(values, Network::parse)), false),
            Operator::NotIpAddress => (Self::Address(read(values, Network::parse)), true),
            // The two pairs are the same: both know wildcards.
            Operator::ArnEquals | Operator::ArnLike => (arns(values, variables), false),
            Operator::ArnNotEquals | Operator::ArnNotLike => (arns(values, variables), true),
            Operator::Null => (Self::IsAbsent(read(values, truth)), false),
        }
    }
}

impl Match {
    fn of(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

impl Order {
    fn compare<T: Ord>(self, found: Option<T>, wanted: Option<T>) -> Match {
        let (Some(found), Some(wanted)) = (found, wanted) else {
            return Match::Unreadable;
        };
        Match::of(match self {
            Self::Equal => found == wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
        })
    }
}

fn patterns(values: &[String], reading: Reading) -> Vec<Pattern> {
    (values.iter().map(|value| Pattern::read(value, reading))).collect()
}

fn arns(values: &[String], variables: bool) -> Comparison {
    Comparison::Arn(read(values, |value| {
        ArnPattern::of_condition(value, variables)
    }))
}

fn numbers(order: Order, values: &[String]) -> Comparison {
    let number = |value: &str| Decimal::parse(value).map(|_| value.to_owned());
    Comparison::Number(order, read(values, number))
}

fn dates(order: Order, values: &[String]) -> Comparison {
    Comparison::Date(order, read(values, Instant::parse))
}

fn read<T>(values: &[String], value: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    values.iter().map(|text| value(text)).collect()
}

fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn base64(text: &str) -> Option<String> {
    is_base64(text).then(|| text.to_owned())
}

/// Whether the text is base64 with its padding: equal texts are equal bytes.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(known)
}
