//! A Studio domain from nothing to its end: the whole environment as one resource.

mod bad_input;
mod drift;
mod fixture;
mod life;
mod unknowns;
