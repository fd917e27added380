//! One run of a workflow, from the first look to the report.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use cloister_evidence::EvidenceError;
use cloister_workflow::{
    Evidence, Judgement, Length, Objects, Observation, Plan, Report, Verdict, judge,
};
use jiff::Timestamp;

use crate::cloud::{Cloud, Denied, Observed};
use crate::collect::{Collector, SourceSpec};
use crate::flows::{FlowCollector, FlowFiles};

/// CloudTrail delivers within about five minutes on average and promises nothing;
/// most tools plan for fifteen.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
pub const DELIVERY_LAG: Length = Length::minutes(15);
/// Records arrive every five minutes at best; a stand-in delivers within seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// A workflow to run, and over what.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    pub plan: &'a Plan,
    pub sources: Vec<SourceSpec>,
    /// Flow records beside those that flow logs of the account deliver.
    pub flow_files: FlowFiles,
    /// Where windows begin that no step bounds.
    pub since: Timestamp,
    pub delivery_lag: Length,
    /// How long to wait while a step is pending.
    pub wait: Option<Length>,
}

/// Where the time comes from, and how it passes.
pub trait Clock: Sync {
    fn now(&self) -> Timestamp;
    fn sleep(&self, length: Duration) -> impl Future<Output = ()> + Send;
}

/// What a run is doing, for the person who watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    Observing {
        kind: &'a str,
        id: &'a str,
    },
    Reading {
        source: &'a str,
    },
    Read {
        source: &'a str,
        files: u64,
        records: u64,
    },
    /// Steps are pending; the next look is after `pause`, the last one at `until`.
    Waiting {
        pending: usize,
        pause: Duration,
        until: Timestamp,
    },
}

/// Why a run broke off without a report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error("`{kind}` `{id}` could not be observed: {reason}")]
    Observe {
        kind: String,
        id: String,
        reason: String,
    },
    /// A source in AWS was named, but no account to read it with.
    #[error("this source needs AWS credentials")]
    NoAccount,
    #[error("reading stopped: {0}")]
    Stopped(String),
}

impl Run<'_> {
    /// Looks, judges, and looks again while steps are pending and `wait` lasts.
    pub async fn execute(
        &self,
        cloud: Option<&impl Cloud>,
        clock: &impl Clock,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Report, RunError> {
        let as_of = clock.now();
        let give_up = self.wait.map_or(as_of, |wait| later(as_of, wait));
        let earliest = self.earliest(as_of);
        let mut collector = Collector::new(self.plan, &self.sources, earliest);
        let mut flow_collector = FlowCollector::new(self.plan, &self.flow_files, earliest);
        let mut evidence = self.no_evidence(as_of);
        loop {
            evidence.observed_at = clock.now();
            evidence.observations = self.observe(cloud, progress).await?;
            evidence.objects = self.follow(cloud, progress).await?;
            collector
                .collect(cloud, clock.now(), &mut evidence, progress)
                .await?;
            evidence.flows = flow_collector.collect(cloud, clock.now(), progress).await?;
            let judgements = judge(self.plan, &evidence);
            let now = clock.now();
            let Some(pending) = pending(&judgements).filter(|_| now < give_up) else {
                return Ok(Report::new(self.plan, &evidence, judgements));
            };
            let pause = pause(&judgements, now, give_up);
            progress(Progress::Waiting {
                pending,
                pause,
                until: give_up,
            });
            clock.sleep(pause).await;
        }
    }

    fn no_evidence(&self, as_of: Timestamp) -> Evidence {
        Evidence {
            as_of,
            observed_at: as_of,
            since: self.since,
            delivery_lag: self.delivery_lag,
            observations: BTreeMap::new(),
            objects: Objects::new(),
            records: BTreeMap::new(),
            flows: BTreeMap::new(),
            logging_changes: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// The start of the widest window: nothing older is read.
    fn earliest(&self, as_of: Timestamp) -> Timestamp {
        let starts = self
            .plan
            .counts()
            .map(|count| match (count.within, &count.after) {
                (Some(within), None) => as_of
                    .checked_sub(within.as_duration())
                    .unwrap_or(Timestamp::MIN),
                _ => self.since,
            });
        starts.min().unwrap_or(self.since)
    }

    async fn observe(
        &self,
        cloud: Option<&impl Cloud>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<BTreeMap<String, Observation>, RunError> {
        let mut observations = BTreeMap::new();
        let Some(cloud) = cloud else {
            return Ok(observations);
        };
        // Several steps may look at one object: it is observed once per round.
        let mut seen: BTreeMap<(&str, &str), Observation> = BTreeMap::new();
        for (step, proof) in self.plan.live_proofs() {
            let object = (proof.kind.as_str(), proof.id.as_str());
            let observed = match seen.entry(object) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    progress(Progress::Observing {
                        kind: object.0,
                        id: object.1,
                    });
                    new.insert(observe_one(cloud, object).await?)
                }
            };
            observations.insert(step.to_owned(), observed.clone());
        }
        Ok(observations)
    }

    /// Observes what `access` steps rest on: a role leads to its policies, so there are rounds, and each object is
    /// observed once however many steps need it.
    async fn follow(
        &self,
        cloud: Option<&impl Cloud>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Objects, RunError> {
        let mut objects = Objects::new();
        let Some(cloud) = cloud else {
            return Ok(objects);
        };
        loop {
            let missing = self.plan.missing_objects(&objects);
            if missing.is_empty() {
                return Ok(objects);
            }
            for object in missing {
                let observed = (object.kind, object.id.as_str());
                progress(Progress::Observing {
                    kind: observed.0,
                    id: observed.1,
                });
                let observation = observe_one(cloud, observed).await?;
                objects.insert(object, observation);
            }
        }
    }
}

async fn observe_one(
    cloud: &impl Cloud,
    (kind, id): (&str, &str),
) -> Result<Observation, RunError> {
    match cloud.observe(kind, id).await {
        Ok(Observed::Object(object)) => Ok(Observation::Found(object)),
        Ok(Observed::Absent) => Ok(Observation::Absent),
        Ok(Observed::Denied(Denied(why))) => Ok(Observation::Unreadable(why)),
        Err(error) => Err(RunError::Observe {
            kind: kind.to_owned(),
            id: id.to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn pending(judgements: &[Judgement]) -> Option<usize> {
    let pending = judgements
        .iter()
        .filter(|one| one.verdict == Verdict::Pending)
        .count();
    (pending > 0).then_some(pending)
}

/// Until the next step is due, within bounds and not past the end of the wait.
fn pause(judgements: &[Judgement], now: Timestamp, give_up: Timestamp) -> Duration {
    let due = judgements
        .iter()
        .filter_map(|one| one.until)
        .min()
        .unwrap_or(give_up);
    let until = due.min(give_up);
    let length = Duration::try_from(until.duration_since(now)).unwrap_or_default();
    length.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

fn later(time: Timestamp, by: Length) -> Timestamp {
    time.checked_add(by.as_duration()).unwrap_or(Timestamp::MAX)
}
