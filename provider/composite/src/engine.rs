//! The engine: what callers hand it and what they get back.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    anchor::{Anchor, AnchorStore},
    blueprint::Blueprint,
    error::PartError,
    foreign_tags::Ignored,
    identity::Identity,
    key::PartKey,
    kinds::{Kinds, Observation},
    lease::{Clock, Draw, Ground, read_anchor},
    observe::outputs_of,
    pace::Pace,
    parts::PartsState,
};

/// Makes, reads, changes and deletes composites in one account and region.
pub struct Engine<'a, C> {
    /// The kinds of parts.
    pub kinds: &'a Kinds<C>,
    /// What calls go through.
    pub context: &'a C,
    /// Where anchors are kept.
    pub anchors: &'a dyn AnchorStore,
    /// Says of a tag key whether it is somebody else's, to be left alone and not shown.
    pub ignored_tags: Ignored<'a>,
    /// How patiently it waits.
    pub pace: Pace,
    /// Tells the time.
    pub clock: Clock<'a>,
    /// Draws nonces and names of runs.
    pub draw: Draw<'a>,
}

/// What an apply gets.
#[derive(Debug)]
pub struct Applying<'a> {
    /// What is wanted.
    pub blueprint: &'a Blueprint,
    /// What was wanted last time, for parts that are not wanted any more.
    pub previous: Option<&'a Blueprint>,
    /// What the state holds; `None` for a create.
    pub prior: Option<&'a PartsState>,
    /// When to give up waiting.
    pub deadline: Instant,
    /// Set when the run is to stop: calls in flight end, nothing new starts.
    pub stop: &'a CancellationToken,
}

/// Why a run did not start. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Blocked {
    /// The composite exists and is complete: another state has it, or this one lost it.
    #[error("it exists already and is complete; its import id is {import_id}")]
    Complete {
        /// The id for `terraform import`.
        import_id: String,
        /// Whose it is.
        owner: String,
    },
    /// Objects of the composite stand, and its anchor is gone.
    #[error(
        "part `{part}` ({id}) stands without the composite's anchor; its import id is {import_id}"
    )]
    AnchorLost {
        /// The id for `terraform import`.
        import_id: String,
        /// A part that was found.
        part: PartKey,
        /// Its id.
        id: String,
    },
    /// Another run works on it.
    #[error("another run holds `{name}` until {until}")]
    Held {
        /// The anchor.
        name: String,
        /// When its lease ends.
        until: Timestamp,
    },
    /// It is unfinished, and another owner's.
    #[error("`{name}` belongs to owner `{owner}`")]
    OtherOwner {
        /// The anchor.
        name: String,
        /// Its owner.
        owner: String,
    },
    /// The anchor is there and makes no sense.
    #[error("`{name}` cannot be read: {why}")]
    Unreadable {
        /// The anchor.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A call failed before anything was changed.
    #[error(transparent)]
    Call(PartError),
}

/// One part that could not be made, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The part; `None` for the anchor.
    pub part: Option<PartKey>,
    /// The config attribute at fault, as the blueprint named it.
    pub origin: Option<String>,
    /// What failed.
    pub error: PartError,
}

/// What an apply reached.
#[derive(Debug)]
pub struct Applied {
    /// The parts for the state, whether made or not.
    pub parts: PartsState,
    /// The composite's own attributes, as far as the parts they come from exist.
    pub exposed: BTreeMap<&'static str, Value>,
    /// What failed, one per cause.
    pub failures: Vec<Failure>,
    /// Parts that were not started because of a failure or a stop.
    pub not_started: Vec<PartKey>,
    /// Whether the run was told to stop.
    pub stopped: bool,
}

impl Applied {
    /// Whether everything is as the blueprint wants it.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.not_started.is_empty()
    }
}

/// What a read found.
#[derive(Debug)]
pub struct Outlook {
    /// The parts that exist, as they are; empty if nothing of the composite does.
    pub parts: PartsState,
    /// The composite's own attributes.
    pub exposed: BTreeMap<&'static str, Value>,
    /// The anchor, if it is there.
    pub anchor: Option<Anchor>,
}

/// What a delete reached.
#[derive(Debug)]
pub struct Destroyed {
    /// What still exists, for the state.
    pub remaining: PartsState,
    /// What failed, one per cause.
    pub failures: Vec<Failure>,
    /// Whether the run was told to stop.
    pub stopped: bool,
}

/// Objects found by part, for imports.
pub type Observations = BTreeMap<PartKey, Observation>;

impl<'a, C: Send + Sync> Engine<'a, C> {
    pub(crate) fn ground(&self) -> Ground<'a> {
        Ground {
            store: self.anchors,
            clock: self.clock,
            draw: self.draw,
            pace: self.pace,
        }
    }

    /// Reads the anchor of a composite.
    pub async fn anchor(&self, identity: &Identity) -> Result<Option<Anchor>, Blocked> {
        read_anchor(self.anchors, &identity.anchor_name()).await
    }

    /// Looks for every part of a blueprint by name or tag, for imports; what has neither is found by what it belongs to.
    pub async fn locate(&self, blueprint: &Blueprint) -> Result<Observations, PartError> {
        let located = self.locate_missing(blueprint, Observations::new()).await;
        located.map_err(|(_, error)| error)
    }

    /// Looks for every part that is not among `found`, and adds those that are there; an error names its part.
    pub(crate) async fn locate_missing(
        &self,
        blueprint: &Blueprint,
        mut found: Observations,
    ) -> Result<Observations, (PartKey, PartError)> {
        let mut tried = BTreeMap::new();
        loop {
            let more = self.locate_more(blueprint, &found, &mut tried).await?;
            if more.is_empty() {
                return Ok(found);
            }
            found.extend(more);
        }
    }

    /// One round: looks for what is not found yet and can be looked for with more than the round before knew.
    async fn locate_more<'b>(
        &self,
        blueprint: &'b Blueprint,
        found: &Observations,
        tried: &mut BTreeMap<&'b PartKey, Value>,
    ) -> Result<Vec<(PartKey, Observation)>, (PartKey, PartError)> {
        let output = outputs_of(found);
        let missing = blueprint.parts.values();
        let missing = missing.filter(|part| !found.contains_key(&part.key));
        // What goes with a part that is not there is not there either, or it is somebody else's.
        let missing = missing.filter(|part| {
            let carrier = part.goes_with.as_ref();
            carrier.is_none_or(|carrier| found.contains_key(carrier))
        });
        let mut looks = Vec::new();
        for part in missing {
            let settings = part.desired.settle_known(&output);
            if tried.insert(&part.key, settings.clone()).as_ref() == Some(&settings) {
                continue;
            }
            looks.push(async move {
                let tags = blueprint.identity.finding_tags(&part.key);
                let found = async {
                    let kind = self.kinds.known(part.kind)?;
                    kind.find(self.context, &settings, &tags).await
                };
                match found.await {
                    Ok(found) => Ok(found.map(|found| (part.key.clone(), found))),
                    Err(error) => Err((part.key.clone(), error)),
                }
            });
        }
        let found = futures::future::try_join_all(looks).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Pauses, unless the run is told to stop or the deadline passes: then it says so.
    pub(crate) async fn pause(
        &self,
        pause: Duration,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> bool {
        if stop.is_cancelled() || Instant::now() + pause > deadline {
            return false;
        }
        tokio::select! {
            () = stop.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}
