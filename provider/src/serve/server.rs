//! The gRPC server and the order in which it ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cloister_framework::Provider;
use rustls::ServerConfig;
use tokio::time::timeout;
use tonic::transport::Server;

use super::process::{Ending, Lifecycle};
use super::services::Services;
use super::transport::{Listener, accept};

/// Room for large messages without a round trip for every 64 KiB.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;
/// More calls at once than any `-parallelism` asks for.
const CONCURRENT_STREAMS: u32 = 4096;
/// How long the last answers may take to reach the host.
const FLUSH_LIMIT: Duration = Duration::from_millis(300);

/// Serves on `listener` until the life of the process ends.
pub(super) async fn serve(
    provider: Arc<dyn Provider>,
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    life: Lifecycle,
) {
    let services = Services::new(provider.clone(), &life);
    let connections = accept(listener, tls);
    let mut server = tokio::spawn(builder().serve_with_incoming_shutdown(
        services,
        connections,
        life.streams_over(),
    ));
    let ending = tokio::select! {
        ending = life.asked_to_end() => ending,
        stopped = &mut server => {
            tracing::error!(?stopped, "the server stopped by itself");
            return end(&*provider, &life, Ending::ServerStopped, async {}).await;
        }
    };
    end(&*provider, &life, ending, server).await;
}

fn builder() -> Server {
    Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(CONCURRENT_STREAMS)
        // A host that cancels many calls at once is no attacker.
        .http2_max_pending_accept_reset_streams(Some(CONCURRENT_STREAMS as usize))
}

/// Stops new work, waits for calls in flight, then closes what is open.
///
/// The streams that hosts keep open would hold a graceful end up for ever, so
/// they end first; what then still hangs is cut when the process exits.
async fn end(provider: &dyn Provider, life: &Lifecycle, ending: Ending, server: impl Future) {
    tracing::debug!(?ending, "ending");
    provider.stop();
    if !life.calls_over(ending.patience()).await {
        tracing::warn!(?ending, "calls in flight were cut off");
    }
    life.end_streams();
    if timeout(FLUSH_LIMIT, server).await.is_err() {
        tracing::debug!("connections were cut");
    }
}
