//! Terraform plugin protocol 6: a process that a host starts, and its calls.
//!
//! `process` is the life of the process, `transport` its authenticated
//! connections, `plugin` the services of go-plugin, `log` the log lines;
//! `rpc` has one file per call of the protocol, and `convert` the translation
//! between its messages and the framework's types. Nothing here decides
//! anything: each call is decoded, handed to the framework, and encoded.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test fails by panicking")
)]

mod convert;
mod log;
mod plugin;
mod process;
mod rpc;
mod run;
mod server;
mod services;
mod transport;

pub use run::{Options, run};
