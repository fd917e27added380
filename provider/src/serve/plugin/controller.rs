//! `GRPCController`: the host's way to end the plugin.

use cloister_proto::go_plugin::Empty;
use cloister_proto::go_plugin::grpc_controller_server::GrpcController;
use tonic::{Request, Response, Status};

use super::super::process::{Ending, Lifecycle};

pub(crate) struct Controller(pub(crate) Lifecycle);

#[tonic::async_trait]
impl GrpcController for Controller {
    /// Asks for the end and answers; the server finishes this answer before it stops.
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.end(Ending::Shutdown);
        Ok(Response::new(Empty {}))
    }
}
