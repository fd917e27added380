//! A rig for end-to-end tests: the real `terraform`, the built programs, and one sandbox per test.
//!
//! Start with [`Sandbox`], which is one AWS stand-in on ports of its own; [`Project`], a folder with Terraform
//! configuration that is applied there; and [`Aws`], calls that somebody else makes. Nothing here knows what a
//! composite is: the tests do. It compiles against no crate of the workspace, since it starts what was built.
//!
//! All of it is for tests, so that whatever goes wrong with the machine panics and says what is missing.

mod aws;
mod built;
mod control;
mod diagnostics;
mod differences;
mod filters;
mod outcome;
mod outputs;
mod plan;
mod processes;
mod project;
mod reattached;
mod resource;
mod sandbox;
mod standing;
mod wait;

pub use aws::{Aws, Refused};
pub use built::{cloister, provider, workspace};
pub use control::{Call, Timed, writes};
pub use diagnostics::diagnostics;
pub use filters::filtered;
pub use outcome::{Outcome, Running};
pub use outputs::Outputs;
pub use plan::{Change, Plan};
pub use processes::{interrupt, kill, providers_in, terminate};
pub use project::Project;
pub use reattached::{Holdings, Reattached};
pub use resource::{
    ADDRESS, BUCKET, DOMAIN, DOMAIN_ADDRESS, Resource, TRAIL, TRAIL_ADDRESS, audit_trail,
    locked_bucket, studio_domain,
};
pub use sandbox::{ADMINISTRATOR, HOME_ACCOUNT, MEMBER_ACCOUNT, OF_THE_ACCOUNT, Sandbox};
pub use standing::{KeyState, Standing, alias, anchor};
pub use wait::wait_until;
