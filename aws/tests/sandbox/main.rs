//! The real SDK over HTTP against the sandbox: sessions, kinds, the anchor store and the readers.
//!
//! Each test has a sandbox of its own. A green run shows behaviour against this model of AWS, not against AWS.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod anchor;
mod buckets;
mod contract;
mod endpoints;
mod faults;
mod firewall_logs;
mod firewalls;
mod groups;
mod keys;
mod logs;
mod managed_policies;
mod networks;
mod policies;
mod readers;
mod roles;
mod routing;
mod session;
mod studio;
mod studio_teardown;
mod support;
mod trails;
