//! The order of parts: who waits for whom, forwards and backwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    blueprint::{Blueprint, Part},
    key::PartKey,
    parts::PartsState,
};

/// Who waits for whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    waits_for: BTreeMap<PartKey, BTreeSet<PartKey>>,
}

impl Order {
    /// The order of making: a part waits for those it needs, as far as the blueprint has them.
    pub(crate) fn forwards(blueprint: &Blueprint) -> Self {
        let known = |key: &&PartKey| blueprint.parts.contains_key(*key);
        Self {
            waits_for: blueprint
                .parts
                .values()
                .map(|part| {
                    let needs = part.needs().into_iter().filter(known).cloned().collect();
                    (part.key.clone(), needs)
                })
                .collect(),
        }
    }

    /// The order of deleting, over `parts`: a part waits for those that need it.
    pub(crate) fn backwards(blueprint: &Blueprint, parts: &BTreeSet<PartKey>) -> Self {
        let mut waits_for: BTreeMap<PartKey, BTreeSet<PartKey>> = parts
            .iter()
            .map(|key| (key.clone(), BTreeSet::new()))
            .collect();
        for part in blueprint
            .parts
            .values()
            .filter(|part| parts.contains(&part.key))
        {
            for needed in part.needs() {
                if let Some(waiting) = waits_for.get_mut(needed) {
                    waiting.insert(part.key.clone());
                }
            }
        }
        Self { waits_for }
    }

    /// Lets parts that the blueprint does not know go before those that they refer to in the state.
    pub(crate) fn strangers_first(mut self, blueprint: &Blueprint, parts: &PartsState) -> Self {
        let strangers = parts
            .iter()
            .filter(|(key, _)| !blueprint.parts.contains_key(*key));
        for (stranger, state) in strangers {
            let known = self.waits_for.contains_key(stranger);
            for (key, waiting) in &mut self.waits_for {
                if known && key != stranger && state.refers_to(key) {
                    waiting.insert(stranger.clone());
                }
            }
        }
        self
    }

    /// Takes out the parts that wait for nobody.
    pub(crate) fn take_ready(&mut self) -> Vec<PartKey> {
        let ready: Vec<PartKey> = self
            .waits_for
            .iter()
            .filter(|(_, waits_for)| waits_for.is_empty())
            .map(|(key, _)| key.clone())
            .collect();
        for key in &ready {
            self.waits_for.remove(key);
        }
        ready
    }

    /// Tells everybody that a part is done.
    pub(crate) fn done(&mut self, key: &PartKey) {
        for waits_for in self.waits_for.values_mut() {
            waits_for.remove(key);
        }
    }

    /// The parts that were never taken: they wait for one that failed, or for each other.
    pub(crate) fn left(self) -> Vec<PartKey> {
        self.waits_for.into_keys().collect()
    }
}

/// Which of the unwanted parts are deleted before anything changes: those that refer to a part that changes, as a route
/// does to an endpoint that its firewall gives up, and that nothing which stays refers to.
pub(crate) fn first_to_go(
    blueprint: &Blueprint,
    prior: &PartsState,
    unwanted: &PartsState,
) -> BTreeSet<PartKey> {
    let changes = |part: &&Part| {
        let before = prior.get(&part.key);
        before.is_some_and(|before| part.desired.render().as_ref() != Some(&before.settings))
    };
    let changing: Vec<&Part> = blueprint.parts.values().filter(changes).collect();
    let mut first: BTreeSet<PartKey> = unwanted
        .iter()
        .filter(|(_, state)| changing.iter().any(|part| state.refers_to(&part.key)))
        .map(|(key, _)| key.clone())
        .collect();
    loop {
        let is_needed = |key: &PartKey| {
            let mut stay = prior.iter().filter(|(stays, _)| !first.contains(*stays));
            stay.any(|(_, state)| state.id.is_some() && state.refers_to(key))
        };
        let Some(needed) = first.iter().find(|key| is_needed(key)).cloned() else {
            return first;
        };
        first.remove(&needed);
    }
}
