//! `cloister sandbox`: commands run against a stand-in for AWS on loopback.
//!
//! The stand-in is the Python package in `sandbox/`, embedded here. This module brings it up (`install`, `server`),
//! says how to reach it (`environment`) and takes it down again. What the stand-in does is none of its business.

mod args;
mod command;
mod environment;
mod fresh;
mod host;
mod install;
mod named;
mod package;
mod python;
mod ready;
mod run;
mod server;
mod settings;
mod shell;
mod signals;
mod store;

pub(crate) use args::SandboxArgs;
pub(crate) use command::run;
