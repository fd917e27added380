//! Waiting for what another process does.

use std::{
    thread,
    time::{Duration, Instant},
};

const LONGEST: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(10);

/// Asks until there is an answer; panics after a minute, naming `what` was waited for.
pub fn wait_until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LONGEST;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "waited {LONGEST:?} in vain: {what}"
        );
        thread::sleep(POLL);
    }
}
