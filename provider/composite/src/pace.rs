//! How patiently the engine waits.

use std::time::Duration;

/// Waits and leases. All of them are settings, since accounts and networks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first pause between two tries.
    pub first_pause: Duration,
    /// The longest pause between two tries.
    pub longest_pause: Duration,
    /// How long a read may lag behind a write: after an uncertain create, that long is looked for the object.
    pub read_lag: Duration,
    /// How long a role, key or policy may take until it is seen everywhere (aws-lifecycle: two minutes).
    pub propagation: Duration,
    /// How long a run that says nothing is taken to be alive.
    pub lease: Duration,
    /// How often a run says that it is alive.
    pub heartbeat: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(15),
            read_lag: Duration::from_secs(5),
            propagation: Duration::from_mins(2),
            lease: Duration::from_mins(3),
            heartbeat: Duration::from_mins(1),
        }
    }
}

impl Pace {
    /// The same patience towards something `scale` times as slow as AWS: pauses shrink, deadlines stay.
    #[must_use]
    pub fn scaled(self, scale: f64) -> Self {
        Self {
            first_pause: self.first_pause.mul_f64(scale),
            longest_pause: self.longest_pause.mul_f64(scale),
            ..self
        }
    }

    /// How long to let pass before the next look at something that AWS has been at for `so_far`.
    ///
    /// A share of that time: what takes minutes is noticed late by a percent or two of it, and costs some hundred looks.
    pub(crate) fn next_look(&self, so_far: Duration) -> Duration {
        (so_far / 32).clamp(self.first_pause, self.longest_pause)
    }

    /// The pause after `pause` before a call is repeated that something was in the way of for `so_far`: twice as long,
    /// as long as that is no large share of the time.
    pub(crate) fn next_try(&self, pause: Duration, so_far: Duration) -> Duration {
        let share = (so_far / 8).max(self.first_pause * 2);
        (pause * 2)
            .min(share)
            .clamp(self.first_pause, self.longest_pause)
    }

    /// The pause after `pause`.
    pub(crate) fn next(&self, pause: Duration) -> Duration {
        (pause * 2).min(self.longest_pause)
    }
}
