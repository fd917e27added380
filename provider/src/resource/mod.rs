//! Composites as Terraform resources: config in, blueprint, engine, state out.
//!
//! The one place that knows Terraform's values, composites and the engine at once. [`CompositeResource`] is generic:
//! nothing in here is about any one composite.

mod apply;
mod composite;
mod diagnose;
mod exposed;
mod import;
mod input;
mod plan;
mod read;
mod site;
mod state;

pub(crate) use composite::CompositeResource;
pub(crate) use diagnose::session_diagnostic;
