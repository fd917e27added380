//! The wire: Terraform plugin protocol 6 and the services of go-plugin.
//!
//! Everything here is generated at build time from the `.proto` files beside
//! this crate; it never decides anything. Read [`tfplugin6`] first: its
//! `provider_server::Provider` is what `provider/src/serve` implements.

/// Terraform plugin protocol 6.
#[allow(clippy::all, clippy::pedantic, unreachable_pub)]
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// go-plugin: shutdown, the broker and the standard streams.
#[allow(clippy::all, clippy::pedantic, unreachable_pub)]
pub mod go_plugin {
    tonic::include_proto!("plugin");
}

/// The gRPC health protocol.
#[allow(clippy::all, clippy::pedantic, unreachable_pub)]
pub mod health {
    tonic::include_proto!("grpc.health.v1");
}
