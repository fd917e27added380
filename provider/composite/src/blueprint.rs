//! Blueprints: what a composite consists of, as a graph of parts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    identity::{Identity, TAG_OWNER, Tags},
    input::{Output, OutputName},
    key::PartKey,
    kind::PartKind,
    setting::{Setting, SettingError},
};

/// An order between two parts that no reference says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The part that comes first.
    pub part: PartKey,
    /// Why it does.
    pub why: &'static str,
    /// Whether it also goes last.
    pub span: Span,
}

/// How long an order between two parts holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// What is made first is deleted last.
    Life,
    /// It is about making only: deleting need not wait.
    Making,
}

/// One part of a composite, as it is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name within the composite.
    pub key: PartKey,
    /// Its kind: `s3:bucket`.
    pub kind: &'static str,
    /// Its settings.
    pub desired: Setting,
    /// What its delete must know, as the kind's `Disposal`.
    pub disposal: Value,
    /// Order that no reference says.
    pub after: Vec<After>,
    /// The part that takes this one with it when it is deleted, such as the bucket its policy.
    pub goes_with: Option<PartKey>,
    /// Which config attribute a setting came from; the empty setting stands for the part. Opaque to the engine.
    pub origins: BTreeMap<String, String>,
}

impl Part {
    /// The origin of the setting, or of the nearest one above it, or of the part.
    pub fn origin(&self, setting: &str) -> Option<&str> {
        let mut at = setting;
        loop {
            if let Some(origin) = self.origins.get(at) {
                return Some(origin);
            }
            if at.is_empty() {
                return None;
            }
            at = at.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    /// The parts that must stand before this one.
    pub fn needs(&self) -> BTreeSet<&PartKey> {
        self.desired
            .references()
            .into_iter()
            .map(|(part, _)| part)
            .chain(self.after.iter().map(|after| &after.part))
            .collect()
    }

    /// The parts that this one has to be gone before: not those that it was only made after.
    pub fn outlived_by(&self) -> BTreeSet<&PartKey> {
        let life = |after: &&After| after.span == Span::Life;
        self.desired
            .references()
            .into_iter()
            .map(|(part, _)| part)
            .chain(self.after.iter().filter(life).map(|after| &after.part))
            .collect()
    }
}

/// A composite as it is wanted: parts, their order, what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    /// Which composite it is.
    pub identity: Identity,
    /// Whose it is.
    pub owner: String,
    /// The parts by key.
    pub parts: BTreeMap<PartKey, Part>,
    /// The composite's own attributes, from outputs of parts: strings with references, and lists and maps of them.
    pub exposed: BTreeMap<&'static str, Setting>,
    /// What the anchor keeps because AWS cannot store it.
    pub kept: BTreeMap<String, Value>,
    /// The config as the anchor remembers it, for an import; never shown.
    pub recipe: Option<Value>,
    /// The tags of the anchor.
    pub tags: Tags,
}

/// Collects parts; see [`Blueprint::builder`].
#[derive(Debug)]
pub struct Builder {
    blueprint: Blueprint,
    tags: Option<Tags>,
    failed: Option<SettingError>,
}

/// A part that was just declared, to be wired and ordered.
#[derive(Debug)]
pub struct PartHandle<'a, K> {
    builder: &'a mut Builder,
    key: PartKey,
    kind: std::marker::PhantomData<fn() -> K>,
}

impl Blueprint {
    /// Starts a blueprint. `tags` are the user's, merged with default ones; `None` while they are unknown.
    pub fn builder(identity: Identity, owner: &str, tags: Option<Tags>) -> Builder {
        Builder {
            blueprint: Self {
                identity,
                owner: owner.to_owned(),
                parts: BTreeMap::new(),
                exposed: BTreeMap::new(),
                kept: BTreeMap::new(),
                recipe: None,
                tags: tags.clone().unwrap_or_default(),
            },
            tags,
            failed: None,
        }
    }

    /// The tags of a part: the user's, and those that identify it.
    pub fn identifying_tags(&self, key: &PartKey) -> Tags {
        let mut tags = self.identity.finding_tags(key);
        tags.insert(TAG_OWNER.to_owned(), self.owner.clone());
        tags
    }
}

impl Builder {
    /// Declares a part.
    ///
    /// # Panics
    /// Panics if `key` is no part key or stands twice: both are mistakes in a blueprint's text, met by its first test.
    pub fn part<K: PartKind>(&mut self, key: &str, desired: &K::Desired) -> PartHandle<'_, K> {
        let key = PartKey::parse(key).expect("a blueprint's keys are part keys");
        let desired = self.settings::<K>(&key, desired);
        let part = Part {
            key: key.clone(),
            kind: K::KIND,
            desired,
            disposal: Value::Null,
            after: Vec::new(),
            goes_with: None,
            origins: BTreeMap::new(),
        };
        let twice = self.blueprint.parts.insert(key.clone(), part).is_some();
        assert!(!twice, "part `{key}` stands twice in the blueprint");
        PartHandle {
            builder: self,
            key,
            kind: std::marker::PhantomData,
        }
    }

    fn settings<K: PartKind>(&mut self, key: &PartKey, desired: &K::Desired) -> Setting {
        let mut setting = match Setting::of(desired) {
            Ok(setting) => setting,
            Err(error) => {
                self.failed.get_or_insert(error);
                Setting::Null
            }
        };
        if let (true, Setting::Map(fields)) = (K::TAGGED, &mut setting) {
            let own = fields.remove("tags");
            fields.insert("tags".to_owned(), self.tags_of(key, own));
        }
        setting
    }

    /// The user's tags, the part's own over them, and those that identify it.
    fn tags_of(&self, key: &PartKey, own: Option<Setting>) -> Setting {
        let (Some(user), false) = (&self.tags, own.as_ref().is_some_and(Setting::is_unknown))
        else {
            return Setting::Unknown;
        };
        let literal = |tags: &Tags| match Setting::literal(&serde_json::json!(tags)) {
            Setting::Map(tags) => tags,
            _ => BTreeMap::new(),
        };
        let mut tags = literal(user);
        if let Some(Setting::Map(own)) = own {
            tags.extend(own);
        }
        tags.extend(literal(&self.blueprint.identifying_tags(key)));
        Setting::Map(tags)
    }

    /// Shows a part's output, a text with outputs in it, or a list or map of such texts, as an attribute of the
    /// composite.
    pub fn expose(&mut self, name: &'static str, value: &impl Serialize) {
        match Setting::of(value) {
            Ok(setting) => {
                self.blueprint.exposed.insert(name, setting);
            }
            Err(error) => {
                self.failed.get_or_insert(error);
            }
        }
    }

    /// Has the anchor keep a setting that AWS cannot store.
    pub fn keep(&mut self, name: &str, value: impl Into<Value>) {
        self.blueprint.kept.insert(name.to_owned(), value.into());
    }

    /// Has the anchor remember the whole config, so that an import knows which parts to look for. It does not show in
    /// plans, where the parts say the same.
    pub fn remember(&mut self, recipe: Value) {
        self.blueprint.recipe = Some(recipe);
    }

    /// The finished blueprint.
    pub fn finish(self) -> Result<Blueprint, SettingError> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.blueprint),
        }
    }
}

impl<K: PartKind> PartHandle<'_, K> {
    fn part(&mut self) -> &mut Part {
        self.builder
            .blueprint
            .parts
            .get_mut(&self.key)
            .expect("a handle's part was inserted when it was made")
    }

    /// Says that this part comes after another, and why.
    #[must_use]
    pub fn after(mut self, part: &str, why: &'static str) -> Self {
        let part = PartKey::parse(part).expect("a blueprint's keys are part keys");
        let span = Span::Life;
        self.part().after.push(After { part, why, span });
        self
    }

    /// Says that this part is made after another, and why; which of them goes first does not matter.
    #[must_use]
    pub fn made_after(mut self, part: &str, why: &'static str) -> Self {
        let part = PartKey::parse(part).expect("a blueprint's keys are part keys");
        let span = Span::Making;
        self.part().after.push(After { part, why, span });
        self
    }

    /// Says that deleting another part deletes this one, so that it protects the other one to the end.
    #[must_use]
    pub fn goes_with(mut self, part: &str) -> Self {
        let part = PartKey::parse(part).expect("a blueprint's keys are part keys");
        self.part().goes_with = Some(part);
        self
    }

    /// Says which config attribute a setting came from; the empty setting is the part as a whole.
    #[must_use]
    pub fn from(mut self, setting: &str, origin: &str) -> Self {
        self.part()
            .origins
            .insert(setting.to_owned(), origin.to_owned());
        self
    }

    /// Says what the part's delete must know.
    #[must_use]
    pub fn disposal(mut self, disposal: &K::Disposal) -> Self {
        match serde_json::to_value(disposal) {
            Ok(value) => self.part().disposal = value,
            Err(error) => {
                self.builder
                    .failed
                    .get_or_insert(SettingError::Serialise(error));
            }
        }
        self
    }

    /// A wire to one of the part's outputs.
    pub fn output<T>(&self, name: &OutputName<T>) -> Output<T> {
        Output::new(self.key.clone(), name)
    }

    /// A wire to an output whose name depends on the settings, such as the endpoint in one availability zone.
    pub fn output_named<T>(&self, name: impl Into<String>) -> Output<T> {
        Output::named(self.key.clone(), name.into())
    }
}
