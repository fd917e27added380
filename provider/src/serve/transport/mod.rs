//! From a bound listener to authenticated byte streams.

mod accept;
mod address;
mod connection;
mod listener;
mod pinned_client;
mod socket_file;
mod stale_sockets;
mod tls;

pub(crate) use accept::accept;
pub(crate) use address::Address;
pub(crate) use listener::{BindError, Bound, Listener, bind};
pub(crate) use stale_sockets::remove_stale_sockets;
pub(crate) use tls::{ServerTls, TlsError, server_tls};
