//! Applying: every part starts the moment its last dependency is ready.

use std::{
    collections::BTreeSet,
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    blueprint::{Blueprint, Part},
    diff::changed_settings,
    engine::{Applied, Applying, Blocked, Engine, Failure, Observations},
    error::{ErrorClass, PartError},
    foreign_tags::with_ignored,
    identity::{Tags, token},
    key::PartKey,
    kind::{Journal, Readiness},
    kinds::{ErasedKind, Observation},
    lease::{Hold, Undertaking},
    observe::{exposed, outputs_of},
    order::{Order, first_to_go},
    parts::{PartState, PartsState, anchor_key},
    pass::{Pass, in_order, tell_graph},
    plan::anchor_state,
    waiting::Waiting,
};

/// One apply in progress.
struct Run<'a, C> {
    engine: &'a Engine<'a, C>,
    blueprint: &'a Blueprint,
    hold: &'a Hold<'a>,
    prior: Option<&'a PartsState>,
    deadline: Instant,
    stop: &'a CancellationToken,
    found: Mutex<Observations>,
    waiting: Waiting,
}

/// What waiting for an object came to.
enum Outcome {
    Ready(Observation),
    Broken { id: String, reason: String },
}

impl<C: Send + Sync> Engine<'_, C> {
    /// Makes or changes a composite until it is as the blueprint wants it, or as far as it gets.
    ///
    /// A failure stops what depends on it and lets the rest finish; everything made is in the answer.
    pub async fn apply(&self, applying: Applying<'_>) -> Result<Applied, Blocked> {
        let Applying {
            blueprint,
            prior,
            stop,
            ..
        } = applying;
        let undertaking = Undertaking {
            blueprint,
            intents: self.intents(blueprint, prior),
            status: None,
        };
        let hold = match prior {
            None => Hold::for_create(self.ground(), &undertaking, stop).await?,
            Some(_) => Hold::for_change(self.ground(), &undertaking, stop).await?,
        };
        if hold.fresh
            && let Some(blocked) = self.refuse_lost_anchor(blueprint).await
        {
            hold.drop_anchor().await.map_err(Blocked::Call)?;
            return Err(blocked);
        }
        let found = match prior {
            Some(prior) => match self.read_parts(prior).await {
                Ok(found) => found,
                Err(error) => return Err(self.give_back(&hold, error).await),
            },
            None => Observations::new(),
        };
        let run = Run {
            engine: self,
            blueprint,
            hold: &hold,
            prior,
            deadline: applying.deadline,
            stop,
            found: Mutex::new(found),
            waiting: Waiting::default(),
        };
        let ended = CancellationToken::new();
        let (applied, ()) = futures::join!(
            async {
                let applied = run.finish(&applying).await;
                ended.cancel();
                applied
            },
            hold.beat(&ended),
        );
        Ok(applied)
    }

    /// The parts that this run makes, and that a later one could not recognise by name or token.
    fn intents(&self, blueprint: &Blueprint, prior: Option<&PartsState>) -> BTreeSet<PartKey> {
        let is_known = |key: &PartKey| {
            let part = prior.and_then(|prior| prior.get(key));
            part.is_some_and(|part| part.id.is_some())
        };
        let parts = blueprint.parts.values();
        let made = parts.filter(|part| !is_known(&part.key)).filter(|part| {
            let kind = self.kinds.get(part.kind);
            kind.is_some_and(|kind| kind.journal() == Journal::Intent)
        });
        made.map(|part| part.key.clone()).collect()
    }

    /// Whether an object of the composite stands although there was no anchor: another state may hold it, and what is
    /// made beside it would be a twin.
    async fn refuse_lost_anchor(&self, blueprint: &Blueprint) -> Option<Blocked> {
        let mut kinds = BTreeSet::new();
        let witnesses = blueprint.parts.values().filter_map(|part| {
            let kind = self.kinds.get(part.kind)?;
            (kind.is_witness() && kinds.insert(part.kind)).then_some((part, kind))
        });
        let looks = witnesses.map(async |(part, kind)| {
            let settings = part.desired.settle_known(&|_, _| None);
            let tags = blueprint.identity.finding_tags(&part.key);
            match kind.find(self.context, &settings, &tags).await {
                Ok(Some(found)) if is_tagged(&found, &tags) => Some(Blocked::AnchorLost {
                    import_id: blueprint.identity.id(),
                    part: part.key.clone(),
                    id: found.id,
                }),
                Ok(_) => None,
                // The create comes upon it as well, and says more of it.
                Err(error) => {
                    tracing::warn!(part = %part.key, %error, "could not look for what an earlier run left");
                    None
                }
            }
        });
        futures::future::join_all(looks)
            .await
            .into_iter()
            .flatten()
            .next()
    }

    async fn give_back(&self, hold: &Hold<'_>, error: PartError) -> Blocked {
        if let Err(release) = hold.release().await {
            tracing::warn!(%release, "the lease could not be given back");
        }
        Blocked::Call(error)
    }
}

/// Whether an object, found by name perhaps, carries the tags of the part.
fn is_tagged(found: &Observation, tags: &Tags) -> bool {
    tags.iter()
        .all(|(key, value)| found.settings["tags"][key] == value.as_str())
}

impl<C: Send + Sync> Run<'_, C> {
    async fn finish(&self, applying: &Applying<'_>) -> Applied {
        let mut unwanted = self.unwanted();
        let mut first = unwanted.clone();
        if let Some(prior) = self.prior {
            let keys = first_to_go(self.blueprint, prior, &unwanted);
            first.retain(|key, _| keys.contains(key));
        }
        let mut pass = self.remove(applying, first, &mut unwanted).await;
        if pass.is_clean() {
            tell_graph(self.blueprint);
            let order = Order::forwards(self.blueprint)
                .slow_first(|key| self.engine.usual_duration(self.blueprint, key));
            pass = in_order(order, self.stop, |key| self.settle(key)).await;
        }
        if pass.is_clean() {
            let rest = unwanted.clone();
            pass.extend(self.remove(applying, rest, &mut unwanted).await);
        }
        let mut failures = self.failures(pass.failures);
        let complete = failures.is_empty() && pass.not_started.is_empty();
        let ended = if complete {
            self.hold.complete(self.blueprint).await
        } else {
            self.hold.release().await
        };
        if let Err(error) = ended {
            failures.push(Failure {
                part: None,
                origin: None,
                error,
            });
        }
        let found = self.found();
        let mut parts = self.reached(&found, &pass.done, applying.prior);
        parts.extend(unwanted);
        Applied {
            parts,
            exposed: exposed(self.blueprint, &outputs_of(&found)),
            failures,
            not_started: pass.not_started,
            stopped: self.stop.is_cancelled(),
        }
    }

    fn failures(&self, failed: Vec<(PartKey, PartError)>) -> Vec<Failure> {
        failed
            .into_iter()
            .map(|(key, error)| Failure {
                origin: self.blueprint.parts.get(&key).and_then(|part| {
                    let setting = error.setting.as_deref().unwrap_or("");
                    part.origin(setting).map(str::to_owned)
                }),
                part: Some(key),
                error,
            })
            .collect()
    }

    /// The parts for the state: what is done as wanted, what is not as it was.
    fn reached(
        &self,
        found: &Observations,
        done: &BTreeSet<PartKey>,
        prior: Option<&PartsState>,
    ) -> PartsState {
        let mut parts: PartsState = self
            .blueprint
            .parts
            .values()
            .map(|part| {
                let before = prior.and_then(|prior| prior.get(&part.key));
                let id = found.get(&part.key).map(|found| found.id.clone());
                let settings = match before {
                    Some(before) if !done.contains(&part.key) => before.settings.clone(),
                    _ => part.desired.render().unwrap_or_default(),
                };
                let kind = part.kind.to_owned();
                (part.key.clone(), PartState { kind, id, settings })
            })
            .collect();
        let kind = self.engine.kinds.anchor_kind();
        parts.insert(anchor_key(), anchor_state(kind, self.blueprint));
        parts
    }

    /// The parts that the state has and the blueprint does not. They stay in the state until they are deleted.
    fn unwanted(&self) -> PartsState {
        self.prior
            .into_iter()
            .flatten()
            .filter(|(key, part)| {
                !self.blueprint.parts.contains_key(*key)
                    && **key != anchor_key()
                    && part.id.is_some()
            })
            .map(|(key, part)| (key.clone(), part.clone()))
            .collect()
    }

    /// Deletes parts that are not wanted any more, and takes out of `unwanted` those that are gone.
    async fn remove(
        &self,
        applying: &Applying<'_>,
        parts: PartsState,
        unwanted: &mut PartsState,
    ) -> Pass {
        let previous = applying.previous.unwrap_or(self.blueprint);
        let pass = self
            .engine
            .delete_parts(previous, &parts, self.deadline, self.stop)
            .await;
        unwanted.retain(|key, _| !pass.done.contains(key));
        pass
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Observations> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings one part to where the blueprint wants it.
    async fn settle(&self, key: PartKey) -> Result<(), PartError> {
        let Some(part) = self.blueprint.parts.get(&key) else {
            return Err(PartError::bug(key.as_str(), "not in the blueprint"));
        };
        let kind = self.engine.kinds.known(part.kind)?;
        let settings = {
            let found = self.found();
            part.desired.settle(&outputs_of(&found))
        }
        .map_err(|error| PartError::bug(key.as_str(), error.to_string()))?;
        let current = self.found().get(&key).cloned();
        let current = match current {
            // Nothing can exist without the state knowing it that no run has begun before.
            None if !self.hold.fresh => {
                let found = self.look_for(part, kind.as_ref(), &settings).await?;
                if let Some(found) = &found {
                    tracing::info!(part = %key, id = found.id, "found an object of an earlier run");
                }
                found
            }
            current => current,
        };
        let settled = match current {
            None => {
                self.create_or_keep_half(part, kind.as_ref(), &settings)
                    .await?
            }
            Some(current) => self.change(part, kind.as_ref(), &settings, current).await?,
        };
        // Made is made, also if the run has to end before it is ready.
        self.found().insert(key.clone(), settled.clone());
        let ready = self
            .ready_or_made_again(part, kind.as_ref(), &settings, settled)
            .await?;
        self.found().insert(key, ready);
        Ok(())
    }

    /// Waits for the object; one that AWS broke for a passing reason is made again, a few times.
    async fn ready_or_made_again(
        &self,
        part: &Part,
        kind: &dyn ErasedKind<C>,
        settings: &Value,
        mut current: Observation,
    ) -> Result<Observation, PartError> {
        const TRIES: u32 = 3;
        let mut tries = 0;
        loop {
            let (id, reason) = match self.await_ready(&part.key, kind, current).await? {
                Outcome::Ready(ready) => return Ok(ready),
                Outcome::Broken { id, reason } => (id, reason),
            };
            tries += 1;
            if tries == TRIES {
                let message = format!("AWS broke it {TRIES} times: {reason}");
                return Err(PartError::in_object(ErrorClass::Failed, id, message));
            }
            tracing::warn!(part = %part.key, id, reason, "AWS broke it, making it again");
            self.patiently(|| kind.delete(self.engine.context, &id, &part.disposal))
                .await?;
            current = self.create(part, kind, settings, Some(&id)).await?;
        }
    }

    async fn look_for(
        &self,
        part: &Part,
        kind: &dyn ErasedKind<C>,
        settings: &Value,
    ) -> Result<Option<Observation>, PartError> {
        let tags = self.blueprint.identity.finding_tags(&part.key);
        self.patiently(|| kind.find(self.engine.context, settings, &tags))
            .await
    }

    /// Makes the part; one that came into being although its create failed is remembered.
    async fn create_or_keep_half(
        &self,
        part: &Part,
        kind: &dyn ErasedKind<C>,
        settings: &Value,
    ) -> Result<Observation, PartError> {
        let prior = self.prior.and_then(|prior| prior.get(&part.key));
        let gone = prior.and_then(|prior| prior.id.as_deref());
        let made = self.create(part, kind, settings, gone).await;
        let failed = made.as_ref().err().map(|error| error.class);
        if failed.is_some_and(|class| class != ErrorClass::AlreadyExists) {
            let tags = self.blueprint.identity.finding_tags(&part.key);
            let found = kind.find(self.engine.context, settings, &tags).await;
            if let Ok(Some(half_made)) = found {
                self.found().insert(part.key.clone(), half_made);
            }
        }
        made
    }

    /// Makes the part; `gone` is the id of the object in whose place it comes.
    async fn create(
        &self,
        part: &Part,
        kind: &dyn ErasedKind<C>,
        settings: &Value,
        gone: Option<&str>,
    ) -> Result<Observation, PartError> {
        const TRIES: u32 = 4;
        let identity = &self.blueprint.identity;
        // AWS answers a token that it has seen with the object of that time, even once that is deleted.
        let parameters = format!("{settings}{}", gone.unwrap_or_default());
        let token = token(identity, &part.key, &self.hold.nonce(), &parameters);
        let mut tries = 0;
        loop {
            if kind.journal() == Journal::Intent && !self.hold.intended(&part.key) {
                self.hold.intend(&part.key).await?;
            }
            tracing::info!(part = %part.key, kind = part.kind, "making it");
            let made = self
                .patiently(|| kind.create(self.engine.context, settings, &token))
                .await;
            match made {
                Err(error) if error.class == ErrorClass::Uncertain => {
                    tries += 1;
                    tracing::warn!(part = %part.key, %error, "the answer was lost, looking for the object");
                    if let Some(found) = self.look_longer(part, kind, settings).await? {
                        // What the create had still to do is done by comparing.
                        return Box::pin(self.change(part, kind, settings, found)).await;
                    }
                    if tries == TRIES || self.stop.is_cancelled() {
                        return Err(error);
                    }
                }
                made => return made,
            }
        }
    }

    /// Looks for an object until reads have caught up with writes.
    async fn look_longer(
        &self,
        part: &Part,
        kind: &dyn ErasedKind<C>,
        settings: &Value,
    ) -> Result<Option<Observation>, PartError> {
        let caught_up = Instant::now() + self.engine.pace.read_lag;
        let mut pause = self.engine.pace.first_pause;
        loop {
            if let Some(found) = self.look_for(part, kind, settings).await? {
                return Ok(Some(found));
            }
            if Instant::now() >= caught_up {
                return Ok(None);
            }
            tokio::time::sleep(pause.min(caught_up - Instant::now())).await;
            pause = self.engine.pace.next(pause);
        }
    }

    async fn change(
        &self,
        part: &Part,
        kind: &dyn ErasedKind<C>,
        settings: &Value,
        current: Observation,
    ) -> Result<Observation, PartError> {
        let wanted = with_ignored(
            settings.clone(),
            &current.settings,
            self.engine.ignored_tags,
        );
        let observed = kind.align(&wanted, current.settings.clone());
        let changed = changed_settings(&wanted, &observed);
        if changed.is_empty() {
            return Ok(current);
        }
        tracing::info!(part = %part.key, kind = part.kind, settings = changed.join(","), "changing it");
        if changed
            .iter()
            .any(|name| kind.replaced_by().contains(&name.as_str()))
        {
            self.patiently(|| kind.delete(self.engine.context, &current.id, &part.disposal))
                .await?;
            let gone = Some(current.id.as_str());
            return self.create(part, kind, settings, gone).await;
        }
        self.patiently(|| kind.update(self.engine.context, &current.id, &wanted, &changed))
            .await?;
        // What others refer to may have changed with it: an endpoint in one more zone.
        let answers = kind
            .read(self.engine.context, std::slice::from_ref(&current.id))
            .await?;
        Ok(answers.into_iter().next().flatten().unwrap_or(current))
    }

    async fn await_ready(
        &self,
        key: &PartKey,
        kind: &dyn ErasedKind<C>,
        mut current: Observation,
    ) -> Result<Outcome, PartError> {
        let begun = Instant::now();
        loop {
            match &current.readiness {
                Readiness::Ready => return Ok(Outcome::Ready(current)),
                Readiness::Broken(reason) => {
                    let reason = reason.clone();
                    return Ok(Outcome::Broken {
                        id: current.id,
                        reason,
                    });
                }
                Readiness::Failed(reason) => {
                    return Err(PartError::in_object(
                        ErrorClass::Failed,
                        &current.id,
                        reason,
                    ));
                }
                Readiness::Pending => {}
            }
            tracing::debug!(part = %key, id = current.id, "not ready yet");
            let pause = self.engine.pace.next_look(begun.elapsed());
            let context = self.engine.context;
            let look = tokio::select! {
                biased;
                () = self.time_is_up(pause) => {
                    let message = "it was made, and was not ready when the run had to end";
                    return Err(PartError::in_object(ErrorClass::Busy, &current.id, message));
                }
                look = self.waiting.look(kind, context, &current.id, pause) => look?,
            };
            // A read that lags behind the create says nothing: ask again.
            current = look.unwrap_or(current);
        }
    }

    /// Returns when the run is to stop, and at once if a pause would outlast its deadline; else never.
    async fn time_is_up(&self, pause: Duration) {
        if Instant::now() + pause <= self.deadline {
            self.stop.cancelled().await;
        }
    }

    async fn patiently<T, F>(&self, call: impl FnMut() -> F) -> Result<T, PartError>
    where
        F: Future<Output = Result<T, PartError>>,
    {
        self.engine.patiently(self.deadline, self.stop, call).await
    }
}

impl<C: Send + Sync> Engine<'_, C> {
    /// How long a part usually takes, so that slow branches start first.
    pub(crate) fn usual_duration(&self, blueprint: &Blueprint, key: &PartKey) -> Duration {
        let part = blueprint.parts.get(key);
        let kind = part.and_then(|part| self.kinds.get(part.kind));
        kind.map_or(Duration::ZERO, |kind| kind.usual_duration())
    }

    /// Repeats a call while something is in its way that goes away by itself.
    pub(crate) async fn patiently<T, F>(
        &self,
        deadline: Instant,
        stop: &CancellationToken,
        mut call: impl FnMut() -> F,
    ) -> Result<T, PartError>
    where
        F: Future<Output = Result<T, PartError>>,
    {
        let propagated = Instant::now() + self.pace.propagation;
        let begun = Instant::now();
        let mut pause = Duration::ZERO;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let until = match error.class {
                ErrorClass::Busy => deadline,
                ErrorClass::Propagation => deadline.min(propagated),
                _ => return Err(error),
            };
            pause = if error.is_under_way() {
                self.pace.next_look(begun.elapsed())
            } else {
                self.pace.next_try(pause, begun.elapsed())
            };
            tracing::debug!(%error, "in the way for now, trying again");
            if !self.pause(pause, until, stop).await {
                return Err(error);
            }
        }
    }
}
