//! One rate limit per account, region and API, shared by everything in the process.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::{Instant, sleep_until};

use super::{
    bucket::Bucket,
    rates::{Rate, known_rate, shared_rate},
};
use crate::session::RetryMode;

/// What is limited together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) api: &'static str,
}

/// The account of what all accounts share.
const ORGANIZATION: &str = "organization";
/// The region of services that have only one.
const EVERYWHERE: &str = "global";

impl Lane {
    /// The lane of calls to `api` from this account and region.
    pub(crate) fn of(account: &str, region: &str, api: &'static str) -> Self {
        let region = if api.starts_with("iam:") {
            EVERYWHERE
        } else {
            region
        };
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            api,
        }
    }

    /// The lane that such calls from all accounts share, if AWS counts them together.
    fn of_organization(&self) -> Option<Self> {
        shared_rate(self.api).map(|_| Self {
            account: ORGANIZATION.to_owned(),
            ..self.clone()
        })
    }
}

/// Lets calls pass at the rate that AWS takes them.
///
/// Callers of one API are served in the order in which they came. A caller that is dropped while it waits leaves the
/// queue and takes no token.
#[derive(Debug)]
pub(crate) struct Limiter {
    queues: Mutex<HashMap<Lane, Arc<Queue>>>,
    rates: BTreeMap<String, Rate>,
    scale: f64,
    mode: RetryMode,
}

#[derive(Debug)]
struct Queue {
    /// Held by the caller whose turn it is; the lock is fair.
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
}

impl Limiter {
    /// A limiter at the known rates, except where `rates` says otherwise.
    pub(crate) fn new(rates: BTreeMap<String, Rate>, mode: RetryMode) -> Self {
        Self {
            queues: Mutex::default(),
            rates,
            scale: 1.0,
            mode,
        }
    }

    /// The same limiter towards something `scale` times as slow as AWS.
    pub(crate) fn at_scale(self, scale: f64) -> Self {
        Self { scale, ..self }
    }

    /// Returns when a call may be made.
    pub(crate) async fn admit(&self, lane: &Lane) {
        if let Some(organization) = lane.of_organization() {
            self.admit_to(&organization).await;
        }
        self.admit_to(lane).await;
    }

    async fn admit_to(&self, lane: &Lane) {
        let queue = self.queue(lane);
        let _turn = queue.turn.lock().await;
        loop {
            let now = Instant::now();
            let Err(wait) = locked(&queue.bucket).take(now) else {
                return;
            };
            sleep_until(now + wait).await;
        }
    }

    /// AWS throttled a call.
    pub(crate) fn throttled(&self, lane: &Lane) {
        if self.mode != RetryMode::Adaptive {
            return;
        }
        // AWS does not say which of its limits was met.
        for lane in [Some(lane.clone()), lane.of_organization()]
            .into_iter()
            .flatten()
        {
            locked(&self.queue(&lane).bucket).throttled(Instant::now());
        }
    }

    /// AWS took a call.
    pub(crate) fn went_through(&self, lane: &Lane) {
        for lane in [Some(lane.clone()), lane.of_organization()]
            .into_iter()
            .flatten()
        {
            locked(&self.queue(&lane).bucket).went_through(Instant::now());
        }
    }

    fn queue(&self, lane: &Lane) -> Arc<Queue> {
        let mut queues = locked(&self.queues);
        if let Some(queue) = queues.get(lane) {
            return Arc::clone(queue);
        }
        let queue = Arc::new(Queue {
            turn: tokio::sync::Mutex::default(),
            bucket: Mutex::new(Bucket::half_full(
                self.rate(lane),
                self.scale,
                Instant::now(),
            )),
        });
        queues.insert(lane.clone(), Arc::clone(&queue));
        queue
    }

    fn rate(&self, lane: &Lane) -> Rate {
        let api = lane.api;
        if lane.account == ORGANIZATION {
            return shared_rate(api)
                .unwrap_or(known_rate(api))
                .at_scale(self.scale);
        }
        let service = api.split(':').next().unwrap_or(api);
        let rate = self
            .rates
            .get(api)
            .or_else(|| self.rates.get(&format!("{service}:*")))
            .copied()
            .unwrap_or_else(|| known_rate(api));
        rate.at_scale(self.scale)
    }
}

/// A panic elsewhere leaves numbers, not broken invariants: the lock is taken all the same.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;

    use super::*;

    // Real time, but little of it: pausing tokio's clock needs a feature that would compile every dependency twice.

    fn lane(account: &str) -> Lane {
        Lane {
            account: account.into(),
            region: "eu-west-1".into(),
            api: "kms:CreateKey",
        }
    }

    fn limiter(burst: f64, refill: f64, mode: RetryMode) -> Limiter {
        let rates = BTreeMap::from([("kms:*".to_owned(), Rate { burst, refill })]);
        Limiter::new(rates, mode)
    }

    #[tokio::test]
    async fn calls_go_out_at_the_rate_and_in_order() {
        let limiter = limiter(2.0, 50.0, RetryMode::Adaptive);
        let create = lane("111122223333");
        let start = Instant::now();
        let order = Mutex::new(Vec::new());
        join_all((0..5).map(|number| {
            let (limiter, create, order) = (&limiter, &create, &order);
            async move {
                limiter.admit(create).await;
                locked(order).push(number);
            }
        }))
        .await;
        assert_eq!(*locked(&order), [0, 1, 2, 3, 4]);
        let waited = start.elapsed();
        assert!(
            waited >= Duration::from_millis(79),
            "one token at the start, four at 50/s: {waited:?}"
        );
    }

    #[tokio::test]
    async fn accounts_do_not_wait_for_each_other() {
        let limiter = limiter(2.0, 0.001, RetryMode::Adaptive);
        for account in ["1", "2", "3"] {
            let create = lane(account);
            let admitted = tokio::time::timeout(Duration::from_mins(1), limiter.admit(&create));
            assert!(admitted.await.is_ok());
        }
    }

    #[tokio::test]
    async fn endpoints_of_all_accounts_share_one_more_limit() {
        let limiter = Limiter::new(BTreeMap::new(), RetryMode::Adaptive);
        let of = |account: &str| Lane::of(account, "eu-west-1", "ec2:CreateVpcEndpoint");
        for account in 0..4 {
            limiter.admit(&of(&account.to_string())).await;
        }
        limiter.throttled(&of("0"));
        let patience = Duration::from_millis(100);
        let other = of("9");
        let admitted = tokio::time::timeout(patience, limiter.admit(&other));
        assert!(admitted.await.is_err(), "one account's refusal slows all");
    }

    #[test]
    fn iam_is_one_place_for_all_regions() {
        let lane = |region| Lane::of("1", region, "iam:CreateRole");
        assert_eq!(lane("eu-west-1"), lane("us-east-1"));
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_takes_no_token() {
        let limiter = limiter(2.0, 1.0, RetryMode::Adaptive);
        let create = lane("1");
        limiter.admit(&create).await;
        let start = Instant::now();
        let patience = Duration::from_millis(10);
        assert!(
            tokio::time::timeout(patience, limiter.admit(&create))
                .await
                .is_err()
        );
        limiter.admit(&create).await;
        assert!(
            start.elapsed() < Duration::from_millis(1900),
            "one token, not two"
        );
    }

    #[tokio::test]
    async fn throttling_slows_the_api_only_where_the_rate_adapts() {
        for (mode, slowed) in [(RetryMode::Adaptive, true), (RetryMode::Standard, false)] {
            let limiter = limiter(10.0, 4.0, mode);
            let create = lane("1");
            limiter.admit(&create).await;
            limiter.throttled(&create);
            let start = Instant::now();
            limiter.admit(&create).await;
            assert_eq!(
                start.elapsed() >= Duration::from_millis(450),
                slowed,
                "{mode:?}"
            );
        }
    }
}
