//! `cloister_audit_trail`: the record of who did what, in a bucket that nobody but CloudTrail writes to.

mod archive;
mod blueprint;
mod check;
mod claims;
mod config;
mod key_policy;
mod logs;
mod policy;
mod promise;
#[cfg(test)]
mod promise_tests;
mod proof;
mod recover;
mod selectors;

pub use crate::own_key::OwnKey;
pub use config::{AuditTrail, CloudWatchLogs};
