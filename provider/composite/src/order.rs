//! The order of parts: who waits for whom, forwards and backwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::{blueprint::Blueprint, key::PartKey};

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
