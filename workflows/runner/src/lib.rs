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
mod described;
mod flows;
mod run;

pub use account::{Account, flow_fields, live_kinds};
pub use cloud::{Cloud, Delivery, Denied, FlowLogs, FoundFlowLog, Observed};
pub use collect::SourceSpec;
pub use flows::FlowFiles;
pub use run::{Clock, DELIVERY_LAG, Progress, Run, RunError};
