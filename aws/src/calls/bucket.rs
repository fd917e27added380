//! One token bucket that slows down when AWS throttles and recovers step by step; pure.

use std::time::Duration;

use tokio::time::Instant;

use super::rates::Rate;

/// A throttled answer divides the rate by two, but only once in this time: calls in flight together are one event.
const ONE_EVENT: Duration = Duration::from_secs(1);
/// A second without throttling gives back this share of the known rate.
const RECOVERY: f64 = 0.1;
/// The rate never falls below this share of the known one, so that work goes on.
const FLOOR: f64 = 0.05;

/// Timers are no finer.
const SHORTEST: Duration = Duration::from_millis(1);

/// The tokens of one API in one account and region.
#[derive(Debug)]
pub(crate) struct Bucket {
    known: Rate,
    /// What it holds and how it fills at the moment.
    burst: f64,
    refill: f64,
    one_event: Duration,
    tokens: f64,
    filled_at: Instant,
    changed_at: Option<Instant>,
}

impl Bucket {
    /// A bucket that is half full: Terraform starts several processes, and none knows of the others.
    ///
    /// `scale` says how slow the other side is beside AWS.
    pub(crate) fn half_full(known: Rate, scale: f64, now: Instant) -> Self {
        Self {
            known,
            burst: known.burst,
            refill: known.refill,
            one_event: ONE_EVENT.mul_f64(scale),
            tokens: (known.burst / 2.0).max(1.0),
            filled_at: now,
            changed_at: None,
        }
    }

    /// Takes a token, or says how long to wait for the next one.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        self.fill(now);
        // A hair below one is one: the wait was computed in floating point.
        if self.tokens >= 1.0 - 1e-6 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.refill).max(SHORTEST))
    }

    /// AWS throttled a call: the bucket is empty and fills at half the rate.
    pub(crate) fn throttled(&mut self, now: Instant) {
        self.fill(now);
        self.tokens = self.tokens.min(0.0);
        if self
            .changed_at
            .is_none_or(|then| now.duration_since(then) >= self.one_event)
        {
            // An idle bucket would fill up, and the next volley be refused as a whole.
            self.burst = (self.burst / 2.0).max(1.0);
            self.refill = (self.refill / 2.0).max(self.known.refill * FLOOR);
            self.changed_at = Some(now);
        }
    }

    /// A call went through: the rate rises a step per second, up to the known one.
    pub(crate) fn went_through(&mut self, now: Instant) {
        let slowed = self.refill < self.known.refill || self.burst < self.known.burst;
        if slowed
            && self
                .changed_at
                .is_none_or(|then| now.duration_since(then) >= self.one_event)
        {
            self.fill(now);
            self.burst = (self.burst + self.known.burst * RECOVERY).min(self.known.burst);
            self.refill = (self.refill + self.known.refill * RECOVERY).min(self.known.refill);
            self.changed_at = Some(now);
        }
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.refill).min(self.burst.max(1.0));
        self.filled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        burst: 4.0,
        refill: 2.0,
    };

    fn taken_at_once(bucket: &mut Bucket, now: Instant) -> usize {
        std::iter::from_fn(|| bucket.take(now).ok()).count()
    }

    #[test]
    fn a_bucket_starts_half_full_and_fills_to_its_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::half_full(RATE, 1.0, start);
        assert_eq!(taken_at_once(&mut bucket, start), 2);
        assert_eq!(bucket.take(start), Err(Duration::from_millis(500)));
        assert_eq!(
            taken_at_once(&mut bucket, start + Duration::from_millis(500)),
            1
        );
        assert_eq!(
            taken_at_once(&mut bucket, start + Duration::from_mins(1)),
            4
        );
    }

    #[test]
    fn throttling_halves_the_rate_once_per_event_and_calls_that_pass_restore_it() {
        let start = Instant::now();
        let mut bucket = Bucket::half_full(RATE, 1.0, start);
        bucket.throttled(start);
        bucket.throttled(start + Duration::from_millis(10));
        assert!((bucket.refill - 1.0).abs() < 1e-9);
        let later = start + Duration::from_mins(1);
        assert_eq!(taken_at_once(&mut bucket, later), 2, "it holds less");
        bucket.changed_at = Some(start);
        for second in 1..=20 {
            bucket.went_through(start + Duration::from_secs(second));
        }
        assert!((bucket.refill - 2.0).abs() < 1e-9);
        for second in 21..=60 {
            bucket.throttled(start + Duration::from_secs(second));
        }
        assert!((bucket.refill - 0.1).abs() < 1e-9, "never below the floor");
    }
}
