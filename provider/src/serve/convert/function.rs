//! Function signatures and errors.

use cloister_framework as framework;
use cloister_framework::Signature;
use cloister_proto::tfplugin6::function::{Parameter, Return};
use cloister_proto::tfplugin6::{Function, FunctionError, StringKind};

pub(crate) fn wire_function(signature: &Signature) -> Function {
    Function {
        parameters: signature.parameters.iter().map(wire_parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(wire_parameter),
        r#return: Some(Return {
            r#type: signature.returns.to_json().into(),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

fn wire_parameter(parameter: &framework::Parameter) -> Parameter {
    Parameter {
        name: parameter.name.clone(),
        r#type: parameter.ty.to_json().into(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.clone(),
        description_kind: StringKind::Markdown.into(),
    }
}

pub(crate) fn wire_function_error(error: &framework::FunctionError) -> FunctionError {
    FunctionError {
        // Terraform ends the sentence itself.
        text: error.text.trim_end_matches('.').to_owned(),
        function_argument: error
            .argument
            .and_then(|position| i64::try_from(position).ok()),
    }
}
