//! A Studio domain from nothing to its end: the whole environment as one resource.

mod bad_input;
mod change;
mod destroy;
mod drift;
mod firewall;
pub(crate) mod fixture;
mod half_made;
mod import;
mod life;
mod network;
mod refresh;
mod stop;
mod unknowns;
