//! Holding an anchor while a run works on its composite.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{
    anchor::{Anchor, AnchorStore, Intent, Status},
    blueprint::Blueprint,
    engine::Blocked,
    error::{ErrorClass, PartError},
    identity::{TAG_OWNER, Tags},
    key::PartKey,
    pace::Pace,
};

/// Draws what must not be guessed or repeated: nonces and the names of runs.
pub(crate) type Draw<'a> = &'a (dyn Fn() -> String + Send + Sync);
/// Tells the time.
pub(crate) type Clock<'a> = &'a (dyn Fn() -> Timestamp + Send + Sync);

/// Where anchors are kept, and with what clock and patience.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) store: &'a dyn AnchorStore,
    pub(crate) clock: Clock<'a>,
    pub(crate) draw: Draw<'a>,
    pub(crate) pace: Pace,
}

/// What a run is about to do, as its first write to the anchor says.
pub(crate) struct Undertaking<'a> {
    pub(crate) blueprint: &'a Blueprint,
    /// Parts that will be made and could not be recognised by name or token: one write for all of them.
    pub(crate) intents: BTreeSet<PartKey>,
    /// Where the composite stands from here on, if that changes.
    pub(crate) status: Option<Status>,
}

/// An anchor that this run holds.
pub(crate) struct Hold<'a> {
    ground: Ground<'a>,
    name: String,
    /// Whether this run made the anchor, so that nothing of the composite can exist yet.
    pub(crate) fresh: bool,
    content: Mutex<Content>,
    /// The revision that is stored: one writer at a time, and who waited for another's write is often done by it.
    written: tokio::sync::Mutex<u64>,
}

struct Content {
    anchor: Anchor,
    revision: u64,
}

impl<'a> Hold<'a> {
    /// Takes hold of the anchor for a create: makes it, or adopts one that a crash left.
    pub(crate) async fn for_create(
        ground: Ground<'a>,
        undertaking: &Undertaking<'_>,
        stop: &CancellationToken,
    ) -> Result<Self, Blocked> {
        let blueprint = undertaking.blueprint;
        let name = blueprint.identity.anchor_name();
        let mut anchor = new_anchor(ground, blueprint);
        Self::undertake(ground, &mut anchor, undertaking);
        let mut tags = blueprint.tags.clone();
        tags.extend(blueprint.identifying_tags(&crate::parts::anchor_key()));
        match Self::make(ground, &name, &anchor, &tags).await {
            Ok(()) => Ok(Self::holding(ground, name, anchor, true)),
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                let met = await_free(ground, blueprint, stop).await?;
                match met {
                    // It went away while we waited: its run deleted it or never made it.
                    None => Box::pin(Self::for_create(ground, undertaking, stop)).await,
                    Some(met) if met.status == Status::Ready => Err(Blocked::Complete {
                        import_id: blueprint.identity.id(),
                        owner: met.owner,
                    }),
                    Some(met) => Self::take_over(ground, undertaking, met).await,
                }
            }
            Err(error) => Err(Blocked::Call(error)),
        }
    }

    /// Makes an anchor. Where the answer was lost, its nonce tells ours from that of another run.
    async fn make(
        ground: Ground<'_>,
        name: &str,
        anchor: &Anchor,
        tags: &Tags,
    ) -> Result<(), PartError> {
        const TRIES: u32 = 4;
        let mut tries = 0;
        loop {
            let made = ground.store.create(name, &anchor.render(), tags).await;
            let Err(error) = made else {
                return Ok(());
            };
            tries += 1;
            if tries > 1 && error.class == ErrorClass::AlreadyExists
                || error.class == ErrorClass::Uncertain
            {
                let stored = ground.store.read(name).await?;
                let met = stored.and_then(|stored| Anchor::parse(&stored.text).ok());
                if met.is_some_and(|met| met.nonce == anchor.nonce) {
                    return Ok(());
                }
            }
            if error.class != ErrorClass::Uncertain || tries == TRIES {
                return Err(error);
            }
            tracing::warn!(anchor = name, %error, "the answer was lost, making it again");
            tokio::time::sleep(ground.pace.first_pause).await;
        }
    }

    /// Takes hold of the anchor of a composite that the state knows.
    pub(crate) async fn for_change(
        ground: Ground<'a>,
        undertaking: &Undertaking<'_>,
        stop: &CancellationToken,
    ) -> Result<Self, Blocked> {
        if let Some(met) = await_free(ground, undertaking.blueprint, stop).await? {
            return Self::take_over(ground, undertaking, met).await;
        }
        // Deleted by somebody: the state remembers what it stood for.
        let name = undertaking.blueprint.identity.anchor_name();
        tracing::warn!(anchor = name, "anchor is gone, making it again");
        let mut held = Box::pin(Self::for_create(ground, undertaking, stop)).await?;
        held.fresh = false;
        Ok(held)
    }

    async fn take_over(
        ground: Ground<'a>,
        undertaking: &Undertaking<'_>,
        mut anchor: Anchor,
    ) -> Result<Self, Blocked> {
        let blueprint = undertaking.blueprint;
        Self::undertake(ground, &mut anchor, undertaking);
        let retag = anchor.owner != blueprint.owner;
        anchor.owner.clone_from(&blueprint.owner);
        let name = blueprint.identity.anchor_name();
        let hold = Self::holding(ground, name.clone(), anchor, false);
        hold.touch(|_| {});
        hold.persist().await.map_err(Blocked::Call)?;
        if retag {
            let mut tags = blueprint.tags.clone();
            tags.insert(TAG_OWNER.to_owned(), blueprint.owner.clone());
            tags.extend(blueprint.identity.finding_tags(&crate::parts::anchor_key()));
            ground
                .store
                .tag(&name, &tags)
                .await
                .map_err(Blocked::Call)?;
        }
        Ok(hold)
    }

    fn holding(ground: Ground<'a>, name: String, anchor: Anchor, fresh: bool) -> Self {
        Self {
            ground,
            name,
            fresh,
            content: Mutex::new(Content {
                anchor,
                revision: 0,
            }),
            written: tokio::sync::Mutex::new(0),
        }
    }

    fn undertake(ground: Ground<'_>, anchor: &mut Anchor, undertaking: &Undertaking<'_>) {
        anchor.holder = Some((ground.draw)());
        anchor.lease_until = lease_end(ground);
        let at = (ground.clock)();
        for part in &undertaking.intents {
            anchor.intents.entry(part.clone()).or_insert(Intent { at });
        }
        if let Some(status) = undertaking.status {
            anchor.status = status;
        }
    }

    /// The nonce in every client token.
    pub(crate) fn nonce(&self) -> String {
        self.content().anchor.nonce.clone()
    }

    /// Whether a create of this part may have happened without the state knowing.
    pub(crate) fn intended(&self, part: &PartKey) -> bool {
        self.content().anchor.intents.contains_key(part)
    }

    /// Writes down that a part is about to be made; returns when it is stored.
    pub(crate) async fn intend(&self, part: &PartKey) -> Result<(), PartError> {
        let at = (self.ground.clock)();
        self.touch(|anchor| {
            anchor.intents.insert(part.clone(), Intent { at });
        });
        self.persist().await
    }

    /// Ends a run that reached everything: no intents, no holder, the blueprint's kept settings, and a nonce for tokens
    /// to come, since no create of this run is left to be repeated.
    pub(crate) async fn complete(&self, blueprint: &Blueprint) -> Result<(), PartError> {
        self.touch(|anchor| {
            anchor.status = Status::Ready;
            anchor.nonce = (self.ground.draw)();
            anchor.intents.clear();
            anchor.settings.clone_from(&blueprint.kept);
            anchor.recipe.clone_from(&blueprint.recipe);
            anchor.holder = None;
            anchor.lease_until = None;
        });
        self.persist().await
    }

    /// Ends a run that did not: the next one need not wait for the lease.
    pub(crate) async fn release(&self) -> Result<(), PartError> {
        self.touch(|anchor| {
            anchor.holder = None;
            anchor.lease_until = None;
        });
        self.persist().await
    }

    /// Deletes the anchor: the composite is gone.
    pub(crate) async fn drop_anchor(&self) -> Result<(), PartError> {
        let mut written = self.written.lock().await;
        self.ground.store.delete(&self.name).await?;
        // A heartbeat that waits for its turn would write the anchor anew.
        *written = u64::MAX;
        Ok(())
    }

    /// Renews the lease until `ended`; a failed renewal is tried again at the next beat.
    pub(crate) async fn beat(&self, ended: &CancellationToken) {
        loop {
            tokio::select! {
                () = ended.cancelled() => return,
                () = tokio::time::sleep(self.ground.pace.heartbeat) => {}
            }
            self.touch(|anchor| {
                // What was given back is not taken again.
                if anchor.holder.is_some() {
                    anchor.lease_until = lease_end(self.ground);
                }
            });
            if let Err(error) = self.persist().await {
                tracing::warn!(anchor = self.name, %error, "heartbeat was not written");
            }
        }
    }

    fn touch(&self, change: impl FnOnce(&mut Anchor)) {
        let mut content = self.content();
        change(&mut content.anchor);
        content.revision += 1;
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn persist(&self) -> Result<(), PartError> {
        let wanted = self.content().revision;
        let mut written = self.written.lock().await;
        if *written >= wanted {
            return Ok(());
        }
        let (text, revision) = {
            let content = self.content();
            (content.anchor.render(), content.revision)
        };
        self.ground.store.write(&self.name, &text).await?;
        *written = revision;
        Ok(())
    }
}

fn new_anchor(ground: Ground<'_>, blueprint: &Blueprint) -> Anchor {
    Anchor {
        v: Anchor::FORMAT,
        owner: blueprint.owner.clone(),
        nonce: (ground.draw)(),
        status: Status::Creating,
        holder: None,
        lease_until: None,
        intents: std::collections::BTreeMap::new(),
        settings: blueprint.kept.clone(),
        recipe: blueprint.recipe.clone(),
    }
}

fn lease_end(ground: Ground<'_>) -> Option<Timestamp> {
    (ground.clock)().checked_add(ground.pace.lease).ok()
}

/// Reads an anchor; another owner's and an unreadable one block.
pub(crate) async fn read_anchor(
    store: &dyn AnchorStore,
    name: &str,
) -> Result<Option<Anchor>, Blocked> {
    let Some(stored) = store.read(name).await.map_err(Blocked::Call)? else {
        return Ok(None);
    };
    Anchor::parse(&stored.text)
        .map(Some)
        .map_err(|why| Blocked::Unreadable {
            name: name.to_owned(),
            why,
        })
}

/// Waits until no other run holds the anchor. A run that renews its lease meanwhile is alive, and blocks.
async fn await_free(
    ground: Ground<'_>,
    blueprint: &Blueprint,
    stop: &CancellationToken,
) -> Result<Option<Anchor>, Blocked> {
    let name = blueprint.identity.anchor_name();
    let mut first_lease = None;
    loop {
        let Some(anchor) = read_anchor(ground.store, &name).await? else {
            return Ok(None);
        };
        refuse_other_owner(&anchor, blueprint)?;
        let now = (ground.clock)();
        let Some(until) = anchor.lease_until.filter(|until| *until > now) else {
            return Ok(Some(anchor));
        };
        let held = Blocked::Held {
            until,
            name: name.clone(),
        };
        if *first_lease.get_or_insert(until) != until || stop.is_cancelled() {
            return Err(held);
        }
        tracing::info!(anchor = name, %until, "another run holds the composite, waiting for its lease to end");
        tokio::select! {
            () = stop.cancelled() => return Err(held),
            () = tokio::time::sleep(ground.pace.longest_pause.min(remaining(now, until))) => {}
        }
    }
}

fn remaining(now: Timestamp, until: Timestamp) -> std::time::Duration {
    std::time::Duration::try_from(until.duration_since(now)).unwrap_or_default()
        + std::time::Duration::from_millis(10)
}

/// An anchor whose owner differs belongs to another state, unless the composite is complete and known to ours:
/// then the owner setting was changed, and the caller retags.
fn refuse_other_owner(anchor: &Anchor, blueprint: &Blueprint) -> Result<(), Blocked> {
    if anchor.owner == blueprint.owner || anchor.status == Status::Ready {
        return Ok(());
    }
    Err(Blocked::OtherOwner {
        owner: anchor.owner.clone(),
        name: blueprint.identity.anchor_name(),
    })
}
