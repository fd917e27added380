//! `cloister_secure_studio_domain`: a Studio domain with its network, keys, roles and policies.

mod claims;
pub mod ip_plan;
#[cfg(test)]
mod ip_plan_tests;
pub mod policies;
#[cfg(test)]
mod promise_tests;
pub mod promises;
