//! The system's clock: the one place where the time is read.

use std::time::Duration;

use cloister_runner::Clock;
use jiff::Timestamp;

/// The time of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    /// In whole seconds, as CloudTrail's own times are: what a report says is then what is compared.
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}
