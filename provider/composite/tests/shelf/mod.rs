//! A shelf of toys: objects in memory with settings, tags and scripted failures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use cloister_composite::{
    Anchor, AnchorStore, Blueprint, Changing, Deleting, Engine, ErrorClass, Finding, Identity,
    Input, Journal, Kinds, Making, OutputName, Outputs, Pace, PartError, PartKey, PartKind,
    Readiness, StoredAnchor, Tags, outputs, read_each,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// The call that makes the anchor; it is in no log.
pub(crate) const CREATE_ANCHOR: &str = "create anchor";

/// What a test wants.
pub(crate) struct Wish {
    pub(crate) owner: &'static str,
    pub(crate) size: u32,
    pub(crate) leaf: bool,
    /// How many more parts stand on the first one.
    pub(crate) twigs: u32,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            owner: "us",
            size: 1,
            leaf: true,
            twigs: 0,
        }
    }
}

pub(crate) fn key(text: &str) -> PartKey {
    PartKey::parse(text).unwrap()
}

pub(crate) fn blueprint(wish: &Wish) -> Blueprint {
    let identity = Identity {
        account: "111122223333".into(),
        region: "here".into(),
        composite: "toy".into(),
        name: "it".into(),
    };
    let mut parts = Blueprint::builder(identity, wish.owner, Some(Tags::new()));
    let base = parts.part::<Toy>(
        "base",
        &ToyDesired {
            size: 1,
            needs: None,
            tags: Tags::new(),
        },
    );
    let base = base.output(&Toy::ID);
    for twig in 0..wish.twigs {
        parts.part::<Toy>(
            &format!("twig-{twig}"),
            &ToyDesired {
                size: 1,
                needs: Some(Input::from(base.clone())),
                tags: Tags::new(),
            },
        );
    }
    if wish.leaf {
        let needs = Some(Input::from(base));
        let leaf = parts
            .part::<Toy>(
                "leaf",
                &ToyDesired {
                    size: wish.size,
                    needs,
                    tags: Tags::new(),
                },
            )
            .from("", "leaf_size");
        let id = leaf.output(&Toy::ID).to_string();
        parts.expose("leaf_id", &id);
    }
    parts.finish().unwrap()
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ToyDesired {
    size: u32,
    #[serde(default)]
    needs: Option<Input<String>>,
    #[serde(default)]
    tags: Tags,
}

/// An object: its name is that of its part.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ToyObserved {
    name: String,
    settings: Value,
    is_ready: bool,
}

pub(crate) struct Toy;

impl Toy {
    pub(crate) const ID: OutputName<String> = OutputName::new("id");
}

#[derive(Default)]
struct Stock {
    objects: BTreeMap<String, Value>,
    anchor: Option<(String, i64)>,
    anchor_writes: usize,
    takes: Duration,
    ready_at: BTreeMap<String, tokio::time::Instant>,
    reads: usize,
    log: Vec<String>,
    tokens: Vec<(String, String)>,
    failures: Vec<(String, ErrorClass, u32, bool)>,
    hang: String,
    stop: Option<(String, CancellationToken)>,
}

/// The world of one test.
pub(crate) struct Shelf {
    stock: Arc<Mutex<Stock>>,
    kinds: Kinds<Self>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    draw: Box<dyn Fn() -> String + Send + Sync>,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let start = tokio::time::Instant::now();
        let drawn = Mutex::new(0);
        Self {
            stock: Arc::default(),
            kinds: Kinds::new("toy:anchor").with::<Toy>(),
            clock: Box::new(move || Timestamp::UNIX_EPOCH + start.elapsed()),
            draw: Box::new(move || {
                let mut drawn = drawn.lock().unwrap();
                *drawn += 1;
                format!("drawn-{drawn}")
            }),
        }
    }

    pub(crate) fn engine(&self) -> Engine<'_, Self> {
        Engine {
            kinds: &self.kinds,
            context: self,
            anchors: self,
            ignored_tags: &|_| false,
            pace: Pace::default(),
            clock: &*self.clock,
            draw: &*self.draw,
        }
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap()
    }

    /// The calls with an effect that took it.
    pub(crate) fn log(&self) -> Vec<String> {
        self.stock().log.clone()
    }

    /// The tokens with which a part's create was called.
    pub(crate) fn tokens(&self, part: &str) -> Vec<String> {
        let stock = self.stock();
        let of_part = stock.tokens.iter().filter(|(name, _)| name == part);
        of_part.map(|(_, token)| token.clone()).collect()
    }

    /// Somebody else deletes an object.
    pub(crate) fn lose(&self, name: &str) {
        self.stock().objects.remove(name).unwrap();
    }

    /// Somebody else deletes the anchor.
    pub(crate) fn lose_anchor(&self) {
        self.stock().anchor.take().unwrap();
    }

    pub(crate) fn has_anchor(&self) -> bool {
        self.stock().anchor.is_some()
    }

    /// How often the anchor was written, its making included.
    pub(crate) fn anchor_writes(&self) -> usize {
        self.stock().anchor_writes
    }

    /// Lets what is made from here on be ready only after a while.
    pub(crate) fn takes(&self, duration: Duration) {
        self.stock().takes = duration;
    }

    /// How many calls read objects.
    pub(crate) fn reads(&self) -> usize {
        self.stock().reads
    }

    pub(crate) fn forget_log(&self) {
        self.stock().log.clear();
    }

    pub(crate) fn anchor(&self) -> Anchor {
        Anchor::parse(&self.stock().anchor.as_ref().unwrap().0).unwrap()
    }

    pub(crate) fn is_empty(&self) -> bool {
        let stock = self.stock();
        stock.objects.is_empty() && stock.anchor.is_none()
    }

    pub(crate) fn fail(&self, call: &str, class: ErrorClass, times: u32) {
        self.stock()
            .failures
            .push((call.into(), class, times, false));
    }

    pub(crate) fn fail_after_effect(&self, call: &str, class: ErrorClass, times: u32) {
        self.stock()
            .failures
            .push((call.into(), class, times, true));
    }

    pub(crate) fn hang_at(&self, call: &str) {
        self.stock().hang = call.into();
    }

    pub(crate) fn stop_at(&self, call: &str, stop: &CancellationToken) {
        self.stock().stop = Some((call.into(), stop.clone()));
    }

    pub(crate) fn drift(&self, name: &str, setting: &str, value: Value) {
        self.stock().objects.get_mut(name).unwrap()[setting] = value;
    }

    /// One call with an effect: scripted to hang, to stop the run, to fail before or after it took effect.
    async fn call(&self, call: &str, effect: impl FnOnce(&mut Stock)) -> Result<(), PartError> {
        if self.stock().hang == call {
            tokio::time::sleep(Duration::from_hours(1)).await;
        }
        let mut stock = self.stock();
        if let Some((_, stop)) = stock.stop.as_ref().filter(|(at, _)| at == call) {
            stop.cancel();
        }
        let failing = stock
            .failures
            .iter_mut()
            .find(|(name, _, times, _)| name == call && *times > 0);
        let failed = failing.map(|(_, class, times, late)| {
            *times -= 1;
            (*class, *late)
        });
        if failed.is_none_or(|(_, late)| late) {
            effect(&mut stock);
            if call != CREATE_ANCHOR {
                stock.log.push(call.to_owned());
            }
        }
        match failed {
            Some((class, _)) => Err(PartError::new(class, call, "toy", "as scripted")),
            None => Ok(()),
        }
    }

    fn object(&self, name: &str) -> Option<ToyObserved> {
        let settings = self.stock().objects.get(name)?.clone();
        let ready_at = self.stock().ready_at.get(name).copied();
        Some(ToyObserved {
            name: name.to_owned(),
            settings,
            is_ready: ready_at.is_none_or(|ready| ready <= tokio::time::Instant::now()),
        })
    }
}

#[async_trait]
impl PartKind for Toy {
    const KIND: &'static str = "toy:toy";
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Intent;
    const PREPARES: bool = true;
    const WITNESS: bool = true;

    type Context = Shelf;
    type Desired = ToyDesired;
    type Observed = ToyObserved;
    type Disposal = ();

    fn id(observed: &ToyObserved) -> String {
        format!("id-{}", observed.name)
    }

    fn outputs(observed: &ToyObserved) -> Outputs {
        outputs([(Self::ID.name(), Self::id(observed))])
    }

    fn settings(observed: &ToyObserved) -> ToyDesired {
        serde_json::from_value(observed.settings.clone()).unwrap()
    }

    fn readiness(observed: &ToyObserved) -> Readiness {
        if observed.is_ready {
            Readiness::Ready
        } else {
            Readiness::Pending
        }
    }

    async fn find(
        shelf: &Shelf,
        finding: Finding<'_, ToyDesired>,
    ) -> Result<Option<ToyObserved>, PartError> {
        Ok(shelf.object(&finding.tags["cloister:part"]))
    }

    async fn create(
        shelf: &Shelf,
        making: Making<'_, ToyDesired>,
    ) -> Result<ToyObserved, PartError> {
        let name = making.desired.tags["cloister:part"].clone();
        let settings = serde_json::to_value(making.desired).unwrap();
        let call = (name.clone(), making.token.to_owned());
        shelf.stock().tokens.push(call);
        let made = |stock: &mut Stock| {
            assert!(
                stock.objects.insert(name.clone(), settings).is_none(),
                "a twin of {name}"
            );
            let ready_at = tokio::time::Instant::now() + stock.takes;
            stock.ready_at.insert(name.clone(), ready_at);
        };
        shelf.call(&format!("create {name}"), made).await?;
        Ok(shelf.object(&name).unwrap())
    }

    async fn read(shelf: &Shelf, ids: &[String]) -> Result<Vec<Option<ToyObserved>>, PartError> {
        shelf.stock().reads += 1;
        read_each(ids, async |id| {
            Ok(shelf.object(id.trim_start_matches("id-")))
        })
        .await
    }

    async fn update(
        shelf: &Shelf,
        changing: Changing<'_, ToyDesired, ToyObserved>,
    ) -> Result<(), PartError> {
        let name = changing.observed.name.clone();
        let settings = serde_json::to_value(changing.desired).unwrap();
        let call = format!("update {name} {}", changing.changed.join(","));
        shelf
            .call(&call, |stock| drop(stock.objects.insert(name, settings)))
            .await
    }

    async fn before_delete(
        shelf: &Shelf,
        deleting: Deleting<'_, ToyObserved, ()>,
    ) -> Result<(), PartError> {
        shelf
            .call(&format!("prepare {}", deleting.observed.name), |_| {})
            .await
    }

    async fn delete(
        shelf: &Shelf,
        deleting: Deleting<'_, ToyObserved, ()>,
    ) -> Result<(), PartError> {
        let name = deleting.observed.name.clone();
        shelf
            .call(&format!("delete {name}"), |stock| {
                drop(stock.objects.remove(&name));
            })
            .await
    }
}

#[async_trait]
impl AnchorStore for Shelf {
    async fn create(&self, name: &str, text: &str, _tags: &Tags) -> Result<i64, PartError> {
        if self.has_anchor() {
            return Err(PartError::new(
                ErrorClass::AlreadyExists,
                CREATE_ANCHOR,
                name,
                "it is there",
            ));
        }
        let made = |stock: &mut Stock| {
            stock.anchor_writes += 1;
            stock.anchor = Some((text.to_owned(), 1));
        };
        self.call(CREATE_ANCHOR, made).await?;
        Ok(1)
    }

    async fn read(&self, _name: &str) -> Result<Option<StoredAnchor>, PartError> {
        let anchor = self.stock().anchor.clone();
        Ok(anchor.map(|(text, version)| StoredAnchor { text, version }))
    }

    async fn write(&self, _name: &str, text: &str) -> Result<i64, PartError> {
        let mut stock = self.stock();
        stock.anchor_writes += 1;
        let version = stock.anchor.as_ref().map_or(1, |(_, version)| version + 1);
        stock.anchor = Some((text.to_owned(), version));
        Ok(version)
    }

    async fn tag(&self, _name: &str, _tags: &Tags) -> Result<(), PartError> {
        Ok(())
    }

    async fn delete(&self, _name: &str) -> Result<(), PartError> {
        self.stock().anchor = None;
        Ok(())
    }
}
