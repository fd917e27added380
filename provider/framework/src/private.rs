//! Data that rides with a resource through state without the user seeing it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Keys of the framework itself start with this; resources cannot use it.
const FRAMEWORK_PREFIX: char = '.';

/// JSON values by key. Terraform hands the bytes back as it got them.
///
/// A resource must return what it was given, or the data is lost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Private(BTreeMap<String, Json>);

/// Why private data cannot be read, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    #[error("private data is not a JSON object: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("private key `{0}` is empty or starts with a full stop")]
    Reserved(String),
}

impl Private {
    /// No bytes mean no data.
    pub fn decode(bytes: &[u8]) -> Result<Self, PrivateError> {
        if bytes.is_empty() {
            Ok(Self::default())
        } else {
            Ok(Self(serde_json::from_slice(bytes)?))
        }
    }

    /// No data is no bytes, so that a resource without any leaves state clean.
    pub fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        serde_json::to_vec(&self.0).expect("a map from strings to JSON is JSON")
    }

    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0
            .get(key)
            .filter(|_| !key.starts_with(FRAMEWORK_PREFIX))
    }

    pub fn set(&mut self, key: impl Into<String>, value: Json) -> Result<(), PrivateError> {
        let key = key.into();
        if key.is_empty() || key.starts_with(FRAMEWORK_PREFIX) {
            return Err(PrivateError::Reserved(key));
        }
        self.0.insert(key, value);
        Ok(())
    }

    pub fn remove(&mut self, key: &str) -> Option<Json> {
        if key.starts_with(FRAMEWORK_PREFIX) {
            None
        } else {
            self.0.remove(key)
        }
    }

    /// Takes the framework's own entries from `other`, which a resource that
    /// builds its answer afresh would otherwise lose.
    #[must_use]
    pub(crate) fn with_framework_of(mut self, other: &Private) -> Self {
        let kept = other
            .0
            .iter()
            .filter(|(key, _)| key.starts_with(FRAMEWORK_PREFIX));
        self.0
            .extend(kept.map(|(key, value)| (key.clone(), value.clone())));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_data_survives_the_round_trip() {
        let mut private = Private::default();
        assert!(private.encode().is_empty());
        private.set("nonce", "abc".into()).expect("a free key");
        assert_eq!(
            Private::decode(&private.encode()).expect("our own bytes"),
            private
        );
        assert_eq!(Private::decode(b"").expect("nothing"), Private::default());
        assert!(Private::decode(b"\x00").is_err());
        assert!(Private::decode(b"[1]").is_err());
    }

    #[test]
    fn resources_cannot_touch_the_frameworks_keys() {
        let framework = Private::decode(br#"{".timeouts":1,"mine":2}"#).expect("JSON");
        assert_eq!(framework.get(".timeouts"), None);
        let mut fresh = Private::default();
        assert!(fresh.set(".x", Json::Null).is_err());
        assert!(fresh.set("", Json::Null).is_err());
        assert_eq!(
            fresh.with_framework_of(&framework).encode(),
            br#"{".timeouts":1}"#
        );
    }
}
