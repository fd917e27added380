//! AWS: sessions, the rate limit, and one module per kind of object.
//!
//! The only crate that names an AWS SDK. [`Accounts`] turns the provider's settings into sessions, one [`Aws`] per
//! account and region; every call goes through one path that waits for the rate limit, judges the answer and repeats
//! what may be repeated. [`kinds()`] is the registry of what the engine can make; `list_objects`, `lookup_events` and
//! their like are narrow readers for the evidence. [`observe`] shows one object as it is, of those kinds and of some that
//! are only looked at.
//!
//! It never waits for states, never orders parts and never decides what should exist: that is the engine's and the
//! blueprints'. It reads no environment but through [`Environment`] and never logs a secret or a policy.

mod calls;
mod kinds;
mod permissions;
mod readers;
mod session;

pub use calls::Rate;
pub use kinds::*;
pub use permissions::{Composed, Grant, PartShown, Permissions, permissions};
pub use readers::{
    Counted, DomainFact, Facts, FlowLogDestination, FlowLogSummary, Inquiry, LogEventPage,
    LogEventSummary, LookupAttribute, LookupPage, ObjectPage, ObjectSummary, Room, SubnetFact,
    TaggedObject, TrailEvent, describe_flow_logs, facts, filter_log_events, get_object,
    list_objects, lookup_events, observable_kinds, observe, standing, tagged_in_iam,
    tagged_objects,
};
pub use session::{
    AccountRole, Accounts, AssumeRole, Aws, CallerIdentity, Environment, Partition, Product,
    RetryMode, Secret, Settings, SettingsError, Target, Timeouts, WebIdentity,
};
