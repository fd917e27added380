//! The page of a function.

use super::page::{deprecation_note, example_section, fenced, front_matter, paragraph};
use super::words::type_words;
use crate::{Function, Parameter, Signature};

/// The page of a provider function.
pub fn function_page(provider: &str, function: &dyn Function, example: Option<&str>) -> String {
    let (name, signature) = (function.name(), function.signature());
    [
        front_matter(&format!("{name} function - {provider}"), &signature.summary),
        format!("# function: {name}\n\n"),
        paragraph(&signature.description),
        deprecation_note(signature.deprecation.as_deref()),
        example_section(example),
        format!(
            "## Signature\n\n{}",
            fenced("text", &signature_line(function))
        ),
        arguments_section(signature),
    ]
    .concat()
}

fn arguments_section(signature: &Signature) -> String {
    let fixed = signature
        .parameters
        .iter()
        .map(|parameter| argument(parameter, ""));
    let variadic = signature
        .variadic
        .iter()
        .map(|parameter| argument(parameter, "Variadic, "));
    let arguments: String = fixed.chain(variadic).collect();
    if arguments.is_empty() {
        arguments
    } else {
        format!("\n## Arguments\n\n{arguments}")
    }
}

fn signature_line(function: &dyn Function) -> String {
    let signature = function.signature();
    let written = |parameter: &Parameter| {
        format!(
            "{} {}",
            parameter.name,
            type_words(&parameter.ty).to_lowercase()
        )
    };
    let mut parameters: Vec<String> = signature.parameters.iter().map(written).collect();
    parameters.extend(
        signature
            .variadic
            .as_ref()
            .map(|parameter| format!("{}...", written(parameter))),
    );
    format!(
        "{}({}) {}",
        function.name(),
        parameters.join(", "),
        type_words(&signature.returns).to_lowercase()
    )
}

fn argument(parameter: &Parameter, how: &str) -> String {
    let nullable = if parameter.allow_null {
        ", Nullable"
    } else {
        ""
    };
    let description = parameter.description.trim().replace('\n', "\n   ");
    format!(
        "1. `{}` ({how}{}{nullable}) {description}\n",
        parameter.name,
        type_words(&parameter.ty)
    )
}
