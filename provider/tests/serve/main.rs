//! The served process, seen from its host: real sockets, real TLS, real signals.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod client;
mod host;
mod life;
mod log;
mod plugin;
mod terraform;
mod tls;
mod unknown;
mod wire;
