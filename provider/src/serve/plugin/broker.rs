//! `GRPCBroker`: further connections between host and plugin, which Terraform opens but never uses.

use cloister_proto::go_plugin::ConnInfo;
use cloister_proto::go_plugin::grpc_broker_server::GrpcBroker;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::super::process::Lifecycle;

pub(crate) struct Broker(pub(crate) Lifecycle);

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = BoxStream<'static, Result<ConnInfo, Status>>;

    /// Holds the stream open and offers nothing, until host or plugin ends.
    async fn start_stream(
        &self,
        offers: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let nothing = offers.into_inner().filter_map(async |_| None);
        Ok(Response::new(
            nothing.take_until(self.0.streams_over()).boxed(),
        ))
    }
}
