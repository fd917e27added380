//! A composite's attributes, decoded.

use cloister_composites::{Common, Composite};
use cloister_framework::{Diagnostic, Value, from_value};

/// Config, plan or state of a composite.
pub(crate) struct Input<C: Composite> {
    pub(crate) config: C::Config,
    pub(crate) common: Common,
}

impl<C: Composite> Input<C> {
    pub(crate) fn decode(value: &Value) -> Result<Self, Diagnostic> {
        Ok(Self {
            config: from_value(value)?,
            common: from_value(value)?,
        })
    }

    /// The name, where it is known.
    pub(crate) fn name(&self) -> Option<&str> {
        C::name(&self.config).known().map(String::as_str)
    }
}
