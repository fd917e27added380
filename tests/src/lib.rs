//! End-to-end tests: the real `terraform`, the real programs, the sandbox.
//!
//! [`Sandbox`] and [`Project`] go the way of a user: `cloister sandbox`, and an example applied with it. The [`rig`]
//! is for tests of the provider: one stand-in per test, faults, changes from outside, plans taken apart. Nothing in
//! the library knows what a composite is, and it compiles against no crate of the workspace: it starts what was built.

pub mod bench;
pub mod crash;
mod output;
mod programs;
mod project;
pub mod rig;
mod sandbox;

pub use output::Output;
pub use programs::{cloister, provider_folder, terraform};
pub use project::Project;
pub use sandbox::Sandbox;
