//! Parts as the state holds them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::key::PartKey;

/// The part under which plans and states show the anchor.
pub(crate) const ANCHOR: &str = "anchor";

/// One part in the state. Frozen: users' state files hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartState {
    /// Its kind.
    pub kind: String,
    /// Its id in AWS; `None` until it is made.
    pub id: Option<String>,
    /// Its settings as JSON text, as [`crate::Setting::render`] writes them.
    pub settings: String,
}

impl PartState {
    /// The settings as a tree, with references as they are written; null if the text is no JSON.
    pub fn settings_value(&self) -> Value {
        serde_json::from_str(&self.settings).unwrap_or(Value::Null)
    }

    /// Whether the settings refer to an output of another part.
    pub(crate) fn refers_to(&self, part: &PartKey) -> bool {
        self.settings.contains(&format!("${{{part}."))
    }
}

/// All parts in the state, by key.
pub type PartsState = BTreeMap<PartKey, PartState>;

/// The key of the anchor's part.
pub(crate) fn anchor_key() -> PartKey {
    PartKey::parse(ANCHOR).expect("a lower-case word is a part key")
}
