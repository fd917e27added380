//! Which service a request is for.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use cloister_framework::Provider;
use cloister_proto::go_plugin::grpc_broker_server::GrpcBrokerServer;
use cloister_proto::go_plugin::grpc_controller_server::GrpcControllerServer;
use cloister_proto::go_plugin::grpc_stdio_server::GrpcStdioServer;
use cloister_proto::health::health_server::HealthServer;
use cloister_proto::tfplugin6::provider_server::ProviderServer;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::NamedService;

use super::plugin::{Broker, Controller, PluginHealth, Stdio};
use super::process::Lifecycle;
use super::rpc::ProviderService;

/// As much as providers written in Go take and give in one message.
const LARGEST_MESSAGE: usize = 256 * 1024 * 1024;

/// All services of the plugin.
///
/// They are told apart here because tonic's own router brings a whole web
/// framework along, for five fixed names.
#[derive(Clone)]
pub(super) struct Services {
    provider: ProviderServer<ProviderService>,
    controller: GrpcControllerServer<Controller>,
    broker: GrpcBrokerServer<Broker>,
    stdio: GrpcStdioServer<Stdio>,
    health: HealthServer<PluginHealth>,
}

impl Services {
    pub(super) fn new(provider: Arc<dyn Provider>, life: &Lifecycle) -> Self {
        Self {
            provider: ProviderServer::new(ProviderService::new(provider, life.clone()))
                .max_decoding_message_size(LARGEST_MESSAGE)
                .max_encoding_message_size(LARGEST_MESSAGE),
            controller: GrpcControllerServer::new(Controller(life.clone())),
            broker: GrpcBrokerServer::new(Broker(life.clone())),
            stdio: GrpcStdioServer::new(Stdio(life.clone())),
            health: HealthServer::new(PluginHealth(life.clone())),
        }
    }
}

impl Service<http::Request<Body>> for Services {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match service_name(request.uri().path()) {
            ProviderServer::<ProviderService>::NAME => self.provider.call(request),
            GrpcControllerServer::<Controller>::NAME => self.controller.call(request),
            GrpcBrokerServer::<Broker>::NAME => self.broker.call(request),
            GrpcStdioServer::<Stdio>::NAME => self.stdio.call(request),
            HealthServer::<PluginHealth>::NAME => self.health.call(request),
            _ => Box::pin(async { Ok(Status::unimplemented("no such service").into_http()) }),
        }
    }
}

/// The service in a path of the form `/SERVICE/METHOD`.
fn service_name(path: &str) -> &str {
    path.strip_prefix('/')
        .and_then(|path| path.split_once('/'))
        .map_or("", |(service, _)| service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_the_first_part_of_the_path() {
        for (path, expected) in [
            ("/plugin.GRPCController/Shutdown", "plugin.GRPCController"),
            ("/plugin.GRPCController", ""),
            ("", ""),
            ("*", ""),
        ] {
            assert_eq!(service_name(path), expected, "{path}");
        }
    }
}
