//! `cloister_s3_locked_bucket`: a bucket whose objects can be reached through the named VPC endpoints only.

mod blueprint;
mod check;
mod config;
mod key_policy;
mod name;
mod policy;
mod recover;

pub use config::{AccessLog, LifecycleRule, LockedBucket, OwnKey, ServiceDelivery, Transition};
