//! From settings, environment and profile to sessions: one per account, role and region.

mod accounts;
mod aws;
mod check;
mod credentials;
mod environment;
mod http;
mod partition;
mod profile;
mod resolve;
mod roles;
mod settings;
mod target;
mod user_agent;

pub use accounts::Accounts;
pub use aws::Aws;
pub use environment::Environment;
pub use partition::Partition;
pub(crate) use profile::chain;
pub use settings::{
    AssumeRole, Product, RetryMode, Secret, Settings, SettingsError, Timeouts, WebIdentity,
};
pub use target::{AccountRole, CallerIdentity, Target};
