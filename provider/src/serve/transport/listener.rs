//! The bound listener: a Unix socket, or loopback TCP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use thiserror::Error;
use tokio::net::{TcpListener, UnixListener};

use super::super::process::{HostEnvironment, Network};
use super::address::Address;
use super::connection::Connection;
use super::socket_file::SocketFile;

/// Why no listener could be bound.
#[derive(Debug, Error)]
pub(crate) enum BindError {
    #[error("the socket folder `{}` has too long a name for a Unix socket", .0.display())]
    FolderNameTooLong(PathBuf),
    #[error("no socket can be made in `{}`: {error}", dir.display())]
    Socket { dir: PathBuf, error: io::Error },
    #[error("no free port on loopback from {} to {}", .0.start(), .0.end())]
    NoFreePort(RangeInclusive<u16>),
}

/// A bound listener and where it is.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) listener: Listener,
    pub(crate) address: Address,
    /// Removes the socket when dropped; apart from the listener, whose task may
    /// not get to run again before the process ends.
    pub(crate) file: Option<SocketFile>,
}

#[derive(Debug)]
pub(crate) enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// Binds where the host wants it.
///
/// A temporary folder that takes no socket (read-only, too long a name) is
/// answered with loopback TCP when the connection is authenticated anyway;
/// a folder that the host named is not replaced by anything.
pub(crate) async fn bind(host: &HostEnvironment) -> Result<Bound, BindError> {
    if host.network == Network::Tcp {
        return bind_tcp(host.ports.clone()).await;
    }
    match &host.socket_dir {
        Some(dir) => bind_unix(dir, host.socket_group.as_deref()),
        None => match bind_unix(&std::env::temp_dir(), host.socket_group.as_deref()) {
            Err(_) if host.client_certificate.is_some() => bind_tcp(host.ports.clone()).await,
            bound => bound,
        },
    }
}

impl Listener {
    /// Waits for the next connection.
    pub(crate) async fn accept(&self) -> io::Result<Connection> {
        match self {
            Self::Unix(listener) => Ok(Connection::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Connection::new(stream))
            }
        }
    }
}

fn bind_unix(dir: &Path, group: Option<&str>) -> Result<Bound, BindError> {
    let file = SocketFile::in_dir(dir, std::process::id(), salt())
        .ok_or_else(|| BindError::FolderNameTooLong(dir.to_owned()))?;
    let bound = UnixListener::bind(file.path()).and_then(|listener| {
        file.restrict(group)?;
        Ok(Listener::Unix(listener))
    });
    let listener = bound.map_err(|error| BindError::Socket {
        dir: dir.to_owned(),
        error,
    })?;
    Ok(Bound {
        listener,
        address: Address::Unix(file.path().to_owned()),
        file: Some(file),
    })
}

async fn bind_tcp(ports: RangeInclusive<u16>) -> Result<Bound, BindError> {
    for port in ports.clone() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let Ok(listener) = TcpListener::bind(address).await {
            return Ok(Bound {
                listener: Listener::Tcp(listener),
                address: Address::Tcp(address),
                file: None,
            });
        }
    }
    Err(BindError::NoFreePort(ports))
}

/// A number that another process with our pid (in another container) will not draw.
fn salt() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _, RandomState};
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn host(network: Network, socket_dir: &Path) -> HostEnvironment {
        HostEnvironment {
            network,
            socket_dir: Some(socket_dir.to_owned()),
            ..HostEnvironment::parse(|_| None)
        }
    }

    #[tokio::test]
    async fn a_socket_is_private_and_goes_with_its_listener() {
        let dir = tempfile::tempdir().unwrap();
        let bound = bind(&host(Network::Unix, dir.path())).await.unwrap();
        let Address::Unix(path) = bound.address.clone() else {
            panic!("not a socket")
        };
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        drop(bound);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_group_may_connect_where_the_host_names_one() {
        let dir = tempfile::tempdir().unwrap();
        let own_group = rustix::process::getgid().as_raw().to_string();
        let mut host = host(Network::Unix, dir.path());
        host.socket_group = Some(own_group);
        let bound = bind(&host).await.unwrap();
        let Address::Unix(path) = &bound.address else {
            panic!("not a socket")
        };
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o660
        );
    }

    #[tokio::test]
    async fn tcp_takes_the_first_free_port_of_the_range() {
        let dir = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut host = host(Network::Tcp, dir.path());
        host.ports = port..=port;
        assert!(matches!(bind(&host).await, Err(BindError::NoFreePort(_))));
        drop(taken);
        let bound = bind(&host).await.unwrap();
        assert_eq!(bound.address.to_string(), format!("127.0.0.1:{port}"));
    }

    #[tokio::test]
    async fn a_folder_the_host_names_must_work() {
        let missing = bind(&host(Network::Unix, Path::new("/nonexistent"))).await;
        assert!(
            missing
                .unwrap_err()
                .to_string()
                .starts_with("no socket can be made in `/nonexistent`")
        );
        let long = bind(&host(Network::Unix, Path::new(&"/d".repeat(60)))).await;
        assert!(matches!(long, Err(BindError::FolderNameTooLong(_))));
    }
}
