//! A `flow_logs` check made ready to run.

use std::collections::BTreeSet;

use cloister_pattern::{Pattern, Record};
use serde_json::Value;

use super::opposite::opposite;
use crate::decode::closest;
use crate::file::{Answered, FlowLogsCheck};
use crate::pattern::compile;
use crate::plan::Count;
use crate::problem::Problem;
use crate::template::{Values, fill_json, fill_text};
use crate::yaml::{self, Node};

/// Without these a record has no place in time.
const ALWAYS_NEEDED: [&str; 2] = ["start", "end"];
/// What an answer is found by.
const TO_PAIR: [&str; 6] = [
    "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action",
];
const OR: &str = "$or";

/// Flow records to count, and which of them count.
#[derive(Clone, Debug)]
pub struct FlowProof {
    pub scope: FlowScope,
    pub pattern: Pattern,
    /// What every possible answer matches.
    pub opposite: Pattern,
    /// What an answer must match besides.
    pub answer: Option<Pattern>,
    pub answered: Answered,
    pub count: Count,
    /// The fields that the step cannot be judged without.
    pub fields: BTreeSet<String>,
    /// The values of `action` that may match; empty if the pattern does not restrict them.
    pub(crate) actions: BTreeSet<String>,
}

/// Which flow logs bear on a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowScope {
    pub vpc_id: Option<String>,
    pub flow_log_id: Option<String>,
    /// The interfaces that the pattern names, if it names any.
    pub interfaces: BTreeSet<String>,
    /// The subnets that the pattern names, if it names any.
    pub subnets: BTreeSet<String>,
}

impl FlowScope {
    /// Whether the step asks for more than the files that are given.
    pub fn is_in_account(&self) -> bool {
        self.vpc_id.is_some() || self.flow_log_id.is_some()
    }

    /// The resources any of whose flow logs may hold the records.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        let named = self.vpc_id.iter().chain(&self.interfaces);
        named.chain(&self.subnets).map(String::as_str)
    }

    /// Whether a flow log of `resource` holds all records of the scope.
    pub(crate) fn is_within(&self, resource: &str) -> bool {
        let only = |named: &BTreeSet<String>| named.iter().eq([resource]);
        self.flow_log_id.is_some()
            || self.vpc_id.as_deref() == Some(resource)
            || only(&self.interfaces)
            || only(&self.subnets)
    }
}

impl FlowProof {
    /// Whether the JSON text of a record that matches `opposite` is good enough for an answer.
    pub fn takes_as_answer(&self, record: &[u8]) -> bool {
        let fits = |answer: &Pattern| Record::parse(record).is_ok_and(|one| answer.matches(&one));
        self.answer.as_ref().is_none_or(fits)
    }
}

/// Fills and compiles the check whose node is `node`.
pub(crate) fn plan_flows(
    check: &FlowLogsCheck,
    node: &Node,
    inputs: &Values,
) -> Result<FlowProof, Problem> {
    let source = node.field("pattern");
    let source = source.expect("a decoded check has its required fields");
    let pattern = fill_json(source, inputs)?;
    let text = |name: &str| match node.field(name) {
        Some(text) if text.value != yaml::Value::Null => fill_text(text, inputs).map(Some),
        _ => Ok(None),
    };
    let mut fields: BTreeSet<String> = ALWAYS_NEEDED.map(str::to_owned).into();
    named_fields(&pattern, &mut fields);
    let mut answer = None;
    if let Some(source) = node.field("answer").filter(|_| check.answer.is_some()) {
        let filled = fill_json(source, inputs)?;
        named_fields(&filled, &mut fields);
        answer = Some(compile(source, &filled)?);
    }
    if check.answered != Answered::Any {
        fields.extend(TO_PAIR.map(str::to_owned));
    }
    Ok(FlowProof {
        scope: FlowScope {
            vpc_id: text("vpc_id")?,
            flow_log_id: text("flow_log_id")?,
            interfaces: exact(&pattern, "interface-id"),
            subnets: exact(&pattern, "subnet-id"),
        },
        opposite: compile(source, &opposite(&pattern))?,
        actions: exact(&pattern, "action"),
        pattern: compile(source, &pattern)?,
        answer,
        answered: check.answered,
        count: Count {
            expect: check.expect,
            within: check.within,
            after: check.after.clone(),
            same_as: check.same_interface_as.clone(),
        },
        fields,
    })
}

/// Notes fields of a pattern that no flow record has, and numbers written as text.
///
/// `known` are the fields, each with whether it is a number.
pub(crate) fn check_fields(pattern: &Node, known: &[(&str, bool)], problems: &mut Vec<Problem>) {
    let yaml::Value::Map(entries) = &pattern.value else {
        return;
    };
    for (key, value) in entries {
        if key.name == OR {
            for branch in value.elements() {
                check_fields(branch, known, problems);
            }
            continue;
        }
        match known.iter().find(|(name, _)| *name == key.name) {
            None => problems.push(unknown_field(&key.name, key.spot, known)),
            Some((name, true)) => problems.extend(text_for_number(name, value)),
            Some(_) => {}
        }
    }
}

fn unknown_field(name: &str, spot: yaml::Spot, known: &[(&str, bool)]) -> Problem {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let hint = match closest(name, &names) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Fields of flow records: {}", names.join(", ")),
    };
    Problem::at(spot, format!("`{name}` is no field of a flow record")).hint(hint)
}

fn text_for_number(name: &str, alternatives: &Node) -> Option<Problem> {
    let text = alternatives
        .elements()
        .iter()
        .find(|one| matches!(one.value, yaml::Value::Text(_)))?;
    let message = format!("`{name}` is a number, and a text never matches it");
    Some(Problem::at(text.spot, message).hint("Write the number without quotes"))
}

/// The names of all fields that a pattern asks about.
fn named_fields(pattern: &Value, fields: &mut BTreeSet<String>) {
    for (name, value) in pattern.as_object().into_iter().flatten() {
        match value.as_array() {
            Some(branches) if name == OR => {
                for branch in branches {
                    named_fields(branch, fields);
                }
            }
            _ => {
                fields.insert(name.clone());
            }
        }
    }
}

/// The alternatives of a field, if all of them are exact texts.
fn exact(pattern: &Value, field: &str) -> BTreeSet<String> {
    let alternatives = pattern.get(field).and_then(Value::as_array);
    let texts: Option<BTreeSet<String>> = alternatives
        .into_iter()
        .flatten()
        .map(|one| one.as_str().map(str::to_owned))
        .collect();
    texts.unwrap_or_default()
}
