//! Reads arguments of any type: objects written down in a call, whose lists are tuples to Terraform.

use std::collections::BTreeMap;

use cloister_framework::{
    Attribute, Diagnostic, Diagnostics, FunctionError, Path, Schema, Value, driver::validate_object,
};

/// A value as a schema would have it: of known type, with lists in place of tuples.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Dynamic(inner) => plain(&inner.1),
        Value::Tuple(elements) | Value::List(elements) | Value::Set(elements) => {
            Value::List(elements.iter().map(plain).collect())
        }
        Value::Object(entries) | Value::Map(entries) => Value::object(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), plain(value))),
        ),
        scalar => scalar.clone(),
    }
}

/// The entries of an object argument, null being the empty one. Unknown names are refused.
pub(super) fn entries(
    position: usize,
    argument: &Value,
    known: &[&str],
) -> Result<Vec<(String, Value)>, FunctionError> {
    let argument = plain(argument);
    if argument.is_null() {
        return Ok(Vec::new());
    }
    let Some(entries) = argument.entries() else {
        let names = known.join("`, `");
        return Err(FunctionError::argument(
            position,
            format!("Write an object with some of `{names}`, or `{{}}`."),
        ));
    };
    if let Some(unknown) = entries.keys().find(|name| !known.contains(&name.as_str())) {
        let names = known.join("`, `");
        return Err(FunctionError::argument(
            position,
            format!("`{unknown}` is no option. Use some of `{names}`."),
        ));
    }
    Ok(entries.clone().into_iter().collect())
}

/// What is wrong with an object by the rules of a schema. In configuration, Terraform itself asks for what is required;
/// in arguments it does not.
pub(super) fn validate(schema: &Schema, object: &Value) -> Diagnostics {
    let missing = missing(&schema.block.attributes, object, &Path::root());
    let missing = missing.map(|path| {
        Diagnostic::error("Attribute is missing")
            .found(format!("`{path}` is required, and it is not given."))
            .action(format!("Add `{path}`."))
            .at(path)
    });
    let found = validate_object(schema, object);
    missing.into_iter().chain(found).collect()
}

/// The first required attribute that is null.
fn missing(attributes: &BTreeMap<String, Attribute>, object: &Value, path: &Path) -> Option<Path> {
    attributes.iter().find_map(|(name, attribute)| {
        let path = path.then(name);
        match (object.attribute(name), attribute.nested()) {
            (None | Some(Value::Null), _) => attribute.required().then_some(path),
            (Some(value), Some(nested)) => {
                let each = value.elements().unwrap_or(std::slice::from_ref(value));
                let mut each = each.iter().enumerate();
                each.find_map(|(index, it)| missing(&nested.attributes, it, &path.index(index)))
            }
            (Some(_), None) => None,
        }
    })
}
