//! Inputs of a workflow from flags, a file and a Terraform state; flags win over the file, the file over the state.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cloister_workflow::{InputValue, Workflow};
use serde_json::Value;

use crate::cli::VerifyArgs;
use crate::failure::Failure;

type Inputs = BTreeMap<String, InputValue>;

/// All inputs that were given; whether they are the right ones, `bind` says.
pub(crate) fn gather(args: &VerifyArgs, workflow: &Workflow) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::new();
    if let Some(path) = &args.state {
        let outputs = parse_outputs(path, &read(path)?)?;
        // A state has many outputs; only those that the workflow asks for are its business.
        inputs.extend(
            outputs
                .into_iter()
                .filter(|(name, _)| workflow.file.inputs.contains_key(name)),
        );
    }
    if let Some(path) = &args.inputs {
        inputs.extend(parse_file(path, &read(path)?)?);
    }
    inputs.extend(parse_flags(&args.input)?);
    Ok(inputs)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::wrong_usage(format!("`{}` could not be read: {error}", path.display()))
    })
}

/// `NAME=VALUE`; a name given several times makes a list.
fn parse_flags(flags: &[String]) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::new();
    for flag in flags {
        let (name, value) = flag.split_once('=').ok_or_else(|| {
            Failure::wrong_usage(format!("`--input {flag}` has no value"))
                .hint("write it as `--input NAME=VALUE`")
        })?;
        let value = value.to_owned();
        let joined = match inputs.remove(name) {
            None => InputValue::Text(value),
            Some(InputValue::Text(first)) => InputValue::List(vec![first, value]),
            Some(InputValue::List(list)) => InputValue::List([list, vec![value]].concat()),
        };
        inputs.insert(name.to_owned(), joined);
    }
    Ok(inputs)
}

/// YAML, of which JSON is a part.
fn parse_file(path: &Path, text: &str) -> Result<Inputs, Failure> {
    let values: BTreeMap<String, Value> = serde_saphyr::from_str(text).map_err(|error| {
        Failure::wrong_usage(format!("`{}` holds no inputs: {error}", path.display()))
            .hint("write one `NAME: VALUE` per line")
    })?;
    let mut inputs = Inputs::new();
    for (name, value) in values {
        let input = input_value(&value).ok_or_else(|| {
            let message = format!(
                "input `{name}` in `{}` is neither text nor a list of texts",
                path.display()
            );
            Failure::wrong_usage(message)
        })?;
        inputs.insert(name, input);
    }
    Ok(inputs)
}

/// Outputs of a state file (version 4), or of `terraform output -json`, which has the same form without a wrapper.
fn parse_outputs(path: &Path, text: &str) -> Result<Inputs, Failure> {
    let no_state = |why: String| {
        Failure::wrong_usage(format!("`{}` is no Terraform state: {why}", path.display()))
            .hint("name a `terraform.tfstate`, or a file with what `terraform output -json` prints")
    };
    let state: Value = serde_json::from_str(text).map_err(|error| no_state(error.to_string()))?;
    let outputs = state.get("outputs").unwrap_or(&state);
    let outputs = outputs
        .as_object()
        .ok_or_else(|| no_state("it has no outputs".to_owned()))?;
    // A sensitive output would stand in the report for all to read.
    let open = outputs
        .iter()
        .filter(|(_, output)| output["sensitive"] != Value::Bool(true));
    Ok(open
        .filter_map(|(name, output)| Some((name.clone(), input_value(output.get("value")?)?)))
        .collect())
}

fn input_value(value: &Value) -> Option<InputValue> {
    match value {
        Value::Array(elements) => elements
            .iter()
            .map(text)
            .collect::<Option<_>>()
            .map(InputValue::List),
        scalar => text(scalar).map(InputValue::Text),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(inputs: Result<Inputs, Failure>) -> String {
        match inputs {
            Ok(inputs) => format!("{inputs:?}"),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn repeated_flags_make_a_list() {
        let flags = ["a=1", "b=x=y", "a=2", "a=3"].map(str::to_owned);
        assert_eq!(
            shown(parse_flags(&flags)),
            r#"{"a": List(["1", "2", "3"]), "b": Text("x=y")}"#
        );
        assert_eq!(
            shown(parse_flags(&["a".to_owned()])),
            "error: `--input a` has no value\nhint: write it as `--input NAME=VALUE`"
        );
    }

    #[test]
    fn outputs_come_from_a_state_or_from_terraform_output() {
        let outputs = r#"{"a":{"value":"x"},"ids":{"value":["1","2"]},"secret":{"value":"s","sensitive":true},"map":{"value":{}}}"#;
        let expected = r#"{"a": Text("x"), "ids": List(["1", "2"])}"#;
        let path = Path::new("f");
        assert_eq!(shown(parse_outputs(path, outputs)), expected);
        assert_eq!(
            shown(parse_outputs(
                path,
                &format!(r#"{{"version":4,"outputs":{outputs}}}"#)
            )),
            expected
        );
        assert!(
            shown(parse_outputs(path, "[]"))
                .starts_with("error: `f` is no Terraform state: it has no outputs")
        );
    }

    #[test]
    fn files_hold_yaml_or_json() {
        let path = Path::new("f");
        let expected = r#"{"a": Text("x"), "ids": List(["1", "2"])}"#;
        assert_eq!(
            shown(parse_file(path, "a: x\nids: [\"1\", \"2\"]\n")),
            expected
        );
        assert_eq!(
            shown(parse_file(path, r#"{"a":"x","ids":["1","2"]}"#)),
            expected
        );
    }
}
