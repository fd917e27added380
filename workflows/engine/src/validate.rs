//! What a decoded file may still get wrong: names, references, cycles, patterns.
//!
//! Works on the tree, so that one step that does not decode hides nothing
//! about the others.

use std::collections::BTreeMap;

use regex_lite::Regex;

use crate::access::check_access;
use crate::decode::closest;
use crate::file::{InputDeclaration, InputForm, InputValue};
use crate::needs::find_cycle;
use crate::pattern::compile;
use crate::problem::Problem;
use crate::template;
use crate::yaml::{Node, Value};

/// Checks that count records.
const RECORDS: [&str; 2] = ["cloudtrail", "flow_logs"];
/// Fields of such checks that name another step, and which checks that step may have.
const REFERENCES: [(&str, &[&str]); 4] = [
    ("after", &RECORDS),
    ("same_interface_as", &["flow_logs"]),
    ("same_principal_as", &["cloudtrail"]),
    ("witness", &["cloudtrail"]),
];
/// Fields that hold a pattern, by check.
const PATTERNS: [(&str, &[&str]); 3] = [
    ("live", &["pattern", "without"]),
    ("cloudtrail", &["pattern"]),
    ("flow_logs", &["pattern", "answer"]),
];

/// Notes every problem of the file that decoding cannot see.
pub(crate) fn validate(
    root: &Node,
    inputs: &BTreeMap<String, InputDeclaration>,
    problems: &mut Vec<Problem>,
) {
    let steps = root.field("steps").map(Node::elements).unwrap_or_default();
    if let Some(id) = root.field("id") {
        problems.extend(check_name(id));
    }
    if let Some(
        list @ Node {
            value: Value::List(elements),
            ..
        },
    ) = root.field("steps")
        && elements.is_empty()
    {
        let message = "A workflow needs at least one step";
        problems.push(
            Problem::at(list.spot, message).hint("Add a step with `id`, `title` and `check`"),
        );
    }
    check_inputs(root, inputs, problems);
    check_ids(steps, problems);
    let edges = check_references(steps, problems);
    problems.extend(check_cycle(steps, &edges));
    check_templates(root, steps, problems);
    for step in steps {
        problems.extend(check_expect(step));
        problems.extend(check_flow_logs(step));
        problems.extend(patterns(step).filter_map(check_pattern));
        if let Some(access) = step.field("check").and_then(|check| check.field("access")) {
            check_access(access, problems);
        }
    }
}

/// For each step, the indices of the steps it waits for; unknown ones are left out.
pub(crate) fn edges(steps: &[Node]) -> Vec<Vec<usize>> {
    steps
        .iter()
        .map(|step| {
            references(step)
                .filter_map(|(_, node)| position(steps, node))
                .collect()
        })
        .collect()
}

/// The regular expression, made to match whole values only.
pub(crate) fn whole_value(pattern: &str) -> Result<Regex, regex_lite::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

fn check_name(node: &Node) -> Option<Problem> {
    let Value::Text(name) = &node.value else {
        return None;
    };
    let good = !name.is_empty()
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    let problem = || {
        Problem::at(node.spot, format!("`{name}` is not a valid id"))
            .hint("Use lower-case letters, digits and single `-` between them")
    };
    (!good).then(problem)
}

fn check_inputs(
    root: &Node,
    inputs: &BTreeMap<String, InputDeclaration>,
    problems: &mut Vec<Problem>,
) {
    for (name, declaration) in inputs {
        let Some(node) = root.field("inputs").and_then(|inputs| inputs.field(name)) else {
            continue;
        };
        problems.extend(check_default_form(node, declaration));
        let Some((pattern, spot)) = declaration.pattern.as_deref().zip(node.field("pattern"))
        else {
            continue;
        };
        if let Err(error) = whole_value(pattern) {
            let message =
                format!("`pattern` of input `{name}` is not a regular expression: {error}");
            problems.push(Problem::at(spot.spot, message));
        }
    }
}

fn check_default_form(node: &Node, declaration: &InputDeclaration) -> Option<Problem> {
    let (expected, found) = match (declaration.form, declaration.default.as_ref()?) {
        (InputForm::Text, InputValue::List(_)) => ("text", "a list"),
        (InputForm::List, InputValue::Text(_)) => ("a list", "text"),
        _ => return None,
    };
    let spot = node.field("default")?.spot;
    let problem = Problem::at(
        spot,
        format!("The default must be {expected}, it is {found}"),
    );
    Some(problem.hint("Set `type: list` for a list, `type: text` for one value"))
}

fn check_ids(steps: &[Node], problems: &mut Vec<Problem>) {
    for (index, step) in steps.iter().enumerate() {
        let Some(id) = step.field("id") else {
            continue;
        };
        problems.extend(check_name(id));
        let Some(name) = text(id) else {
            continue;
        };
        let first = steps[..index]
            .iter()
            .filter_map(|s| s.field("id"))
            .find(|n| text(n) == Some(name));
        if let Some(first) = first {
            let message = format!("Step id `{name}` is used twice");
            let hint = format!(
                "Line {} has it already; give this step another id",
                first.spot.line
            );
            problems.push(Problem::at(id.spot, message).hint(hint));
        }
    }
}

fn check_references(steps: &[Node], problems: &mut Vec<Problem>) -> Vec<Vec<usize>> {
    let ids: Vec<&str> = steps
        .iter()
        .filter_map(|step| text(step.field("id")?))
        .collect();
    for step in steps {
        for (field, node) in references(step) {
            let Some(name) = text(node) else {
                continue;
            };
            match position(steps, node) {
                None => problems.push(unknown_step(node, name, &ids)),
                Some(at) => problems.extend(wrong_check(field, node, name, &steps[at])),
            }
        }
    }
    edges(steps)
}

/// A reference to a step whose check has no record of the form that is needed.
fn wrong_check(field: &str, node: &Node, name: &str, step: &Node) -> Option<Problem> {
    let (_, checks) = REFERENCES.iter().find(|(known, _)| *known == field)?;
    let fits = checks.iter().any(|check| has_check(step, check).is_some());
    let wanted: Vec<String> = checks.iter().map(|check| format!("`{check}`")).collect();
    let wanted = wanted.join(" or ");
    let problem = || {
        let message = format!("`{field}` must name a {wanted} step, `{name}` is none");
        Problem::at(node.spot, message)
    };
    (!fits).then(problem)
}

fn unknown_step(node: &Node, name: &str, ids: &[&str]) -> Problem {
    let hint = match closest(name, ids) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Name a step of this file by its `id`".to_owned(),
    };
    Problem::at(node.spot, format!("There is no step `{name}`")).hint(hint)
}

fn check_cycle(steps: &[Node], edges: &[Vec<usize>]) -> Option<Problem> {
    let cycle = find_cycle(edges)?;
    let names: Vec<String> = cycle
        .iter()
        .map(|&step| {
            format!(
                "`{}`",
                steps[step].field("id").and_then(text).unwrap_or_default()
            )
        })
        .collect();
    let (from, to) = (cycle[0], cycle[1]);
    let blamed = references(&steps[from])
        .map(|(_, node)| node)
        .find(|node| position(steps, node) == Some(to))?;
    let message = format!(
        "Steps wait for each other in a circle: {}",
        names.join(" needs ")
    );
    Some(Problem::at(blamed.spot, message).hint("Take one of these out of `needs`"))
}

fn check_templates(root: &Node, steps: &[Node], problems: &mut Vec<Problem>) {
    let declared: Vec<&str> = match root.field("inputs").map(|inputs| &inputs.value) {
        Some(Value::Map(entries)) => entries.iter().map(|(key, _)| key.name.as_str()).collect(),
        _ => Vec::new(),
    };
    for step in steps {
        for field in ["check", "hint", "remedy"] {
            if let Some(node) = step.field(field) {
                template::check(node, &declared, problems);
            }
        }
    }
}

fn check_expect(step: &Node) -> Option<Problem> {
    let least = records(step)?.field("expect")?.field("at_least")?;
    let zero = Value::Number(0.into());
    let problem = || {
        Problem::at(least.spot, "`at_least: 0` always holds")
            .hint("Use `at_least: 1` for something that must be there, `none` for something that must not")
    };
    (least.value == zero).then(problem)
}

/// Fields of a `flow_logs` check that have no meaning together.
fn check_flow_logs(step: &Node) -> Option<Problem> {
    let check = has_check(step, "flow_logs")?;
    if let (Some(_), Some(one)) = (check.field("vpc_id"), check.field("flow_log_id")) {
        let problem = Problem::at(one.spot, "`vpc_id` and `flow_log_id` stand here together");
        return Some(
            problem.hint("Keep `vpc_id` for all flow logs of the VPC, `flow_log_id` for one"),
        );
    }
    let answer = check.field("answer")?;
    let asked = check.field("answered").map(|node| &node.value);
    let problem = || {
        Problem::at(answer.spot, "`answer` says nothing without `answered`")
            .hint("Add `answered: true` or `answered: false`")
    };
    (!matches!(asked, Some(Value::Bool(_)))).then(problem)
}

/// Compiles a pattern as it stands, before any input is known. A fault of a
/// text that holds a template waits for the value.
fn check_pattern(pattern: &Node) -> Option<Problem> {
    let problem = compile(pattern, &pattern.to_json()).err()?;
    let blamed = template_at(pattern, problem.spot);
    (!blamed.is_some_and(template::has_template)).then_some(problem)
}

/// The patterns of a step's check.
fn patterns(step: &Node) -> impl Iterator<Item = &Node> {
    PATTERNS.into_iter().flat_map(move |(check, fields)| {
        let check = has_check(step, check);
        fields.iter().filter_map(move |field| check?.field(field))
    })
}

fn template_at(node: &Node, spot: Option<crate::yaml::Spot>) -> Option<&Node> {
    if Some(node.spot) == spot && matches!(node.value, Value::Text(_)) {
        return Some(node);
    }
    match &node.value {
        Value::List(elements) => elements.iter().find_map(|e| template_at(e, spot)),
        Value::Map(entries) => entries.iter().find_map(|(_, v)| template_at(v, spot)),
        _ => None,
    }
}

fn references(step: &Node) -> impl Iterator<Item = (&'static str, &Node)> {
    let needs = step.field("needs").map(Node::elements).unwrap_or_default();
    let check = records(step);
    let named = REFERENCES
        .into_iter()
        .filter_map(move |(field, _)| Some((field, check?.field(field)?)));
    needs.iter().map(|node| ("needs", node)).chain(named)
}

/// The check of a step that counts records.
fn records(step: &Node) -> Option<&Node> {
    RECORDS.into_iter().find_map(|check| has_check(step, check))
}

fn has_check<'a>(step: &'a Node, check: &str) -> Option<&'a Node> {
    step.field("check")?.field(check)
}

fn position(steps: &[Node], reference: &Node) -> Option<usize> {
    let name = text(reference)?;
    steps
        .iter()
        .position(|step| step.field("id").and_then(text) == Some(name))
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
