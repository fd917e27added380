//! The order in which a Terraform call happens, so that the wire side decides nothing.
//!
//! Each function takes decoded values and a trait object, runs schema checks,
//! defaults and marking around the call, and verifies the answer against what
//! Terraform will demand of it: a fault of ours is reported as one, with the
//! attribute, instead of Terraform's guess.

mod apply;
mod data_source;
mod defaults;
mod ephemeral;
mod function;
mod import;
mod invariants;
mod mark;
mod plan;
mod provider;
mod read;
mod replace;
mod upgrade;
mod validate;
mod write_only;

pub use apply::{ApplyInput, ApplyOutput, apply_resource};
pub use data_source::read_data_source;
pub use ephemeral::{OpenOutput, RenewOutput, close_ephemeral, open_ephemeral, renew_ephemeral};
pub use function::call_function;
pub use import::{import_resource, move_resource};
pub use plan::{PlanInput, PlanOutput, plan_resource};
pub use provider::configure_provider;
pub use read::read_resource;
pub use upgrade::{upgrade_identity, upgrade_resource};
pub use validate::{
    Capabilities, validate_data_source, validate_ephemeral, validate_object, validate_provider,
    validate_resource,
};
