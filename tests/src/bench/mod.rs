//! What the benchmarks derive: how few calls and how little time AWS allows, beside which the provider is measured.
//!
//! A bound is worked out from the run that is measured, never from an earlier one: from the parts in its state, and
//! from the times that its sandbox drew. What reads and computes is apart from what runs programs, and tested here.

mod effort;
mod life;
mod log;
mod memory;
mod necessary;
mod path;
#[cfg(test)]
mod path_tests;
mod refresh;
mod samples;
mod scene;

pub use effort::Way;
pub use life::{Timing, observed, timed};
pub use memory::with_peak;
pub use path::{CriticalPath, Step};
pub use refresh::{Refresh, refresh};
pub use scene::{bucket_in_each, firewall_domain, room_for_its_users};
