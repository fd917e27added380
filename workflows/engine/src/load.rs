//! From the text of a workflow file to a plan; every fault with its place.

use std::collections::BTreeMap;

use cloister_pattern::Pattern;

use crate::access::plan_access;
use crate::decode::{closest, decode};
use crate::family::Family;
use crate::file::{
    Check, CloudTrailCheck, InputDeclaration, InputForm, InputValue, Step, WorkflowFile,
};
use crate::flow::{check_fields, plan_flows};
use crate::needs;
use crate::pattern::compile;
use crate::plan::{Count, LiveProof, Plan, PlannedStep, Proof, RecordProof};
use crate::problem::{Problem, Problems};
use crate::template::{Values, fill_json, fill_text};
use crate::validate::{edges, validate, whole_value};
use crate::yaml::{Node, Value, parse};

/// A workflow file that holds together; its inputs are still open.
#[derive(Clone, Debug)]
pub struct Workflow {
    pub file: WorkflowFile,
    name: String,
    text: String,
    root: Node,
}

impl Workflow {
    /// Reads the `text` of the workflow file called `name` in diagnostics.
    pub fn load(name: &str, text: &str) -> Result<Workflow, Problems> {
        let root = parse(text).map_err(|problem| Problems::one(name, text, problem))?;
        let mut problems = repeated(&root);
        let file: Option<WorkflowFile> = decode(&root, &mut problems);
        let inputs = match &file {
            Some(file) => file.inputs.clone(),
            None => decode_piece_by_piece(&root, &mut problems),
        };
        validate(&root, &inputs, &mut problems);
        Problems::check(name, text, problems)?;
        let file = file.expect("decoding that fails notes a problem");
        Ok(Workflow {
            file,
            name: name.to_owned(),
            text: text.to_owned(),
            root,
        })
    }

    /// Settles the inputs and makes the steps ready to run.
    pub fn bind(&self, given: &Values) -> Result<Plan, Problems> {
        let mut problems = Vec::new();
        let inputs = self.settle_inputs(given, &mut problems);
        self.check_all(problems)?;
        let mut problems = Vec::new();
        let nodes = self
            .root
            .field("steps")
            .map(Node::elements)
            .unwrap_or_default();
        let steps = self
            .file
            .steps
            .iter()
            .zip(nodes)
            .filter_map(|(step, node)| {
                plan_step(step, node, &inputs)
                    .map_err(|problem| problems.push(problem))
                    .ok()
            })
            .collect();
        self.check_all(problems)?;
        Ok(Plan {
            id: self.file.id.clone(),
            title: self.file.title.clone(),
            description: self.file.description.clone(),
            inputs,
            steps,
            order: needs::order(&edges(nodes)),
        })
    }

    /// Refuses live kinds that the runner cannot observe.
    pub fn check_live_kinds(&self, known: &[&str]) -> Result<(), Problems> {
        let nodes = self
            .root
            .field("steps")
            .map(Node::elements)
            .unwrap_or_default();
        let unknown = nodes.iter().filter_map(|step| {
            let kind = step.field("check")?.field("live")?.field("kind")?;
            let Value::Text(name) = &kind.value else {
                return None;
            };
            (!known.contains(&name.as_str())).then(|| unknown_kind(kind, name, known))
        });
        self.check_all(unknown.collect())
    }

    /// Refuses patterns over flow records that name no field of theirs or write numbers as text.
    ///
    /// `known` are the fields, each with whether it is a number.
    pub fn check_flow_fields(&self, known: &[(&str, bool)]) -> Result<(), Problems> {
        let steps = self.root.field("steps").map(Node::elements);
        let mut problems = Vec::new();
        for step in steps.unwrap_or_default() {
            let check = step
                .field("check")
                .and_then(|check| check.field("flow_logs"));
            let patterns = ["pattern", "answer"].map(|field| check?.field(field));
            for pattern in patterns.into_iter().flatten() {
                check_fields(pattern, known, &mut problems);
            }
        }
        self.check_all(problems)
    }

    fn check_all(&self, problems: Vec<Problem>) -> Result<(), Problems> {
        Problems::check(&self.name, &self.text, problems)
    }

    fn settle_inputs(&self, given: &Values, problems: &mut Vec<Problem>) -> Values {
        let declared: Vec<&str> = self.file.inputs.keys().map(String::as_str).collect();
        for name in given
            .keys()
            .filter(|name| !declared.contains(&name.as_str()))
        {
            problems.push(not_declared(name, &declared));
        }
        let mut settled = Values::new();
        for (name, declaration) in &self.file.inputs {
            let Some(value) = given.get(name).or(declaration.default.as_ref()) else {
                problems.push(self.missing(name, declaration));
                continue;
            };
            match settle(name, value, declaration) {
                Ok(value) => {
                    settled.insert(name.clone(), value);
                }
                Err(problem) => problems.push(problem),
            }
        }
        settled
    }

    fn missing(&self, name: &str, declaration: &InputDeclaration) -> Problem {
        let spot = self
            .root
            .field("inputs")
            .and_then(|inputs| inputs.entry(name));
        let spot = spot.map(|(key, _)| key.spot).unwrap_or_default();
        Problem::at(
            spot,
            format!("Input `{name}` is required: {}", declaration.description),
        )
        .hint(format!("Give it with `--input {name}=VALUE`"))
    }
}

fn repeated(root: &Node) -> Vec<Problem> {
    let repeated = root.repeated_keys().into_iter();
    let problem = |(first, again): (&crate::yaml::Key, &crate::yaml::Key)| {
        Problem::at(
            again.spot,
            format!("Key `{}` stands here twice", again.name),
        )
        .hint(format!(
            "Line {} has it already; keep one of the two",
            first.spot.line
        ))
    };
    repeated.map(problem).collect()
}

/// Decodes inputs and steps one by one, so that each shows its own fault.
fn decode_piece_by_piece(
    root: &Node,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, InputDeclaration> {
    for step in root.field("steps").map(Node::elements).unwrap_or_default() {
        let _: Option<Step> = decode(step, problems);
    }
    let Some(Value::Map(entries)) = root.field("inputs").map(|inputs| &inputs.value) else {
        return BTreeMap::new();
    };
    entries
        .iter()
        .filter_map(|(key, node)| Some((key.name.clone(), decode(node, problems)?)))
        .collect()
}

fn unknown_kind(node: &Node, name: &str, known: &[&str]) -> Problem {
    let hint = match closest(name, known) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Known kinds: {}", known.join(", ")),
    };
    Problem::at(
        node.spot,
        format!("`{name}` is no kind that can be observed"),
    )
    .hint(hint)
}

fn not_declared(name: &str, declared: &[&str]) -> Problem {
    let hint = match closest(name, declared) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if declared.is_empty() => "This workflow takes no inputs".to_owned(),
        None => format!("It takes: {}", declared.join(", ")),
    };
    Problem::outside_the_file(format!("The workflow has no input `{name}`")).hint(hint)
}

/// Brings a value into the declared form and checks it.
fn settle(
    name: &str,
    value: &InputValue,
    declaration: &InputDeclaration,
) -> Result<InputValue, Problem> {
    let value = match (declaration.form, value) {
        (InputForm::List, InputValue::Text(text)) => InputValue::List(split_list(text)),
        (InputForm::Text, InputValue::List(_)) => {
            let message = format!("Input `{name}` takes one text, it was given a list");
            return Err(Problem::outside_the_file(message));
        }
        (_, value) => value.clone(),
    };
    let Some(pattern) = &declaration.pattern else {
        return Ok(value);
    };
    let pattern_fits =
        whole_value(pattern).map_err(|error| Problem::outside_the_file(error.to_string()))?;
    let texts = match &value {
        InputValue::Text(text) => std::slice::from_ref(text),
        InputValue::List(list) => list,
    };
    match texts.iter().find(|text| !pattern_fits.is_match(text)) {
        None => Ok(value),
        Some(text) => Err(Problem::outside_the_file(format!(
            "Input `{name}` is `{text}`, which does not match `{pattern}`"
        ))
        .hint(declaration.description.clone())),
    }
}

fn split_list(text: &str) -> Vec<String> {
    text.split(',')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn plan_step(step: &Step, node: &Node, inputs: &Values) -> Result<PlannedStep, Problem> {
    let filled = |name: &str| match node.field(name) {
        Some(text) if text.value != Value::Null => fill_text(text, inputs).map(Some),
        _ => Ok(None),
    };
    Ok(PlannedStep {
        id: step.id.clone(),
        title: step.title.clone(),
        points: step.points,
        needs: step.needs.clone(),
        proof: plan_proof(&step.check, node, inputs)?,
        hint: filled("hint")?,
        remedy: filled("remedy")?,
    })
}

fn plan_proof(check: &Check, step: &Node, inputs: &Values) -> Result<Proof, Problem> {
    let inside = |kind: &str, field: &str| {
        step.field("check")
            .and_then(|check| check.field(kind)?.field(field))
            .expect("a decoded check has its required fields")
    };
    match check {
        Check::Live(live) => {
            let pattern = |field| fill_and_compile(inside("live", field), inputs);
            let without = live
                .without
                .as_ref()
                .map(|_| pattern("without"))
                .transpose()?;
            Ok(Proof::Live(Box::new(LiveProof {
                kind: live.kind.clone(),
                id: fill_text(inside("live", "id"), inputs)?,
                pattern: pattern("pattern")?,
                without,
            })))
        }
        Check::CloudTrail(records) => {
            plan_records(records, inside("cloudtrail", "pattern"), inputs)
                .map(|proof| Proof::Records(Box::new(proof)))
        }
        Check::FlowLogs(flows) => {
            let inside = step
                .field("check")
                .and_then(|check| check.field("flow_logs"));
            let node = inside.expect("a decoded check has its node");
            plan_flows(flows, node, inputs).map(|proof| Proof::Flows(Box::new(proof)))
        }
        Check::Access(access) => {
            let inside = step.field("check").and_then(|check| check.field("access"));
            let node = inside.expect("a decoded check has its node");
            plan_access(access, node, inputs).map(|proof| Proof::Access(Box::new(proof)))
        }
        Check::Manual(_) => {
            let question = fill_text(inside("manual", "question"), inputs)?;
            Ok(Proof::Manual { question })
        }
    }
}

fn fill_and_compile(source: &Node, inputs: &Values) -> Result<Pattern, Problem> {
    compile(source, &fill_json(source, inputs)?)
}

fn plan_records(
    check: &CloudTrailCheck,
    source: &Node,
    inputs: &Values,
) -> Result<RecordProof, Problem> {
    let pattern = fill_json(source, inputs)?;
    Ok(RecordProof {
        pattern: compile(source, &pattern)?,
        family: Family::of_pattern(&pattern),
        count: Count {
            expect: check.expect,
            within: check.within,
            after: check.after.clone(),
            same_as: check.same_principal_as.clone(),
        },
        witness: check.witness.clone(),
    })
}
