//! `${inputs.NAME}` inside texts: reading it, and putting values in its place.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::decode::closest;
use crate::file::InputValue;
use crate::problem::Problem;
use crate::yaml::{Node, Value};

/// Values by input name, as `bind` settled them.
pub(crate) type Values = BTreeMap<String, InputValue>;

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Literal(&'a str),
    Input(&'a str),
}

/// Whether any text in or below `node` holds a template.
pub(crate) fn has_template(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => text.contains("${inputs."),
        Value::List(elements) => elements.iter().any(has_template),
        Value::Map(entries) => entries.iter().any(|(_, value)| has_template(value)),
        _ => false,
    }
}

/// Notes every malformed template and every input that is not declared.
pub(crate) fn check(node: &Node, declared: &[&str], problems: &mut Vec<Problem>) {
    match &node.value {
        Value::Text(text) => problems.extend(check_text(node, text, declared)),
        Value::List(elements) => elements.iter().for_each(|e| check(e, declared, problems)),
        Value::Map(entries) => entries
            .iter()
            .for_each(|(_, v)| check(v, declared, problems)),
        _ => {}
    }
}

/// The text with every template replaced; a list has no place inside a text.
pub(crate) fn fill_text(node: &Node, values: &Values) -> Result<String, Problem> {
    let Value::Text(text) = &node.value else {
        return Err(Problem::at(
            node.spot,
            format!("Expected text, found {}", node.describe()),
        ));
    };
    let mut filled = String::new();
    for piece in pieces(text).map_err(|message| Problem::at(node.spot, message))? {
        match piece {
            Piece::Literal(literal) => filled.push_str(literal),
            Piece::Input(name) => match value(node, name, values)? {
                InputValue::Text(text) => filled.push_str(text),
                InputValue::List(_) => return Err(list_inside_text(node, name)),
            },
        }
    }
    Ok(filled)
}

/// The node as JSON with every template replaced.
///
/// A list input that is a whole element of a list takes that element's place
/// with all its values, so that a pattern's alternatives come from outside.
pub(crate) fn fill_json(node: &Node, values: &Values) -> Result<Json, Problem> {
    match &node.value {
        Value::Text(_) => fill_text(node, values).map(Json::String),
        Value::List(elements) => {
            let mut filled = Vec::new();
            for element in elements {
                match whole_list(element, values)? {
                    Some(list) => filled.extend(list.iter().cloned().map(Json::String)),
                    None => filled.push(fill_json(element, values)?),
                }
            }
            Ok(Json::Array(filled))
        }
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| Ok((key.name.clone(), fill_json(value, values)?)))
            .collect(),
        _ => Ok(node.to_json()),
    }
}

fn check_text(node: &Node, text: &str, declared: &[&str]) -> Vec<Problem> {
    let pieces = match pieces(text) {
        Ok(pieces) => pieces,
        Err(message) => {
            let hint = "Write `${inputs.NAME}`, or `$${` for a literal `${`";
            return vec![Problem::at(node.spot, message).hint(hint)];
        }
    };
    let unknown = pieces.iter().filter_map(|piece| match piece {
        Piece::Input(name) if !declared.contains(name) => Some(undeclared(node, name, declared)),
        _ => None,
    });
    unknown.collect()
}

fn undeclared(node: &Node, name: &str, declared: &[&str]) -> Problem {
    let hint = match closest(name, declared) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Declare `{name}` under `inputs`"),
    };
    Problem::at(node.spot, format!("Input `{name}` is not declared")).hint(hint)
}

fn whole_list<'a>(node: &Node, values: &'a Values) -> Result<Option<&'a [String]>, Problem> {
    let Value::Text(text) = &node.value else {
        return Ok(None);
    };
    match pieces(text).as_deref() {
        Ok([Piece::Input(name)]) => match value(node, name, values)? {
            InputValue::List(list) => Ok(Some(list)),
            InputValue::Text(_) => Ok(None),
        },
        _ => Ok(None),
    }
}

fn value<'a>(node: &Node, name: &str, values: &'a Values) -> Result<&'a InputValue, Problem> {
    let missing = || Problem::at(node.spot, format!("Input `{name}` has no value"));
    values.get(name).ok_or_else(missing)
}

fn list_inside_text(node: &Node, name: &str) -> Problem {
    Problem::at(
        node.spot,
        format!("Input `{name}` is a list and has no place inside a text"),
    )
    .hint(format!(
        "Make `${{inputs.{name}}}` an element of a list by itself, or the input a text"
    ))
}

/// Splits a text; the error says what is malformed.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, template) = rest.split_at(at);
        // `$${` stands for `${`: drop one dollar, go on after the brace.
        if let Some(before) = before.strip_suffix('$') {
            pieces.push(Piece::Literal(before));
            pieces.push(Piece::Literal(&template[..2]));
            rest = &template[2..];
            continue;
        }
        let Some(end) = template.find('}') else {
            return Err("`${` is not closed by `}`".to_owned());
        };
        let Some(name) = template[2..end].strip_prefix("inputs.") else {
            return Err(format!("`{}` names no input", &template[..=end]));
        };
        pieces.push(Piece::Literal(before));
        pieces.push(Piece::Input(name));
        rest = &template[end + 1..];
    }
    pieces.push(Piece::Literal(rest));
    pieces.retain(|piece| *piece != Piece::Literal(""));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_split_into_literals_and_inputs() {
        use Piece::{Input, Literal};
        let cases = [
            ("plain", Ok(vec![Literal("plain")])),
            ("${inputs.a}", Ok(vec![Input("a")])),
            (
                "x-${inputs.a}/*",
                Ok(vec![Literal("x-"), Input("a"), Literal("/*")]),
            ),
            (
                "$${inputs.a}",
                Ok(vec![Literal("${"), Literal("inputs.a}")]),
            ),
            (
                "${aws:userid}",
                Err("`${aws:userid}` names no input".to_owned()),
            ),
            ("${inputs.a", Err("`${` is not closed by `}`".to_owned())),
        ];
        for (text, expected) in cases {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }
}
