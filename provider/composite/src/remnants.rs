//! Deleting what a composite left when nobody knows any more what it was to be: no state, and maybe no anchor.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    blueprint::{After, Blueprint, Part, Span},
    engine::{Blocked, Destroyed, Engine},
    error::PartError,
    identity::{Identity, Tags},
    key::PartKey,
    parts::{PartState, PartsState},
    setting::Setting,
};

/// An object that was found by its tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Remnant {
    /// Its name among the others.
    pub key: PartKey,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// When its turn is: what has a lower number goes first.
    pub stage: usize,
    /// What its delete must know, as the kind's `Disposal`; null for the kind's default.
    pub disposal: Value,
}

impl<C: Send + Sync> Engine<'_, C> {
    /// Deletes `remnants` under the anchor of their composite, which is made for it where it is gone: stage by stage,
    /// since no settings tell what needs what.
    pub async fn clear(
        &self,
        identity: &Identity,
        owner: &str,
        remnants: &[Remnant],
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<Destroyed, Blocked> {
        let blueprint = self
            .staged(identity, owner, remnants)
            .map_err(Blocked::Call)?;
        let state = |one: &Remnant| PartState {
            kind: one.kind.clone(),
            id: Some(one.id.clone()),
            settings: String::new(),
        };
        let prior: PartsState = remnants
            .iter()
            .map(|one| (one.key.clone(), state(one)))
            .collect();
        self.destroy(&blueprint, &prior, deadline, stop).await
    }

    fn staged(
        &self,
        identity: &Identity,
        owner: &str,
        remnants: &[Remnant],
    ) -> Result<Blueprint, PartError> {
        let mut parts = BTreeMap::new();
        for remnant in remnants {
            let later = remnants.iter().filter(|other| other.stage > remnant.stage);
            let next = later.clone().map(|other| other.stage).min();
            let after = later.filter(|other| Some(other.stage) == next);
            let after = after.map(|other| After {
                part: other.key.clone(),
                why: "it goes in a later stage",
                span: Span::Life,
            });
            let part = Part {
                key: remnant.key.clone(),
                kind: self.kinds.known(&remnant.kind)?.name(),
                desired: Setting::Null,
                disposal: remnant.disposal.clone(),
                after: after.collect(),
                goes_with: None,
                origins: BTreeMap::new(),
            };
            parts.insert(remnant.key.clone(), part);
        }
        Ok(Blueprint {
            identity: identity.clone(),
            owner: owner.to_owned(),
            parts,
            exposed: BTreeMap::new(),
            kept: BTreeMap::new(),
            recipe: None,
            tags: Tags::new(),
        })
    }
}
