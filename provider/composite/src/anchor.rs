//! The anchor: the small record, made first and deleted last, that survives a killed run.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{error::PartError, identity::Tags, key::PartKey};

/// How far a composite is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being made for the first time, or left so by a crash.
    Creating,
    /// Complete.
    Ready,
    /// Being deleted, or left so by a crash.
    Deleting,
}

/// A create that was about to be called for an object without a natural key or token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// When it was written.
    pub at: Timestamp,
}

/// What the anchor holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The format of this record.
    pub v: u32,
    /// Whose composite it is: the provider's `owner`.
    pub owner: String,
    /// Drawn when the anchor is made, and anew when a run has reached everything; part of every client token.
    pub nonce: String,
    /// How far the composite is.
    pub status: Status,
    /// The run that works on it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Until when that run may be taken to be alive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Timestamp>,
    /// Creates that may have happened without the state knowing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub intents: BTreeMap<PartKey, Intent>,
    /// Settings that AWS cannot store, so that an import plans empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, serde_json::Value>,
    /// The config of the last run that ended well, so that an import knows which parts to look for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<serde_json::Value>,
}

impl Anchor {
    /// The record's format written by this version.
    pub const FORMAT: u32 = 1;

    /// The text that is stored.
    pub fn render(&self) -> String {
        serde_json::to_string(self).expect("an anchor has only string keys")
    }

    /// Reads a stored text; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let anchor: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if anchor.v == Self::FORMAT {
            Ok(anchor)
        } else {
            Err(format!(
                "its format is {}, and this version of cloister knows {}",
                anchor.v,
                Self::FORMAT
            ))
        }
    }
}

/// An anchor as the store returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnchor {
    /// The stored text.
    pub text: String,
    /// A number that each write raises by one.
    pub version: i64,
}

/// Where anchors are kept. `Create` is atomic: of two callers, one is told that it exists.
#[async_trait]
pub trait AnchorStore: Send + Sync {
    /// Makes it; an error of class `AlreadyExists` if there is one, and nothing is changed then. Returns its version.
    async fn create(&self, name: &str, text: &str, tags: &Tags) -> Result<i64, PartError>;
    /// Reads it.
    async fn read(&self, name: &str) -> Result<Option<StoredAnchor>, PartError>;
    /// Overwrites it and returns the new version.
    async fn write(&self, name: &str, text: &str) -> Result<i64, PartError>;
    /// Makes its tags equal to `tags`.
    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), PartError>;
    /// Deletes it; not found is success.
    async fn delete(&self, name: &str) -> Result<(), PartError>;
}
