//! `GRPCStdio`: the plugin's standard streams, on which we never send anything.

use cloister_proto::go_plugin::StdioData;
use cloister_proto::go_plugin::grpc_stdio_server::GrpcStdio;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tonic::{Request, Response, Status};

use super::super::process::Lifecycle;

pub(crate) struct Stdio(pub(crate) Lifecycle);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = BoxStream<'static, Result<StdioData, Status>>;

    /// Stays open and silent: a host takes what comes here for a mistake and warns.
    async fn stream_stdio(
        &self,
        _: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(
            stream::pending().take_until(self.0.streams_over()).boxed(),
        ))
    }
}
