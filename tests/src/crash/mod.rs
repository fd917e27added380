//! `make crash`: kills, faults and lost answers at every call of a composite's life, and what is left of them.
//!
//! A [`Stage`] is a command that is about to run: an account, a Terraform folder, the calls that an undisturbed run
//! makes, and what it leaves. A [`Point`] is one of those calls and one fault. A [`sweep`] takes each point on a fork of
//! the stage's account: it hits the call, runs the same command again as a user would, and compares. What was found is
//! in a journal, so that a sweep that was stopped goes on.
//!
//! Built on the rig, so that whatever goes wrong panics; a sweep catches that and takes it for the point's failure.

mod account;
mod choice;
mod fault;
mod journal;
mod options;
mod point;
mod report;
mod scenario;
mod stage;
mod strike;
mod sweep;

pub use choice::{Amount, choose};
pub use fault::Fault;
pub use journal::{Journal, fingerprint};
pub use options::{Options, USAGE};
pub use point::{CallName, Point};
pub use report::Report;
pub use scenario::{Command, SCENARIOS, Scenario};
pub use stage::{Places, Stage, stages};
pub use strike::{Finding, Verdict};
pub use sweep::{WORKER, sweep};
