//! What a provider function does: pure, without configuration.

use crate::{Type, Value};

/// One parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub ty: Type,
    /// Otherwise Terraform refuses a null argument itself.
    pub allow_null: bool,
    /// Otherwise Terraform skips the call and takes the result as unknown.
    pub allow_unknown: bool,
    /// Markdown.
    pub description: String,
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    /// Takes any number of further arguments.
    pub variadic: Option<Parameter>,
    pub returns: Type,
    /// One line of plain text.
    pub summary: String,
    /// Markdown.
    pub description: String,
    pub deprecation: Option<String>,
}

impl Parameter {
    /// A parameter that is neither null nor unknown when the function runs.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty,
            allow_null: false,
            allow_unknown: false,
            description: description.into(),
        }
    }
}

impl Signature {
    /// The parameter that the argument at this position belongs to.
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.variadic.as_ref())
    }
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    pub text: String,
    /// The argument to blame, counted from zero, variadic ones included.
    pub argument: Option<u64>,
}

impl FunctionError {
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    pub fn argument(position: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(position as u64),
        }
    }
}

/// A pure function: the same arguments give the same result, in every process.
pub trait Function: Send + Sync {
    /// Without the provider's prefix: `ip_plan`.
    fn name(&self) -> &str;

    fn signature(&self) -> &Signature;

    /// One argument per parameter, then the variadic ones.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}
