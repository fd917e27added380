//! The driver: what Terraform gets for what it asks.

mod core;
mod laws;
mod lifecycle;
mod others;
mod validation;
mod widget;
