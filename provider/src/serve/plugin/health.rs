//! `grpc.health.v1`: answers a host's ping for the service `plugin`.

use cloister_proto::health::health_check_response::ServingStatus;
use cloister_proto::health::health_server::Health;
use cloister_proto::health::{HealthCheckRequest, HealthCheckResponse};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tonic::{Request, Response, Status};

use super::super::process::Lifecycle;

pub(crate) struct PluginHealth(pub(crate) Lifecycle);

#[tonic::async_trait]
impl Health for PluginHealth {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match status_of(&request.get_ref().service) {
            ServingStatus::ServiceUnknown => Err(Status::not_found("no such service")),
            status => Ok(Response::new(HealthCheckResponse {
                status: status.into(),
            })),
        }
    }

    /// Says the status once: it does not change while the process lives.
    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let status = HealthCheckResponse {
            status: status_of(&request.get_ref().service).into(),
        };
        let statuses = stream::iter([Ok(status)]).chain(stream::pending());
        Ok(Response::new(
            statuses.take_until(self.0.streams_over()).boxed(),
        ))
    }
}

fn status_of(service: &str) -> ServingStatus {
    match service {
        // The empty name asks for the server as a whole.
        "" | "plugin" => ServingStatus::Serving,
        _ => ServingStatus::ServiceUnknown,
    }
}
