//! `cloister_secure_studio_domain`: a Studio domain with its network, keys, roles and policies.

mod blueprint;
mod check;
mod claims;
mod config;
mod endpoint_set;
pub mod ip_plan;
#[cfg(test)]
mod ip_plan_tests;
pub mod policies;
#[cfg(test)]
mod promise_tests;
pub mod promises;
mod recipe;
mod shape;

pub use config::{
    Capacity, Endpoint, ExistingNetwork, FlowLogs, Guardrails, Iam, Keys, Network, Persona,
    Profile, SecureStudioDomain, SignIn, Space, Studio, ZoneSubnets,
};
