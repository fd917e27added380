//! `cloister_s3_locked_bucket`: a bucket whose objects can be reached through the named VPC endpoints only.

mod addition;
mod blueprint;
mod check;
mod claims;
mod config;
mod key_policy;
mod lock;
mod policy;
mod promise;
#[cfg(test)]
mod promise_tests;
mod proof;
mod recover;

pub use crate::own_key::OwnKey;
pub(crate) use check::proven_policy;
pub use config::{AccessLog, LifecycleRule, LockedBucket, ServiceDelivery, Transition};
