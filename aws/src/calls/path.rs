//! Calls AWS: waits for the rate limit, judges the answer, repeats what may be repeated.

use std::{future::Future, sync::Arc, time::Duration};

use cloister_composite::{ErrorClass, PartError};
use tokio::time::{Instant, sleep_until};

use super::{
    Effect, Failure, Limiter, Operation,
    backoff::{Backoff, THROTTLED, UNCERTAIN, random_spread},
    limiter::Lane,
};

/// A call without an answer is repeated this often, if it may be repeated at all: longer outages are the engine's.
const UNCERTAIN_RETRIES: u32 = 4;

/// Where a call goes: what the limiter keeps apart.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) account: String,
    pub(crate) region: String,
}

/// What every call of one process shares.
#[derive(Debug, Clone)]
pub(crate) struct CallPath {
    limiter: Arc<Limiter>,
    max_retries: u32,
    throttled: Backoff,
    uncertain: Backoff,
}

impl CallPath {
    pub(crate) fn new(limiter: Arc<Limiter>, max_retries: u32) -> Self {
        Self {
            limiter,
            max_retries,
            throttled: THROTTLED,
            uncertain: UNCERTAIN,
        }
    }

    /// The same patience towards something `scale` times as slow as AWS.
    pub(crate) fn at_scale(self, scale: f64) -> Self {
        Self {
            throttled: self.throttled.scaled(scale),
            uncertain: self.uncertain.scaled(scale),
            ..self
        }
    }

    /// Makes the call until it succeeds, is refused, or may not be repeated.
    ///
    /// A throttled call did nothing, so it is repeated whatever its effect. Where no answer came, the call may have
    /// taken effect: only what may be repeated is, and the rest is an error of class `Uncertain`.
    pub(crate) async fn call<T, F, Sent>(
        &self,
        place: &Place,
        operation: Operation,
        subject: &str,
        mut send: impl FnMut() -> Sent,
    ) -> Result<T, PartError>
    where
        Sent: Future<Output = Result<T, F>>,
        F: Into<Failure>,
    {
        let lane = Lane::of(&place.account, &place.region, operation.api);
        let mut tries = Tries::default();
        loop {
            self.limiter.admit(&lane).await;
            let started = Instant::now();
            let failure = match send().await {
                Ok(answer) => {
                    self.limiter.went_through(&lane);
                    log(operation, subject, tries.total(), started, "ok");
                    return Ok(answer);
                }
                Err(failure) => failure.into(),
            };
            let class = failure.class(operation.service());
            log(
                operation,
                subject,
                tries.total(),
                started,
                outcome(&failure),
            );
            if class == ErrorClass::Throttled {
                self.limiter.throttled(&lane);
            }
            let Some(wait) = tries.next(class, operation.effect, self) else {
                return Err(failure.into_error(class, operation.iam_action, subject));
            };
            sleep_until(Instant::now() + wait).await;
        }
    }
}

/// How often a call has been tried in vain, by reason.
#[derive(Debug, Default)]
struct Tries {
    throttled: u32,
    uncertain: u32,
}

impl Tries {
    /// How long to wait before the next try, if there is to be one.
    fn next(&mut self, class: ErrorClass, effect: Effect, path: &CallPath) -> Option<Duration> {
        let (count, most, backoff) = match (class, effect) {
            (ErrorClass::Throttled, _) => (&mut self.throttled, path.max_retries, path.throttled),
            (ErrorClass::Uncertain, Effect::Read | Effect::Idempotent) => (
                &mut self.uncertain,
                UNCERTAIN_RETRIES.min(path.max_retries),
                path.uncertain,
            ),
            _ => return None,
        };
        *count += 1;
        (*count <= most).then(|| backoff.wait(*count, random_spread()))
    }

    fn total(&self) -> u32 {
        self.throttled + self.uncertain + 1
    }
}

fn outcome(failure: &Failure) -> &str {
    match failure {
        Failure::Answered {
            code: Some(code), ..
        } => code,
        Failure::Answered { .. } => "refused without a code",
        Failure::Unanswered(_) => "no answer",
        Failure::Unsigned(_) => "no credentials",
        Failure::Senseless(_) => "not sent",
    }
}

fn log(operation: Operation, subject: &str, attempt: u32, started: Instant, outcome: &str) {
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(
        operation = operation.api,
        subject,
        attempt,
        milliseconds,
        outcome,
        "AWS call"
    );
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeMap};

    use super::*;
    use crate::{calls::Rate, session::RetryMode};

    fn answered(status: u16, code: &str) -> Failure {
        Failure::Answered {
            status,
            code: Some(code.into()),
            message: String::new(),
            request_id: None,
        }
    }

    fn cut() -> Failure {
        Failure::Unanswered("connection reset".into())
    }

    /// Plays `answers` in order, then succeeds; gives the result and the number of attempts.
    async fn play(
        operation: Operation,
        answers: Vec<Failure>,
        max_retries: u32,
    ) -> (Result<(), ErrorClass>, usize) {
        let fast = Rate {
            burst: 1e6,
            refill: 1e6,
        };
        let limiter = Limiter::new(
            BTreeMap::from([("kms:*".to_owned(), fast)]),
            RetryMode::Adaptive,
        );
        let at_once = Backoff {
            first: Duration::ZERO,
            longest: Duration::ZERO,
        };
        let path = CallPath {
            throttled: at_once,
            uncertain: at_once,
            ..CallPath::new(Arc::new(limiter), max_retries)
        };
        let place = Place {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
        };
        let left = RefCell::new(answers.into_iter());
        let attempts = RefCell::new(0);
        let result = path
            .call(&place, operation, "subject", || async {
                *attempts.borrow_mut() += 1;
                left.borrow_mut().next().map_or(Ok(()), Err)
            })
            .await;
        (result.map_err(|error| error.class), attempts.into_inner())
    }

    #[tokio::test]
    async fn what_may_be_repeated_is_repeated_and_nothing_else() {
        let read = Operation::read("kms:DescribeKey");
        let put = Operation::idempotent("kms:PutKeyPolicy");
        let create = Operation::once("kms:CreateKey");
        let slow = || answered(400, "ThrottlingException");
        let cases = [
            ("read, cut twice", read, vec![cut(), cut()], Ok(()), 3),
            ("put, 500", put, vec![answered(500, "X")], Ok(()), 2),
            (
                "create, cut",
                create,
                vec![cut()],
                Err(ErrorClass::Uncertain),
                1,
            ),
            (
                "create, 500",
                create,
                vec![answered(500, "X")],
                Err(ErrorClass::Uncertain),
                1,
            ),
            ("create, throttled", create, vec![slow(), slow()], Ok(()), 3),
            (
                "refused",
                put,
                vec![answered(400, "X")],
                Err(ErrorClass::Refused),
                1,
            ),
            (
                "read, cut for long",
                read,
                (0..9).map(|_| cut()).collect(),
                Err(ErrorClass::Uncertain),
                5,
            ),
            (
                "throttled for long",
                read,
                (0..9).map(|_| slow()).collect(),
                Err(ErrorClass::Throttled),
                7,
            ),
        ];
        for (name, operation, answers, result, attempts) in cases {
            assert_eq!(
                play(operation, answers, 6).await,
                (result, attempts),
                "{name}"
            );
        }
    }
}
