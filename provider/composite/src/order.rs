//! The order of parts: who waits for whom, forwards and backwards.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    blueprint::{Blueprint, Part},
    key::PartKey,
    parts::PartsState,
};

/// Who waits for whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    waits_for: BTreeMap<PartKey, BTreeSet<PartKey>>,
    /// How long everything takes that a part holds up, itself included.
    holds_up: BTreeMap<PartKey, Duration>,
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
            holds_up: BTreeMap::new(),
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
            for needed in part.outlived_by() {
                if let Some(waiting) = waits_for.get_mut(needed) {
                    waiting.insert(part.key.clone());
                }
            }
        }
        Self {
            waits_for,
            holds_up: BTreeMap::new(),
        }
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

    /// Lets those go first, of parts that could start together, that hold up most: calls pass the limiter in the order in
    /// which they come.
    pub(crate) fn slow_first(mut self, takes: impl Fn(&PartKey) -> Duration) -> Self {
        let mut order = self.clone();
        let mut taken = Vec::new();
        loop {
            let ready = order.take_ready();
            if ready.is_empty() {
                break;
            }
            for key in &ready {
                order.done(key);
            }
            taken.extend(ready);
        }
        // From the ends of the graph backwards: whoever waits for a part is reckoned before it.
        for key in taken.into_iter().rev() {
            let own = takes(&key);
            let whole = own + self.holds_up.get(&key).copied().unwrap_or_default();
            for needed in self.waits_for.get(&key).into_iter().flatten() {
                let longest = self.holds_up.entry(needed.clone()).or_default();
                *longest = whole.max(*longest);
            }
            self.holds_up.insert(key, whole);
        }
        self
    }

    /// Takes out the parts that wait for nobody, in the order in which they should start.
    pub(crate) fn take_ready(&mut self) -> Vec<PartKey> {
        let mut ready: Vec<PartKey> = self
            .waits_for
            .iter()
            .filter(|(_, waits_for)| waits_for.is_empty())
            .map(|(key, _)| key.clone())
            .collect();
        ready.sort_by_key(|key| Reverse(self.holds_up.get(key).copied()));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> PartKey {
        PartKey::parse(text).expect("a part key")
    }

    #[test]
    fn what_holds_up_most_goes_first() {
        let waits_for = [
            ("address", &[][..]),
            ("network", &[]),
            ("firewall", &["network", "rules"]),
            ("gateway", &["address", "network"]),
            ("rules", &[]),
        ];
        let set = |keys: &[&str]| keys.iter().map(|text| key(text)).collect();
        let order = Order {
            waits_for: waits_for
                .map(|(name, needs)| (key(name), set(needs)))
                .into(),
            holds_up: BTreeMap::new(),
        };
        let seconds = |part: &PartKey| match part.as_str() {
            "firewall" => 300,
            "gateway" => 100,
            "network" => 2,
            _ => 1,
        };
        let mut order = order.slow_first(|part| Duration::from_secs(seconds(part)));
        assert_eq!(order.take_ready(), ["network", "rules", "address"].map(key));
        order.done(&key("network"));
        order.done(&key("rules"));
        order.done(&key("address"));
        assert_eq!(order.take_ready(), ["firewall", "gateway"].map(key));
    }
}
