//! What proofs find, and that they find all of it.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod claims;
mod kinds;
mod laws;
