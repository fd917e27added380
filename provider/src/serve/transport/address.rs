//! Where a host can reach this process.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// An address in the two forms that go-plugin knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl Address {
    /// The word that stands before the address in handshake and reattach setting.
    pub(crate) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(text),
            Self::Tcp(address) => address.fmt(text),
        }
    }
}
