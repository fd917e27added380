//! Composites as Terraform resources: config in, blueprint, engine, state out.
//!
//! The one place that knows Terraform's values, composites and the engine at once. [`CompositeResource`] is generic:
//! nothing in here is about any one composite.

mod apply;
mod diagnose;
mod import;
mod input;
mod plan;
mod read;
mod resource;
mod site;
mod state;

pub(crate) use diagnose::session_diagnostic;
pub(crate) use resource::CompositeResource;
