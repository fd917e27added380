//! The accept loop: each handshake on its own, so that none holds up the others.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

use super::connection::Connection;
use super::listener::Listener;

/// A peer that has not finished its handshake by then is not our host.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How long to let go of the processor when the kernel refuses to accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Connections that may wait for the server to take them.
const BACKLOG: usize = 16;

/// Accepts connections until the stream is dropped; under TLS when `tls` is given.
///
/// A connection that fails its handshake is logged and forgotten: it neither
/// ends the stream nor delays other connections.
pub(crate) fn accept(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
) -> ReceiverStream<Result<Connection, io::Error>> {
    let (accepted, connections) = mpsc::channel(BACKLOG);
    tokio::spawn(accept_all(listener, tls.map(TlsAcceptor::from), accepted));
    ReceiverStream::new(connections)
}

type Accepted = mpsc::Sender<Result<Connection, io::Error>>;

async fn accept_all(listener: Listener, tls: Option<TlsAcceptor>, accepted: Accepted) {
    loop {
        let connection = tokio::select! {
            connection = listener.accept() => connection,
            () = accepted.closed() => return,
        };
        match connection {
            Ok(connection) => drop(tokio::spawn(secure(
                connection,
                tls.clone(),
                accepted.clone(),
            ))),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn secure(connection: Connection, tls: Option<TlsAcceptor>, accepted: Accepted) {
    let connection = match tls {
        None => connection,
        Some(tls) => match timeout(HANDSHAKE_LIMIT, tls.accept(connection)).await {
            Ok(Ok(stream)) => Connection::new(stream),
            Ok(Err(error)) => return tracing::warn!(%error, "a client was refused"),
            Err(_) => return tracing::warn!("a client did not finish its TLS handshake"),
        },
    };
    // A closed channel means that the server is ending; so does the connection.
    let _ = accepted.send(Ok(connection)).await;
}
