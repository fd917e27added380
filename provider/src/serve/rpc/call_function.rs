//! `CallFunction`: computes a function, without any configuration.

use std::sync::Arc;

use cloister_framework::driver::call_function;
use cloister_framework::{Diagnostic, FunctionError, Provider, Signature, Value};
use cloister_proto::tfplugin6::DynamicValue;
use cloister_proto::tfplugin6::call_function::{Request, Response};

use super::super::convert::{decode, encode, wire_function_error};
use super::find::find_function;

pub(super) async fn answer(
    provider: Arc<dyn Provider>,
    request: Request,
) -> Result<Response, Diagnostic> {
    let function = find_function(&*provider, &request.name)?;
    let result = decode_arguments(function.signature(), &request.arguments)
        .and_then(|arguments| call_function(&*function, arguments));
    match result {
        Ok(result) => Ok(Response {
            result: encode(&result, &function.signature().returns)?,
            error: None,
        }),
        Err(error) => Ok(Response {
            result: None,
            error: Some(wire_function_error(&error)),
        }),
    }
}

fn decode_arguments(
    signature: &Signature,
    arguments: &[DynamicValue],
) -> Result<Vec<Value>, FunctionError> {
    let decode_one = |(position, argument): (usize, &DynamicValue)| {
        let parameter = signature.parameter(position).ok_or_else(|| {
            FunctionError::argument(position, "there are more arguments than parameters")
        })?;
        decode(Some(argument), &parameter.ty)
            .map_err(|error| FunctionError::argument(position, error.to_string()))
    };
    arguments.iter().enumerate().map(decode_one).collect()
}
