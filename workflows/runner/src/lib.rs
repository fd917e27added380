//! cloister-runner: runs a workflow: collects its evidence in one pass, observes live objects, waits.
//!
//! It never judges: `cloister-workflow` does, and this crate only hands it
//! what was found. It reads no clock of its own: a [`Clock`] comes in.
//!
//! Read first: [`Run`] (what is run, over which sources), [`Cloud`] (what it
//! needs of an AWS account).

mod account;
mod cloud;
mod collect;
mod run;

pub use account::{Account, live_kinds};
pub use cloud::{Cloud, Denied, Observed};
pub use collect::SourceSpec;
pub use run::{Clock, DELIVERY_LAG, Progress, Run, RunError};
