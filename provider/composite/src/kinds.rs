//! The kinds that an engine knows, by name, with their types hidden behind JSON.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::Value;

use crate::{
    error::{ErrorClass, PartError},
    identity::Tags,
    kind::{Changing, Deleting, Finding, Journal, Making, Outputs, PartKind, Readiness},
};

/// An object as it was found, with its type hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The id under which state remembers it.
    pub id: String,
    /// What other parts can refer to.
    pub outputs: Outputs,
    /// Its settings in the shape of the desired ones.
    pub settings: Value,
    /// The whole object: what a `live` check sees.
    pub live: Value,
    /// How far it is.
    pub readiness: Readiness,
}

/// A kind with its types hidden; made from a [`PartKind`] by [`Kinds::with`].
#[async_trait]
pub trait ErasedKind<C>: Send + Sync {
    /// The kind's name.
    fn name(&self) -> &'static str;
    /// How a create is found again.
    fn journal(&self) -> Journal;
    /// Settings whose change replaces the object.
    fn replaced_by(&self) -> &'static [&'static str];
    /// Whether it takes tags.
    fn tagged(&self) -> bool;
    /// How long AWS usually takes to make one.
    fn usual_duration(&self) -> Duration;
    /// See [`PartKind::PREPARES`].
    fn prepares(&self) -> bool;
    /// See [`PartKind::WITNESS`].
    fn is_witness(&self) -> bool;
    /// See [`PartKind::natural_id`].
    fn natural_id(&self, settings: &Value) -> Option<String>;
    /// Lays observed settings out like the desired ones where they mean the same.
    fn align(&self, desired: &Value, observed: Value) -> Value;
    /// See [`PartKind::find`].
    async fn find(
        &self,
        context: &C,
        settings: &Value,
        tags: &Tags,
    ) -> Result<Option<Observation>, PartError>;
    /// See [`PartKind::create`].
    async fn create(
        &self,
        context: &C,
        settings: &Value,
        token: &str,
    ) -> Result<Observation, PartError>;
    /// See [`PartKind::read`].
    async fn read(
        &self,
        context: &C,
        ids: &[String],
    ) -> Result<Vec<Option<Observation>>, PartError>;
    /// See [`PartKind::inspect`].
    async fn inspect(&self, context: &C, id: &str) -> Result<Option<Value>, PartError>;
    /// Reads the object once more and changes it in place; `None` if it is gone.
    async fn update(
        &self,
        context: &C,
        id: &str,
        settings: &Value,
        changed: &[String],
    ) -> Result<(), PartError>;
    /// See [`PartKind::before_delete`].
    async fn before_delete(&self, context: &C, id: &str, disposal: &Value)
    -> Result<(), PartError>;
    /// See [`PartKind::delete`]; says whether there was anything to delete.
    async fn remove(&self, context: &C, id: &str, disposal: &Value) -> Result<Removal, PartError>;
    /// See [`PartKind::delete`]. What is gone is gone.
    async fn delete(&self, context: &C, id: &str, disposal: &Value) -> Result<(), PartError>
    where
        C: Sync,
    {
        self.remove(context, id, disposal).await.map(|_| ())
    }
}

/// What a delete came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// The object, which is gone from here on.
    Done,
    /// Nothing: it was gone before, or the read lagged.
    NothingThere,
}

struct Erased<K>(PhantomData<fn() -> K>);

impl<K: PartKind> Erased<K> {
    fn decode<T: serde::de::DeserializeOwned>(what: &str, value: &Value) -> Result<T, PartError> {
        serde_json::from_value(value.clone()).map_err(|error| {
            PartError::bug(K::KIND, format!("its {what} do not fit the kind: {error}"))
        })
    }

    fn disposal(value: &Value) -> Result<K::Disposal, PartError> {
        if value.is_null() {
            Ok(K::Disposal::default())
        } else {
            Self::decode("disposal settings", value)
        }
    }

    fn observation(observed: &K::Observed) -> Result<Observation, PartError> {
        let json = |what: &str, value: serde_json::Result<Value>| {
            value.map_err(|error| PartError::bug(K::KIND, format!("{what}: {error}")))
        };
        Ok(Observation {
            id: K::id(observed),
            outputs: K::outputs(observed),
            settings: without_nulls(json(
                "observed settings",
                serde_json::to_value(K::settings(observed)),
            )?),
            live: json("observed object", serde_json::to_value(observed))?,
            readiness: K::readiness(observed),
        })
    }

    async fn read_one(context: &K::Context, id: &str) -> Result<Option<K::Observed>, PartError> {
        let answers = K::read(context, &[id.to_owned()]).await?;
        Ok(answers.into_iter().next().flatten())
    }
}

#[async_trait]
impl<K: PartKind> ErasedKind<K::Context> for Erased<K> {
    fn name(&self) -> &'static str {
        K::KIND
    }

    fn journal(&self) -> Journal {
        K::JOURNAL
    }

    fn replaced_by(&self) -> &'static [&'static str] {
        K::REPLACED_BY
    }

    fn tagged(&self) -> bool {
        K::TAGGED
    }

    fn usual_duration(&self) -> Duration {
        K::usual_duration()
    }

    fn prepares(&self) -> bool {
        K::PREPARES
    }

    fn is_witness(&self) -> bool {
        K::WITNESS
    }

    fn natural_id(&self, settings: &Value) -> Option<String> {
        K::natural_id(settings)
    }

    fn align(&self, desired: &Value, observed: Value) -> Value {
        K::align(desired, observed)
    }

    async fn find(
        &self,
        context: &K::Context,
        settings: &Value,
        tags: &Tags,
    ) -> Result<Option<Observation>, PartError> {
        let desired: Option<K::Desired> = serde_json::from_value(settings.clone()).ok();
        let finding = Finding {
            desired: desired.as_ref(),
            settings,
            tags,
        };
        let found = K::find(context, finding).await?;
        found.as_ref().map(Self::observation).transpose()
    }

    async fn create(
        &self,
        context: &K::Context,
        settings: &Value,
        token: &str,
    ) -> Result<Observation, PartError> {
        let desired: K::Desired = Self::decode("settings", settings)?;
        let making = Making {
            desired: &desired,
            token,
        };
        Self::observation(&K::create(context, making).await?)
    }

    async fn read(
        &self,
        context: &K::Context,
        ids: &[String],
    ) -> Result<Vec<Option<Observation>>, PartError> {
        let answers = K::read(context, ids).await?;
        if answers.len() != ids.len() {
            return Err(PartError::bug(
                K::KIND,
                "a read answered for another number of objects than it was asked for",
            ));
        }
        answers
            .iter()
            .map(|answer| answer.as_ref().map(Self::observation).transpose())
            .collect()
    }

    async fn inspect(&self, context: &K::Context, id: &str) -> Result<Option<Value>, PartError> {
        K::inspect(context, id).await
    }

    async fn update(
        &self,
        context: &K::Context,
        id: &str,
        settings: &Value,
        changed: &[String],
    ) -> Result<(), PartError> {
        let desired: K::Desired = Self::decode("settings", settings)?;
        let Some(observed) = Self::read_one(context, id).await? else {
            return Err(PartError::in_object(ErrorClass::NotFound, id, "it is gone"));
        };
        let changing = Changing {
            desired: &desired,
            observed: &observed,
            changed,
        };
        K::update(context, changing).await
    }

    async fn before_delete(
        &self,
        context: &K::Context,
        id: &str,
        disposal: &Value,
    ) -> Result<(), PartError> {
        let disposal = Self::disposal(disposal)?;
        match Self::read_one(context, id).await? {
            Some(observed) => {
                let deleting = Deleting {
                    observed: &observed,
                    disposal: &disposal,
                };
                K::before_delete(context, deleting).await
            }
            None => Ok(()),
        }
    }

    async fn remove(
        &self,
        context: &K::Context,
        id: &str,
        disposal: &Value,
    ) -> Result<Removal, PartError> {
        let disposal = Self::disposal(disposal)?;
        match Self::read_one(context, id).await? {
            Some(observed) => {
                let deleting = Deleting {
                    observed: &observed,
                    disposal: &disposal,
                };
                K::delete(context, deleting).await?;
                Ok(Removal::Done)
            }
            None => Ok(Removal::NothingThere),
        }
    }
}

/// The kinds that an engine knows, for one kind of context.
pub struct Kinds<C> {
    anchor: &'static str,
    by_name: BTreeMap<&'static str, Arc<dyn ErasedKind<C>>>,
}

impl<C> std::fmt::Debug for Kinds<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

impl<C> Kinds<C> {
    /// No kinds yet; `anchor` is the kind that plans show for the anchor.
    pub fn new(anchor: &'static str) -> Self {
        Self {
            anchor,
            by_name: BTreeMap::new(),
        }
    }

    /// The kind that plans show for the anchor.
    pub fn anchor_kind(&self) -> &'static str {
        self.anchor
    }

    /// Adds a kind.
    #[must_use]
    pub fn with<K: PartKind<Context = C>>(mut self) -> Self {
        self.by_name
            .insert(K::KIND, Arc::new(Erased::<K>(PhantomData)));
        self
    }

    /// The names of all kinds, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.by_name.keys().copied()
    }

    /// A kind by name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn ErasedKind<C>>> {
        self.by_name.get(name)
    }

    /// A kind that a blueprint or a state names.
    pub(crate) fn known(&self, name: &str) -> Result<&Arc<dyn ErasedKind<C>>, PartError> {
        self.get(name)
            .ok_or_else(|| PartError::bug(name, "no kind of this name is known"))
    }
}

/// Leaves out what is null in maps: absent and null are one in settings.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, field)| !field.is_null())
                .map(|(name, field)| (name, without_nulls(field)))
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
