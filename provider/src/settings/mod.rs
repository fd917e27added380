//! The provider block: the AWS provider's names, and a few of cloister's own.

mod config;
mod environment;
mod own;
mod reach;

pub(crate) use config::ProviderConfig;
pub use environment::Environment;
pub(crate) use own::{OwnSettings, PartialCreate};
pub(crate) use reach::aws_settings;
