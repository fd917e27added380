//! What a value must be beyond its type. Plain data: checked, documented and compared.

use regex_lite::Regex;
use serde::Serialize;

use crate::{Diagnostic, Diagnostics, Number, Path, Step, Value};

/// A limit on a value. Null and unknown values keep every rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One of these strings.
    OneOf(Vec<String>),
    /// Characters of a string.
    Length { min: Option<u64>, max: Option<u64> },
    /// A regular expression that matches somewhere in the string; anchor it.
    Pattern(String),
    /// A number between these, both included.
    Range {
        min: Option<Number>,
        max: Option<Number>,
    },
    /// A number greater than this.
    Above(Number),
    /// A number less than this.
    Below(Number),
    /// A whole number.
    Integer,
    /// Elements of a list, set or map.
    Size { min: Option<u64>, max: Option<u64> },
    /// Rules for every element of a list, set or map.
    Each(Vec<Rule>),
    /// Rules for every key of a map.
    Keys(Vec<Rule>),
}

/// Whether a message may repeat the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Openly,
    /// The attribute is sensitive.
    Never,
}

impl Rule {
    pub(crate) fn check(&self, value: &Value, path: &Path, shown: Shown) -> Diagnostics {
        if value.is_null() || value.is_unknown() {
            return Diagnostics::new();
        }
        match self {
            Self::Each(rules) => check_elements(rules, value, path, shown),
            Self::Keys(rules) => check_keys(rules, value, path),
            simple if simple.holds(value) => Diagnostics::new(),
            simple => simple.violation(value, path, shown).into(),
        }
    }

    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::OneOf(allowed), Value::String(text)) => allowed.contains(text),
            (Self::Length { min, max }, Value::String(text)) => {
                within(text.chars().count() as u64, *min, *max)
            }
            // A pattern that does not compile is found by `Schema::check`.
            (Self::Pattern(pattern), Value::String(text)) => {
                Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
            }
            (Self::Range { min, max }, Value::Number(number)) => {
                min.as_ref().is_none_or(|min| number >= min)
                    && max.as_ref().is_none_or(|max| number <= max)
            }
            (Self::Above(limit), Value::Number(number)) => number > limit,
            (Self::Below(limit), Value::Number(number)) => number < limit,
            (Self::Integer, Value::Number(number)) => number.is_integer(),
            (Self::Size { min, max }, Value::Set(elements)) => {
                set_size_within(elements, *min, *max)
            }
            (Self::Size { min, max }, Value::List(elements)) => {
                within(elements.len() as u64, *min, *max)
            }
            (Self::Size { min, max }, Value::Map(entries)) => {
                within(entries.len() as u64, *min, *max)
            }
            // A rule for another type; `Schema::check` finds it.
            _ => true,
        }
    }

    fn violation(&self, value: &Value, path: &Path, shown: Shown) -> Diagnostic {
        let demand = self.demand("it");
        let found = match (shown, value) {
            (Shown::Never, _) => {
                format!("The value of `{path}`, which is secret, breaks a rule: {demand}.")
            }
            (Shown::Openly, value) => format!("`{path}` {}, but {demand}.", state(value)),
        };
        Diagnostic::error("Invalid attribute value")
            .found(found)
            .action(format!("Change `{path}`."))
            .at(path.clone())
    }

    /// The rule as half a sentence: "it must be one of `a`, `b`".
    pub(crate) fn demand(&self, subject: &str) -> String {
        match self {
            Self::OneOf(allowed) => format!("{subject} must be one of {}", alternatives(allowed)),
            Self::Length { min, max } => {
                format!("{subject} must have {}", limits(*min, *max, "character"))
            }
            Self::Pattern(pattern) => format!("{subject} must match {}", backticked(pattern)),
            Self::Range {
                min: Some(min),
                max: Some(max),
            } => format!("{subject} must be between {min} and {max}"),
            Self::Range {
                min: Some(min),
                max: None,
            } => format!("{subject} must be at least {min}"),
            Self::Range {
                min: None,
                max: Some(max),
            } => format!("{subject} must be at most {max}"),
            Self::Range {
                min: None,
                max: None,
            } => format!("{subject} may be any number"),
            Self::Above(limit) => format!("{subject} must be greater than {limit}"),
            Self::Below(limit) => format!("{subject} must be less than {limit}"),
            Self::Integer => format!("{subject} must be a whole number"),
            Self::Size { min, max } => {
                format!("{subject} must have {}", limits(*min, *max, "element"))
            }
            Self::Each(rules) => demands(rules, "each element"),
            Self::Keys(rules) => demands(rules, "each key"),
        }
    }

    /// What is wrong with the rule itself.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Pattern(pattern) => Regex::new(pattern)
                .err()
                .map(|error| format!("pattern `{pattern}`: {error}")),
            Self::OneOf(allowed) if allowed.is_empty() => Some("an enum without values".to_owned()),
            Self::Each(rules) | Self::Keys(rules) => rules.iter().find_map(Rule::problem),
            _ => None,
        }
    }
}

/// What a value is, as the middle of a sentence.
fn state(value: &Value) -> String {
    match value {
        Value::String(text) => format!("is {}", backticked(text)),
        Value::Number(number) => format!("is `{number}`"),
        Value::List(elements) | Value::Set(elements) => {
            format!("has {}", count(elements.len() as u64, "element"))
        }
        Value::Map(entries) => format!("has {}", count(entries.len() as u64, "element")),
        other => format!("is {}", other.kind()),
    }
}

fn check_elements(rules: &[Rule], value: &Value, path: &Path, shown: Shown) -> Diagnostics {
    let check = |element: &Value, path: &Path| -> Diagnostics {
        rules
            .iter()
            .flat_map(|rule| rule.check(element, path, shown))
            .collect()
    };
    match value {
        Value::List(elements) | Value::Tuple(elements) => elements
            .iter()
            .enumerate()
            .flat_map(|(index, element)| check(element, &path.index(index)))
            .collect(),
        Value::Set(elements) => elements
            .iter()
            .flat_map(|element| check(element, path))
            .collect(),
        Value::Map(entries) => entries
            .iter()
            .flat_map(|(key, entry)| check(entry, &path.step(Step::Key(key.clone()))))
            .collect(),
        _ => Diagnostics::new(),
    }
}

fn check_keys(rules: &[Rule], value: &Value, path: &Path) -> Diagnostics {
    let Value::Map(entries) = value else {
        return Diagnostics::new();
    };
    let keys = entries.keys().map(|key| (key, Value::String(key.clone())));
    keys.flat_map(|(key, text)| rules.iter().map(move |rule| (key, text.clone(), rule)))
        .filter(|(_, text, rule)| !rule.holds(text))
        .map(|(key, _, rule)| {
            Diagnostic::error("Invalid map key")
                .found(format!(
                    "`{path}` has the key {}, but {}.",
                    backticked(key),
                    rule.demand("each key")
                ))
                .action(format!("Rename the key in `{path}`."))
                .at(path.clone())
        })
        .collect()
}

/// An element that is not known yet may turn out to be another's twin.
fn set_size_within(elements: &[Value], min: Option<u64>, max: Option<u64>) -> bool {
    let size = elements.len() as u64;
    if elements.iter().all(Value::is_fully_known) {
        within(size, min, max)
    } else {
        within(size, min, None)
    }
}

fn within(size: u64, min: Option<u64>, max: Option<u64>) -> bool {
    min.is_none_or(|min| size >= min) && max.is_none_or(|max| size <= max)
}

fn limits(min: Option<u64>, max: Option<u64>, unit: &str) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("exactly {}", count(min, unit)),
        (Some(min), Some(max)) => format!("{min} to {}", count(max, unit)),
        (Some(min), None) => format!("at least {}", count(min, unit)),
        (None, Some(max)) => format!("at most {}", count(max, unit)),
        (None, None) => format!("any number of {unit}s"),
    }
}

fn count(number: u64, unit: &str) -> String {
    if number == 1 {
        format!("1 {unit}")
    } else {
        format!("{number} {unit}s")
    }
}

fn alternatives(allowed: &[String]) -> String {
    allowed
        .iter()
        .map(|value| backticked(value))
        .collect::<Vec<_>>()
        .join(", ")
}

fn demands(rules: &[Rule], subject: &str) -> String {
    rules
        .iter()
        .map(|rule| rule.demand(subject))
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Text in backticks, on one line and not endless.
fn backticked(text: &str) -> String {
    const LONGEST: usize = 200;
    let line: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let ellipsis = if text.chars().count() > LONGEST {
        "…"
    } else {
        ""
    };
    format!("`{line}{ellipsis}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|text| Value::from(*text)).collect()
    }

    /// The first paragraph of each message.
    fn found(rule: &Rule, value: &Value) -> Vec<String> {
        let found = rule.check(value, &Path::attribute("x"), Shown::Openly);
        found
            .iter()
            .map(|fault| {
                fault
                    .detail()
                    .split("\n\n")
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn rules_say_what_they_found_and_what_they_want() {
        let size = |min, max| Rule::Size { min, max };
        let cases = [
            (
                Rule::OneOf(vec!["a".into(), "b".into()]),
                Value::from("c"),
                vec!["`x` is `c`, but it must be one of `a`, `b`."],
            ),
            (Rule::OneOf(vec!["a".into()]), Value::Unknown, vec![]),
            (
                Rule::Length {
                    min: None,
                    max: Some(2),
                },
                "éé".into(),
                vec![],
            ),
            (
                Rule::Length {
                    min: Some(3),
                    max: Some(3),
                },
                "a\nb".into(),
                vec![],
            ),
            (
                Rule::Length {
                    min: Some(4),
                    max: Some(4),
                },
                "a\nb".into(),
                vec!["`x` is `a b`, but it must have exactly 4 characters."],
            ),
            (Rule::Pattern("^b$".into()), "b".into(), vec![]),
            (
                Rule::Above(1.into()),
                1.into(),
                vec!["`x` is `1`, but it must be greater than 1."],
            ),
            (Rule::Below(1.into()), 0.into(), vec![]),
            (
                size(Some(1), None),
                Value::Set(vec![]),
                vec!["`x` has 0 elements, but it must have at least 1 element."],
            ),
            (
                size(None, Some(1)),
                Value::Set(texts(&["a", "b"])),
                vec!["`x` has 2 elements, but it must have at most 1 element."],
            ),
            // What is unknown may be the same as another element.
            (
                size(None, Some(1)),
                Value::Set(vec!["a".into(), Value::Unknown]),
                vec![],
            ),
            (
                size(Some(1), Some(2)),
                Value::List(texts(&["a", "b", "c"])),
                vec!["`x` has 3 elements, but it must have 1 to 2 elements."],
            ),
            (
                Rule::Each(vec![Rule::Pattern("^vpce-".into())]),
                Value::List(texts(&["vpce-1", "vpc-1"])),
                vec!["`x[1]` is `vpc-1`, but it must match `^vpce-`."],
            ),
            (
                Rule::Each(vec![Rule::Pattern("^vpce-".into())]),
                Value::Set(texts(&["vpc-1"])),
                vec!["`x` is `vpc-1`, but it must match `^vpce-`."],
            ),
            (
                Rule::Keys(vec![Rule::Length {
                    min: None,
                    max: Some(1),
                }]),
                Value::map([("ab", Value::Unknown), ("c", Value::Null)]),
                vec!["`x` has the key `ab`, but each key must have at most 1 character."],
            ),
        ];
        for (rule, value, expected) in cases {
            assert_eq!(found(&rule, &value), expected, "{rule:?} {value:?}");
        }
    }

    #[test]
    fn a_long_value_is_cut() {
        let long = "é".repeat(300);
        let message = found(
            &Rule::Length {
                min: None,
                max: Some(1),
            },
            &long.as_str().into(),
        )
        .concat();
        assert!(
            message.contains(&format!("`{}…`", "é".repeat(200))),
            "{message}"
        );
    }
}
