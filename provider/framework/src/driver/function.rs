//! `CallFunction`.

use crate::{Function, FunctionError, Value, msgpack};

/// Calls, with one argument per parameter and any number of variadic ones.
pub fn call_function(
    function: &dyn Function,
    arguments: Vec<Value>,
) -> Result<Value, FunctionError> {
    let signature = function.signature();
    if arguments.len() < signature.parameters.len() {
        let (name, wanted) = (function.name(), signature.parameters.len());
        return Err(FunctionError::new(format!(
            "{name} takes {wanted} arguments, but was given {}",
            arguments.len()
        )));
    }
    for (position, argument) in arguments.iter().enumerate() {
        let Some(parameter) = signature.parameter(position) else {
            return Err(FunctionError::argument(
                position,
                format!("{} takes no further argument", function.name()),
            ));
        };
        if argument.is_null() && !parameter.allow_null {
            return Err(FunctionError::argument(
                position,
                format!("`{}` must not be null", parameter.name),
            ));
        }
        if !parameter.allow_unknown && !argument.is_fully_known() {
            return Ok(Value::Unknown);
        }
    }
    let result = function.call(arguments)?;
    match msgpack::encode(&result, &signature.returns) {
        Ok(_) => Ok(result),
        Err(error) => Err(FunctionError::new(format!(
            "the result does not have the type `{}`: {error}. This is a fault in the provider: report it at {}/issues",
            signature.returns,
            env!("CARGO_PKG_REPOSITORY"),
        ))),
    }
}
