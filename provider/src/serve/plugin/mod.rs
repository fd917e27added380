//! The services that go-plugin hosts expect beside the provider's own.

mod broker;
mod controller;
mod health;
mod stdio;

pub(crate) use broker::Broker;
pub(crate) use controller::Controller;
pub(crate) use health::PluginHealth;
pub(crate) use stdio::Stdio;
