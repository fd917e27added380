//! A Studio domain from nothing to its end: the whole environment as one resource.

mod drift;
mod fixture;
mod life;
