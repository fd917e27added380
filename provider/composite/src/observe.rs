//! Reading: what of a composite exists, shown the way its blueprint writes it.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use serde_json::Value;

use crate::{
    anchor::Anchor,
    blueprint::{Blueprint, Part},
    diff::view,
    engine::{Blocked, Engine, Observations, Outlook},
    error::PartError,
    foreign_tags::without_ignored,
    key::PartKey,
    parts::{PartState, PartsState, anchor_key},
    plan::anchor_settings,
    setting::Setting,
};

impl<C: Send + Sync> Engine<'_, C> {
    /// Reads all parts that the state knows, one batch per kind, and shows each as the blueprint writes it.
    ///
    /// What is as wanted comes back in the same words; what is not shows its live value at that place; what is gone is
    /// left out.
    pub async fn outlook(
        &self,
        blueprint: &Blueprint,
        prior: &PartsState,
    ) -> Result<Outlook, Blocked> {
        let name = blueprint.identity.anchor_name();
        let (anchor, mut found) =
            futures::try_join!(crate::lease::read_anchor(self.anchors, &name), async {
                self.read_parts(prior).await.map_err(Blocked::Call)
            },)?;
        let unseen: PartsState = prior
            .iter()
            .filter(|(key, _)| **key != anchor_key() && !found.contains_key(key))
            .filter(|(_, part)| part.id.is_some())
            .map(|(key, part)| (key.clone(), part.clone()))
            .collect();
        if anchor.is_some() && !unseen.is_empty() {
            // A read that lags behind would drop from the state what stands.
            tokio::time::sleep(self.pace.first_pause * 2).await;
            found.extend(self.read_parts(&unseen).await.map_err(Blocked::Call)?);
        }
        let output = outputs_of(&found);
        let mut parts = PartsState::new();
        for (key, state) in prior {
            let shown = match (found.get(key), blueprint.parts.get(key)) {
                _ if *key == anchor_key() => None,
                (Some(found), Some(part)) => Some(self.shown(part, found, &output)),
                // Left over from an earlier blueprint: shown raw until it is deleted.
                (Some(found), None) => Some(Setting::literal(&found.settings)),
                (None, _) if state.id.is_none() => {
                    parts.insert(key.clone(), state.clone());
                    None
                }
                (None, _) => None,
            };
            if let Some(settings) = shown.as_ref().and_then(Setting::render) {
                let id = found.get(key).map(|found| found.id.clone());
                let kind = state.kind.clone();
                parts.insert(key.clone(), PartState { kind, id, settings });
            }
        }
        let exposed = exposed(blueprint, &output);
        if let Some(anchor) = &anchor {
            parts.insert(anchor_key(), self.shown_anchor(blueprint, anchor));
        }
        Ok(Outlook {
            parts,
            exposed,
            anchor,
        })
    }

    fn shown(
        &self,
        part: &Part,
        found: &crate::kinds::Observation,
        output: &impl Fn(&PartKey, &str) -> Option<String>,
    ) -> Setting {
        let settled = part.desired.settle_known(output);
        let observed = without_ignored(found.settings.clone(), self.ignored_tags);
        let observed = match self.kinds.get(part.kind) {
            Some(kind) => kind.align(&settled, observed),
            None => observed,
        };
        view(&part.desired, &settled, &observed)
    }

    fn shown_anchor(&self, blueprint: &Blueprint, anchor: &Anchor) -> PartState {
        PartState {
            kind: self.kinds.anchor_kind().to_owned(),
            id: Some(blueprint.identity.anchor_name()),
            settings: anchor_settings(&anchor.owner, &anchor.settings),
        }
    }

    /// Reads the objects of all parts that have an id, one batch per kind.
    pub(crate) async fn read_parts(&self, parts: &PartsState) -> Result<Observations, PartError> {
        let mut by_kind: BTreeMap<&str, Vec<(&PartKey, String)>> = BTreeMap::new();
        for (key, part) in parts.iter().filter(|(key, _)| **key != anchor_key()) {
            if let Some(id) = &part.id {
                by_kind
                    .entry(&part.kind)
                    .or_default()
                    .push((key, id.clone()));
            }
        }
        let reads = by_kind.into_iter().map(async |(kind, asked)| {
            let ids: Vec<String> = asked.iter().map(|(_, id)| id.clone()).collect();
            let answers = self.kinds.known(kind)?.read(self.context, &ids).await?;
            let found = asked.into_iter().zip(answers);
            Ok::<_, PartError>(
                found
                    .filter_map(|((key, _), answer)| Some((key.clone(), answer?)))
                    .collect::<Vec<_>>(),
            )
        });
        Ok(try_join_all(reads).await?.into_iter().flatten().collect())
    }
}

/// Looks an output up among objects that were found.
pub(crate) fn outputs_of(found: &Observations) -> impl Fn(&PartKey, &str) -> Option<String> + '_ {
    |part, name| found.get(part)?.outputs.get(name).cloned()
}

/// The composite's own attributes, as far as they can be settled: what is missing in a list or map is null.
pub(crate) fn exposed(
    blueprint: &Blueprint,
    output: &impl Fn(&PartKey, &str) -> Option<String>,
) -> BTreeMap<&'static str, Value> {
    blueprint
        .exposed
        .iter()
        .filter_map(|(name, setting)| match setting {
            Setting::List(_) | Setting::Map(_) => Some((*name, setting.settle_known(output))),
            text => Some((*name, text.settle(output).ok()?)),
        })
        .collect()
}
