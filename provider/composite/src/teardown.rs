//! Deleting: the graph backwards, after every part was prepared for it.

use std::collections::BTreeSet;

use futures::future::join_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    anchor::Status,
    blueprint::Blueprint,
    engine::{Blocked, Destroyed, Engine, Failure},
    error::PartError,
    key::PartKey,
    kinds::{ErasedKind, Removal},
    lease::{Hold, Undertaking},
    order::Order,
    parts::{PartState, PartsState, anchor_key},
    pass::{Pass, in_order, tell_graph},
    plan::anchor_state,
};

impl<C: Send + Sync> Engine<'_, C> {
    /// Deletes a composite, or as much of it as can be; what is gone already is gone.
    ///
    /// A second call continues where the first one stopped.
    pub async fn destroy(
        &self,
        blueprint: &Blueprint,
        prior: &PartsState,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<Destroyed, Blocked> {
        let undertaking = Undertaking {
            blueprint,
            intents: BTreeSet::new(),
            status: Some(Status::Deleting),
        };
        let hold = Hold::for_change(self.ground(), &undertaking, stop).await?;
        let ended = CancellationToken::new();
        let (destroyed, ()) = futures::join!(
            async {
                let destroyed = self
                    .tear_down(blueprint, prior, deadline, stop, &hold)
                    .await;
                ended.cancel();
                destroyed
            },
            hold.beat(&ended),
        );
        Ok(destroyed)
    }

    async fn tear_down(
        &self,
        blueprint: &Blueprint,
        prior: &PartsState,
        deadline: Instant,
        stop: &CancellationToken,
        hold: &Hold<'_>,
    ) -> Destroyed {
        let mut remaining = match self.with_lost_parts(blueprint, prior).await {
            Ok(parts) => parts,
            Err((key, error)) => {
                let mut pass = Pass::default();
                pass.failures.push((key, error));
                return self
                    .stopped_short(blueprint, prior.clone(), pass, stop, hold)
                    .await;
            }
        };
        tell_graph(blueprint);
        let mut pass = self.prepare(blueprint, &remaining, deadline, stop).await;
        if pass.failures.is_empty() {
            pass = self
                .delete_parts(blueprint, &remaining, deadline, stop)
                .await;
            remaining.retain(|key, _| !pass.done.contains(key));
        }
        if !remaining.is_empty() {
            return self
                .stopped_short(blueprint, remaining, pass, stop, hold)
                .await;
        }
        match hold.drop_anchor().await {
            Ok(()) => Destroyed {
                remaining,
                failures: Vec::new(),
                stopped: false,
            },
            Err(error) => {
                pass.failures.push((anchor_key(), error));
                self.stopped_short(blueprint, remaining, pass, stop, hold)
                    .await
            }
        }
    }

    /// The parts that exist: those of the state, and those that a killed run made without the state knowing, or that the
    /// last refresh did not see because its read lagged. Nobody would ever look for them again.
    async fn with_lost_parts(
        &self,
        blueprint: &Blueprint,
        prior: &PartsState,
    ) -> Result<PartsState, (PartKey, PartError)> {
        let mut parts: PartsState = prior
            .iter()
            .filter(|(key, part)| **key != anchor_key() && part.id.is_some())
            .map(|(key, part)| (key.clone(), part.clone()))
            .collect();
        if blueprint.parts.keys().all(|key| parts.contains_key(key)) {
            return Ok(parts);
        }
        let known = self.read_parts(&parts).await;
        let known = known.map_err(|error| (anchor_key(), error))?;
        for (key, found) in self.locate_missing(blueprint, known).await? {
            let Some(part) = blueprint.parts.get(&key) else {
                continue;
            };
            parts.entry(key).or_insert_with(|| PartState {
                kind: part.kind.to_owned(),
                id: Some(found.id),
                settings: part.desired.render().unwrap_or_default(),
            });
        }
        Ok(parts)
    }

    /// Runs every part's `before_delete` while everything still stands.
    async fn prepare(
        &self,
        blueprint: &Blueprint,
        parts: &PartsState,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Pass {
        let prepares = |state: &PartState| {
            self.kinds
                .get(&state.kind)
                .is_some_and(|kind| kind.prepares())
        };
        let parts = parts.iter().filter(|(_, state)| prepares(state));
        let hooks = parts.map(async |(key, state)| {
            let ended = async {
                let disposal = disposal_of(blueprint, key);
                let id = state.id.as_deref().unwrap_or_default();
                let kind = self.kinds.known(&state.kind)?;
                self.patiently(deadline, stop, || {
                    kind.before_delete(self.context, id, &disposal)
                })
                .await
            };
            (key.clone(), ended.await)
        });
        let mut pass = Pass::default();
        for (key, ended) in join_all(hooks).await {
            if let Err(error) = ended {
                pass.failures.push((key, error));
            }
        }
        pass
    }

    /// Deletes parts backwards; a part waits for those that need it.
    pub(crate) async fn delete_parts(
        &self,
        blueprint: &Blueprint,
        parts: &PartsState,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Pass {
        let carrier = |key: &PartKey| blueprint.parts.get(key)?.goes_with.as_ref();
        let rides = |key: &PartKey| carrier(key).is_some_and(|carrier| parts.contains_key(carrier));
        let keys: BTreeSet<PartKey> = parts.keys().filter(|key| !rides(key)).cloned().collect();
        let order = Order::backwards(blueprint, &keys)
            .strangers_first(blueprint, parts)
            .slow_first(|key| self.usual_duration(blueprint, key));
        let mut pass = in_order(order, stop, async |key: PartKey| {
            let Some(state) = parts.get(&key) else {
                return Ok(());
            };
            let Some(id) = &state.id else { return Ok(()) };
            let kind = self.kinds.known(&state.kind)?;
            let disposal = disposal_of(blueprint, &key);
            tracing::info!(part = %key, kind = state.kind, id, "deleting it");
            self.delete_surely(kind.as_ref(), id, &disposal, deadline, stop)
                .await
        })
        .await;
        let carried = parts
            .keys()
            .filter(|key| carrier(key).is_some_and(|carrier| pass.done.contains(carrier)))
            .cloned()
            .collect::<Vec<_>>();
        pass.done.extend(carried);
        pass
    }

    /// Deletes an object. One that the very first look does not show is looked for once more: a read that lags would leave
    /// it for ever.
    async fn delete_surely(
        &self,
        kind: &dyn ErasedKind<C>,
        id: &str,
        disposal: &serde_json::Value,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<(), PartError> {
        let mut looks = 0;
        let first = self.patiently(deadline, stop, || {
            looks += 1;
            kind.remove(self.context, id, disposal)
        });
        let removal = first.await?;
        if looks > 1 || removal == Removal::Done {
            return Ok(());
        }
        tokio::time::sleep(self.pace.first_pause * 2).await;
        let again = || kind.delete(self.context, id, disposal);
        self.patiently(deadline, stop, again).await
    }

    async fn stopped_short(
        &self,
        blueprint: &Blueprint,
        mut remaining: PartsState,
        pass: Pass,
        stop: &CancellationToken,
        hold: &Hold<'_>,
    ) -> Destroyed {
        if let Err(error) = hold.release().await {
            tracing::warn!(%error, "the lease could not be given back");
        }
        remaining.insert(
            anchor_key(),
            anchor_state(self.kinds.anchor_kind(), blueprint),
        );
        let origin = |key: &PartKey, error: &PartError| {
            let part = blueprint.parts.get(key)?;
            let setting = error.setting.as_deref().unwrap_or("");
            part.origin(setting).map(str::to_owned)
        };
        Destroyed {
            remaining,
            failures: pass
                .failures
                .into_iter()
                .map(|(key, error)| Failure {
                    origin: origin(&key, &error),
                    part: Some(key),
                    error,
                })
                .collect(),
            stopped: stop.is_cancelled(),
        }
    }
}

fn disposal_of(blueprint: &Blueprint, key: &PartKey) -> serde_json::Value {
    blueprint
        .parts
        .get(key)
        .map(|part| part.disposal.clone())
        .unwrap_or_default()
}
