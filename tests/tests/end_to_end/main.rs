//! The provider, driven by the real `terraform` in a sandbox.

mod bad_input;
mod drift;
mod facts;
mod import;
mod lifecycle;
mod provider_block;
mod resume;
mod unknowns;
mod update;
mod verify;
