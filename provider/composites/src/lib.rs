//! The composites: what users write, and what each consists of. Beside them, the functions that give parts of
//! composites to those who build with other resources.
//!
//! One module per composite: a config struct, which is its Terraform schema, its validation and its documentation at
//! once, and a blueprint, a pure function from config to a graph of parts. Nothing here calls AWS. Read [`Composite`]
//! first, then [`locked_bucket`].

pub mod audit_trail;
mod bucket_name;
mod bucket_policy;
mod claims;
mod common;
mod composite;
mod functions;
mod key_policy;
pub mod locked_bucket;
mod own_key;
mod recovered;
pub mod studio_domain;
mod symbols;

pub use common::{AccountRole, Common};
pub use composite::{Composite, Imported, Site};
pub use functions::functions;
