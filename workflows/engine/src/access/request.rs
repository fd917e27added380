//! The request of an `access` check: its fields, and what may be wrong with them.

use std::collections::BTreeSet;

use cloister_policy::Arn;
use cloister_policy::access::{Caller, Context, Layer};
use serde_json::Value as Json;

use super::pairs::check_pair;
use crate::file::{AccessCheck, ExpectedAccess, Unreadable};
use crate::problem::Problem;
use crate::template::{Values, fill_json, fill_text, has_template};
use crate::yaml::{Key, Node, Value};

/// A request to decide, and what is expected of the decision.
#[derive(Clone, Debug)]
pub struct AccessProof {
    pub caller: Caller,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    pub resource_account: Option<String>,
    pub endpoint: Option<String>,
    pub context: Context,
    pub expect: ExpectedAccess,
    pub layer: Option<Layer>,
    pub assume_none: BTreeSet<Unreadable>,
}

/// Reads one text; the error says what is wrong, and the way out.
type Parse<T> = fn(&str) -> Result<T, Fault>;

struct Fault {
    message: String,
    hint: String,
}

/// Notes what is wrong with a check before any input is known; texts with templates wait for their values.
pub(crate) fn check_access(check: &Node, problems: &mut Vec<Problem>) {
    problems.extend(faults(check, "principal", parse_caller));
    problems.extend(faults(check, "action", parse_action));
    problems.extend(faults(check, "resource", parse_resource));
    problems.extend(faults(check, "resource_account", parse_account));
    problems.extend(faults(check, "endpoint", parse_endpoint));
    if let Some(context) = check.field("context") {
        problems.extend(check_context(context, check.field("endpoint").is_some()));
    }
    for action in texts(check, "action").filter(|node| parsed(node, parse_action).is_some()) {
        for resource in
            texts(check, "resource").filter(|node| parsed(node, parse_resource).is_some())
        {
            problems.extend(check_pair(action, text(action), resource, text(resource)));
        }
    }
}

/// Settles a check that holds together.
pub(crate) fn plan_access(
    check: &AccessCheck,
    node: &Node,
    inputs: &Values,
) -> Result<AccessProof, Problem> {
    let one = |name: &str| node.field(name).filter(|field| field.value != Value::Null);
    let principal = one("principal").expect("a decoded check has a principal");
    let actions = many(node, "action", inputs, parse_action)?;
    let resources = many(node, "resource", inputs, parse_resource)?;
    for (action, action_node) in &actions {
        for (resource, resource_node) in &resources {
            if let Some(problem) = check_pair(action_node, action, resource_node, resource) {
                return Err(problem);
            }
        }
    }
    Ok(AccessProof {
        caller: fill(principal, inputs, parse_caller)?,
        actions: actions.into_iter().map(|(text, _)| text).collect(),
        resources: resources.into_iter().map(|(text, _)| text).collect(),
        resource_account: one("resource_account")
            .map(|account| fill(account, inputs, parse_account))
            .transpose()?,
        endpoint: one("endpoint")
            .map(|endpoint| fill(endpoint, inputs, parse_endpoint))
            .transpose()?,
        context: match node.field("context") {
            Some(context) => context_of(&fill_json(context, inputs)?),
            None => Context::default(),
        },
        expect: check.expect,
        layer: check.layer,
        assume_none: check.assume_none.iter().copied().collect(),
    })
}

fn parse_caller(text: &str) -> Result<Caller, Fault> {
    match Caller::parse(text) {
        Some(caller @ (Caller::User(_) | Caller::Role { .. })) if !has_wildcard(text) => Ok(caller),
        _ => Err(Fault {
            message: format!("`{text}` is no role, user or session of a role"),
            hint: "Write `arn:aws:iam::ACCOUNT:role/NAME`, or likewise with `user/NAME`".to_owned(),
        }),
    }
}

fn parse_action(text: &str) -> Result<String, Fault> {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match text.split_once(':') {
        Some((service, name)) if is_name(service) && is_name(name) => Ok(text.to_owned()),
        _ => Err(Fault {
            message: format!("`{text}` is no action"),
            hint: "Write one action, such as `s3:GetObject`; a list may hold several".to_owned(),
        }),
    }
}

fn parse_resource(text: &str) -> Result<String, Fault> {
    if text == "*" {
        return Ok(text.to_owned());
    }
    let fault = |message: String, hint: &str| {
        Err(Fault {
            message,
            hint: hint.to_owned(),
        })
    };
    if has_wildcard(text) {
        let message = format!("`{text}` stands for many things, and a request is about one");
        return fault(
            message,
            "Name one of them, such as an object `…/example`; it need not exist",
        );
    }
    match Arn::parse(text) {
        Err(error) => fault(
            error.to_string(),
            "Write the ARN, or `*` for an action that knows no resource",
        ),
        Ok(arn) if arn.service == "kms" && arn.resource.starts_with("alias/") => fault(
            format!("`{text}` is an alias, and policies see its key"),
            "Write the ARN of the key",
        ),
        Ok(_) => Ok(text.to_owned()),
    }
}

fn parse_account(text: &str) -> Result<String, Fault> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Fault {
        message: format!("`{text}` is no account id"),
        hint: "Write its 12 digits, in quotes".to_owned(),
    })
}

fn parse_endpoint(text: &str) -> Result<String, Fault> {
    let id = text.strip_prefix("vpce-").unwrap_or_default();
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    Err(Fault {
        message: format!("`{text}` is no id of a VPC endpoint"),
        hint: "Write it as `vpce-0123456789abcdef0`".to_owned(),
    })
}

fn check_context(context: &Node, has_endpoint: bool) -> Vec<Problem> {
    let Value::Map(entries) = &context.value else {
        return Vec::new(); // Decoding says so.
    };
    let mut problems = Vec::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        problems.extend(check_key(key, has_endpoint));
        let before = &entries[..index];
        // The very same spelling is reported with all repeated keys.
        let twin = |(first, _): &&(Key, Node)| {
            first.name != key.name && first.name.eq_ignore_ascii_case(&key.name)
        };
        if let Some((first, _)) = before.iter().find(twin) {
            let message = format!("`{}` is the same key as `{}`", key.name, first.name);
            problems
                .push(Problem::at(key.spot, message).hint("Case makes no difference; keep one"));
        }
        let is_value = match &value.value {
            Value::List(elements) => !elements.is_empty() && elements.iter().all(is_scalar),
            Value::Map(_) => false,
            _ => true,
        };
        if !is_value {
            let message = format!("`{}` must have a value or a list of values", key.name);
            problems
                .push(Problem::at(value.spot, message).hint("Write null for a key that is absent"));
        }
    }
    problems
}

fn check_key(key: &Key, has_endpoint: bool) -> Option<Problem> {
    let is_key = |name: &str| key.name.eq_ignore_ascii_case(name);
    if !key.name.contains(':') {
        let message = format!("`{}` is no condition key", key.name);
        return Some(
            Problem::at(key.spot, message).hint("Write it in full, such as `aws:SourceIp`"),
        );
    }
    if is_key("aws:SourceVpce") || (is_key("aws:SourceVpc") && !has_endpoint) {
        let message = format!("`{}` follows from the VPC endpoint", key.name);
        return Some(Problem::at(key.spot, message).hint(
            "Name the endpoint in `endpoint`, beside `context`, so that its policy counts as well",
        ));
    }
    None
}

fn is_scalar(node: &Node) -> bool {
    matches!(
        node.value,
        Value::Bool(_) | Value::Number(_) | Value::Text(_)
    )
}

fn context_of(json: &Json) -> Context {
    let mut context = Context::default();
    for (key, value) in json.as_object().into_iter().flatten() {
        let values: Vec<String> = match value {
            Json::Null => Vec::new(),
            Json::Array(values) => values.iter().map(as_text).collect(),
            value => vec![as_text(value)],
        };
        context.set(key, values);
    }
    context
}

fn as_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The texts of a field that is one text or a list of them, without those that wait for inputs.
fn texts<'a>(check: &'a Node, field: &str) -> impl Iterator<Item = &'a Node> {
    check
        .field(field)
        .map(one_or_many)
        .unwrap_or_default()
        .iter()
        .filter(|node| matches!(node.value, Value::Text(_)) && !has_template(node))
}

fn one_or_many(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(elements) => elements,
        _ => std::slice::from_ref(node),
    }
}

fn text(node: &Node) -> &str {
    match &node.value {
        Value::Text(text) => text,
        _ => "",
    }
}

fn parsed<T>(node: &Node, parse: Parse<T>) -> Option<T> {
    parse(text(node)).ok()
}

fn faults<T>(check: &Node, field: &str, parse: Parse<T>) -> Vec<Problem> {
    let at = |node: &Node| parse(text(node)).err().map(|fault| fault.at(node));
    let mut problems: Vec<Problem> = texts(check, field).filter_map(at).collect();
    if let Some(
        list @ Node {
            value: Value::List(elements),
            ..
        },
    ) = check.field(field)
        && elements.is_empty()
    {
        problems.push(
            Problem::at(list.spot, format!("`{field}` is an empty list")).hint("Name at least one"),
        );
    }
    problems
}

fn fill<T>(node: &Node, inputs: &Values, parse: Parse<T>) -> Result<T, Problem> {
    parse(&fill_text(node, inputs)?).map_err(|fault| fault.at(node))
}

/// Every text of a field, with the place it comes from; a list input takes its element's place with all its values.
fn many<'a>(
    check: &'a Node,
    field: &str,
    inputs: &Values,
    parse: Parse<String>,
) -> Result<Vec<(String, &'a Node)>, Problem> {
    let node = check.field(field).expect("a decoded check has it");
    let mut texts = Vec::new();
    for element in one_or_many(node) {
        for text in fill_element(element, matches!(node.value, Value::List(_)), inputs)? {
            let parsed = parse(&text).map_err(|fault| fault.at(element))?;
            texts.push((parsed, element));
        }
    }
    if texts.is_empty() {
        return Err(Problem::at(
            node.spot,
            format!("`{field}` comes to an empty list"),
        ));
    }
    Ok(texts)
}

fn fill_element(element: &Node, in_list: bool, inputs: &Values) -> Result<Vec<String>, Problem> {
    if !in_list {
        return Ok(vec![fill_text(element, inputs)?]);
    }
    let alone = Node {
        spot: element.spot,
        value: Value::List(vec![element.clone()]),
    };
    let filled = fill_json(&alone, inputs)?;
    Ok(filled
        .as_array()
        .into_iter()
        .flatten()
        .map(as_text)
        .collect())
}

impl Fault {
    fn at(self, node: &Node) -> Problem {
        Problem::at(node.spot, self.message).hint(self.hint)
    }
}
