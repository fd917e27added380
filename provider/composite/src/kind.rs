//! What the engine asks of a kind of part.

use std::{borrow::Cow, collections::BTreeMap, future::Future, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};

use crate::{error::PartError, identity::Tags};

/// What a made part offers to others, by output name.
pub type Outputs = BTreeMap<Cow<'static, str>, String>;

/// Outputs under names that are known beforehand.
pub fn outputs<const N: usize>(named: [(&'static str, String); N]) -> Outputs {
    named
        .into_iter()
        .map(|(name, value)| (Cow::Borrowed(name), value))
        .collect()
}

/// How a create that may have happened is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// The object has a name of ours: a repeat meets it.
    NaturalKey,
    /// The call takes a client token: a repeat returns the same object.
    Token,
    /// Neither: the intent is written to the anchor before the call, and the object is looked for by its tags.
    Intent,
}

/// How far a made object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Usable.
    Ready,
    /// AWS is still at work.
    Pending,
    /// AWS gave up, with its reason.
    Failed(String),
    /// AWS gave up for a reason of its own that passes: it is deleted and made again.
    Broken(String),
}

/// What a create gets.
#[derive(Debug)]
pub struct Making<'a, D> {
    /// The settled settings.
    pub desired: &'a D,
    /// A token for APIs that take one: the same for every repeat of this very create.
    pub token: &'a str,
}

/// What a search gets.
#[derive(Debug)]
pub struct Finding<'a, D> {
    /// The settled settings; `None` where some are not known (import, destroy).
    pub desired: Option<&'a D>,
    /// The settings as far as they are known, for natural keys.
    pub settings: &'a serde_json::Value,
    /// The tags that identify the part: `cloister:composite` and `cloister:part`.
    pub tags: &'a Tags,
}

/// What an update gets.
#[derive(Debug)]
pub struct Changing<'a, D, O> {
    /// The settled settings.
    pub desired: &'a D,
    /// The object as it is now.
    pub observed: &'a O,
    /// The names of the top-level settings that differ.
    pub changed: &'a [String],
}

impl<D, O> Changing<'_, D, O> {
    /// Whether the setting `name` differs.
    pub fn touches(&self, name: &str) -> bool {
        self.changed.iter().any(|changed| changed == name)
    }
}

/// What a delete gets.
#[derive(Debug)]
pub struct Deleting<'a, O, X> {
    /// The object as it is now.
    pub observed: &'a O,
    /// What the blueprint says about the way it goes (`force`, a deletion window).
    pub disposal: &'a X,
}

/// One kind of AWS object, as the engine handles it.
///
/// Implementations make one call, or a few that are safe to repeat, and return: waiting, retrying and ordering are the
/// engine's. "Not found" is an answer. Everything that AWS returns is parsed; a missing field is an error that names
/// the call.
#[async_trait]
pub trait PartKind: Send + Sync + 'static {
    /// The kind as it stands in plans and state: `s3:bucket`.
    const KIND: &'static str;
    /// Top-level settings that AWS cannot change: a difference replaces the object.
    const REPLACED_BY: &'static [&'static str] = &[];
    /// Whether the object takes tags. If so, the settings have a map `tags`, filled by the blueprint.
    const TAGGED: bool = false;
    /// How a create that may have happened is found again.
    const JOURNAL: Journal;
    /// Whether [`PartKind::before_delete`] has anything to do.
    const PREPARES: bool = false;
    /// Whether one call tells that no such object of the composite stands: asked before the very first create, since an
    /// anchor can be lost.
    const WITNESS: bool = false;

    /// What calls go through: an account and region's session.
    type Context: Send + Sync + 'static;
    /// The settings, as the blueprint gives them. Absent means AWS's default.
    type Desired: Serialize + DeserializeOwned + Send + Sync;
    /// The whole object as AWS describes it: what a `live` check sees.
    type Observed: Serialize + Clone + Send + Sync;
    /// What a delete must know that AWS cannot store; `()` for most.
    type Disposal: Serialize + DeserializeOwned + Default + Send + Sync;

    /// The id under which the state remembers the object and [`PartKind::read`] finds it.
    fn id(observed: &Self::Observed) -> String;

    /// What other parts can refer to.
    fn outputs(observed: &Self::Observed) -> Outputs;

    /// The observed settings in the shape of the desired ones; what equals AWS's default is absent.
    fn settings(observed: &Self::Observed) -> Self::Desired;

    /// The id where it follows from the settings, so that the object can be looked for without tags.
    fn natural_id(_settings: &serde_json::Value) -> Option<String> {
        None
    }

    /// Lays out observed settings like the desired ones where they mean the same (policies by normal form).
    fn align(_desired: &serde_json::Value, observed: serde_json::Value) -> serde_json::Value {
        observed
    }

    /// How far the object is.
    fn readiness(_observed: &Self::Observed) -> Readiness {
        Readiness::Ready
    }

    /// Looks for the object without knowing its id: by its name, or by its tags.
    async fn find(
        context: &Self::Context,
        finding: Finding<'_, Self::Desired>,
    ) -> Result<Option<Self::Observed>, PartError>;

    /// Makes the object.
    async fn create(
        context: &Self::Context,
        making: Making<'_, Self::Desired>,
    ) -> Result<Self::Observed, PartError>;

    /// Reads objects by id, in as few calls as AWS allows; the answer has the order and length of `ids`.
    async fn read(
        context: &Self::Context,
        ids: &[String],
    ) -> Result<Vec<Option<Self::Observed>>, PartError>;

    /// The whole object as a `live` check sees it, where that takes more calls than the engine has need of.
    async fn inspect(
        context: &Self::Context,
        id: &str,
    ) -> Result<Option<serde_json::Value>, PartError> {
        let found = Self::read(context, &[id.to_owned()]).await?;
        let found = found.into_iter().next().flatten();
        let shown = found.map(serde_json::to_value).transpose();
        shown.map_err(|error| PartError::bug(Self::KIND, error.to_string()))
    }

    /// Changes the object in place. Repeating it is safe.
    async fn update(
        context: &Self::Context,
        changing: Changing<'_, Self::Desired, Self::Observed>,
    ) -> Result<(), PartError>;

    /// Prepares a delete while everything still stands: freezes entry, lifts protection, relaxes a policy.
    async fn before_delete(
        _context: &Self::Context,
        _deleting: Deleting<'_, Self::Observed, Self::Disposal>,
    ) -> Result<(), PartError> {
        Ok(())
    }

    /// Deletes the object. Not found is success.
    async fn delete(
        context: &Self::Context,
        deleting: Deleting<'_, Self::Observed, Self::Disposal>,
    ) -> Result<(), PartError>;

    /// How long AWS usually takes to make one, for the order of slow branches and for progress lines.
    fn usual_duration() -> Duration {
        Duration::from_secs(2)
    }
}

/// Reads objects one by one, eight at a time, for kinds whose API has no batch.
pub async fn read_each<O, F>(
    ids: &[String],
    read: impl Fn(String) -> F,
) -> Result<Vec<Option<O>>, PartError>
where
    F: Future<Output = Result<Option<O>, PartError>>,
{
    const AT_ONCE: usize = 8;
    let answers: Vec<Result<Option<O>, PartError>> = stream::iter(ids.iter().cloned().map(&read))
        .buffered(AT_ONCE)
        .collect()
        .await;
    answers.into_iter().collect()
}
