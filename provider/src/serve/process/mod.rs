//! The life of the process: how it starts, whom it obeys, when it ends.

mod arguments;
mod environment;
mod handshake;
mod lifecycle;
mod panics;
mod parent;
mod reattach;
mod signals;

pub(crate) use arguments::{Mode, render_help, render_run_by_hand};
pub(crate) use environment::{HostEnvironment, Network, variable_of_this_process};
pub(crate) use handshake::{Handshake, version_mismatch};
pub(crate) use lifecycle::{Ending, Lifecycle};
pub(crate) use panics::{install_panic_hook, panic_message};
pub(crate) use parent::Parent;
pub(crate) use reattach::render_reattach;
pub(crate) use signals::{ignore_interrupts, watch_interrupts, watch_terminations};
