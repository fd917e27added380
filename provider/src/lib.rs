//! The provider: Terraform plugin protocol 6 in front of cloister's composites.
//!
//! [`serve`] speaks the protocol and decides nothing; [`Cloister`] is the provider that it serves; `resource` turns any
//! composite into a Terraform resource. AWS is reached through `cloister-aws` alone.

// The futures of an apply nest deeply: resource, engine, kind, call path, SDK.
#![recursion_limit = "256"]

mod provider;
mod resource;
pub mod serve;
mod settings;

pub use provider::Cloister;
pub use settings::Environment;
