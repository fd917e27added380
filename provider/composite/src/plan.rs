//! Planning: which parts there will be, under which ids, with which settings. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    blueprint::{Blueprint, Part},
    key::PartKey,
    kinds::Kinds,
    parts::{PartState, PartsState, anchor_key},
    setting::Setting,
};

/// The id of a planned part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedId {
    /// It stays.
    Known(String),
    /// It is known once the part is made.
    Unknown,
}

/// One part in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPart {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: PlannedId,
    /// Its settings as JSON text; `None` while something in them is unknown.
    pub settings: Option<String>,
}

/// Plans all parts of a blueprint beside what the state holds.
pub fn plan_parts<C>(
    kinds: &Kinds<C>,
    blueprint: &Blueprint,
    prior: Option<&PartsState>,
) -> BTreeMap<PartKey, PlannedPart> {
    let planned = |part: &Part| {
        let prior = prior.and_then(|prior| prior.get(&part.key));
        (part.key.clone(), plan_part(kinds, part, prior))
    };
    let mut parts: BTreeMap<_, _> = blueprint.parts.values().map(planned).collect();
    parts.insert(anchor_key(), plan_anchor(kinds, blueprint));
    parts
}

fn plan_part<C>(kinds: &Kinds<C>, part: &Part, prior: Option<&PartState>) -> PlannedPart {
    let settings = part.desired.render();
    let kept = prior
        .filter(|prior| prior.kind == part.kind)
        .filter(|prior| !is_replaced(kinds, part, prior))
        .and_then(|prior| prior.id.clone());
    // Unknown even where it follows from the settings: a run that fails half-way leaves it null.
    let id = kept.map_or(PlannedId::Unknown, PlannedId::Known);
    PlannedPart {
        kind: part.kind.to_owned(),
        id,
        settings,
    }
}

/// Whether a setting differs that AWS cannot change. One of these that is unknown counts as different.
fn is_replaced<C>(kinds: &Kinds<C>, part: &Part, prior: &PartState) -> bool {
    let replaced_by = kinds
        .get(part.kind)
        .map_or(&[][..], |kind| kind.replaced_by());
    let Setting::Map(wanted) = &part.desired else {
        return false;
    };
    let before = prior.settings_value();
    replaced_by.iter().any(|name| {
        let Some(setting) = wanted.get(*name) else {
            return before.get(name).is_some();
        };
        let after = setting.render().map(|text| json_of(&text));
        after.is_none_or(|after| before.get(name) != Some(&after))
    })
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn plan_anchor<C>(kinds: &Kinds<C>, blueprint: &Blueprint) -> PlannedPart {
    let state = anchor_state(kinds.anchor_kind(), blueprint);
    PlannedPart {
        kind: state.kind,
        id: PlannedId::Known(blueprint.identity.anchor_name()),
        settings: Some(state.settings),
    }
}

/// The anchor's part once it is written as the blueprint wants it.
pub(crate) fn anchor_state(kind: &str, blueprint: &Blueprint) -> PartState {
    PartState {
        kind: kind.to_owned(),
        id: Some(blueprint.identity.anchor_name()),
        settings: anchor_settings(&blueprint.owner, &blueprint.kept),
    }
}

/// The anchor's settings as plans show them.
pub(crate) fn anchor_settings(owner: &str, kept: &BTreeMap<String, Value>) -> String {
    json!({"keeps": kept, "owner": owner}).to_string()
}
