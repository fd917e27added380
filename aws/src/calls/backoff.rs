//! How long to wait before a call is repeated; pure.

use std::time::Duration;

/// Grows from try to try, up to a bound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}

/// After a throttled answer: the limiter slows down as well, so the bound may be short.
pub(crate) const THROTTLED: Backoff = Backoff {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(20),
};

/// After an answer that never came.
pub(crate) const UNCERTAIN: Backoff = Backoff {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(5),
};

impl Backoff {
    /// The same patience towards something `scale` times as slow.
    pub(crate) fn scaled(self, scale: f64) -> Self {
        Self {
            first: self.first.mul_f64(scale),
            longest: self.longest.mul_f64(scale),
        }
    }

    /// The wait after failed try number `attempt` (from 1), between half and all of the doubled step.
    ///
    /// `spread` is from 0 to 1: it keeps callers apart that were throttled together.
    pub(crate) fn wait(self, attempt: u32, spread: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << (attempt - 1).min(16));
        doubled
            .min(self.longest)
            .mul_f64(0.5 + spread.clamp(0.0, 1.0) / 2.0)
    }
}

/// A random number from 0 to 1.
pub(crate) fn random_spread() -> f64 {
    let drawn = uuid::Uuid::new_v4().as_u128() & u128::from(u32::MAX);
    u32::try_from(drawn).map_or(0.0, |bits| f64::from(bits) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_bound_and_are_spread() {
        for (attempt, spread, expected) in [
            (1, 1.0, 500),
            (1, 0.0, 250),
            (2, 1.0, 1000),
            (4, 0.5, 3000),
            (7, 1.0, 20_000),
            (99, 1.0, 20_000),
        ] {
            assert_eq!(
                THROTTLED.wait(attempt, spread).as_millis(),
                expected,
                "{attempt} {spread}"
            );
        }
        assert!((0.0..=1.0).contains(&random_spread()));
    }
}
