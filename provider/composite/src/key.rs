//! Part keys: the names that stand in plans and state files, such as `network/endpoint/kms`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a part within its composite.
///
/// Keys match `[a-z0-9-]+(/[a-z0-9-]+)*`; a name that the user gives is percent-encoded with [`PartKey::named`], so a
/// `%` followed by two upper-case hexadecimal digits is allowed as well. Keys are what users' state files hold: they
/// are never renamed without a table that says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartKey(String);

/// Why a text is no part key.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no part key: segments of a-z, 0-9 and - separated by / are")]
pub struct KeyError(String);

impl PartKey {
    /// Parses a key that stands in code or in a state file.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let sound = !text.is_empty()
            && text
                .split('/')
                .all(|segment| !segment.is_empty() && is_encoded(segment));
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError(text.to_owned()))
        }
    }

    /// The key `prefix/NAME` for a name that the user chose.
    pub fn named(prefix: &str, name: &str) -> Result<Self, KeyError> {
        Self::parse(&format!("{prefix}/{}", encode(name)))
    }

    /// The key as it stands in plans.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PartKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::parse(&text)
    }
}

impl From<PartKey> for String {
    fn from(key: PartKey) -> Self {
        key.0
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

fn is_encoded(segment: &str) -> bool {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let hex = |byte: Option<u8>| {
            byte.is_some_and(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        };
        let sound = is_plain(byte) || (byte == b'%' && hex(bytes.next()) && hex(bytes.next()));
        if !sound {
            return false;
        }
    }
    true
}

fn encode(name: &str) -> String {
    name.bytes()
        .map(|byte| {
            if is_plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_lower_case_segments() {
        for good in ["key", "network/endpoint/kms", "profile/%41da", "a-1/b"] {
            assert!(PartKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/", "a/", "/a", "A", "a b", "a//b", "a%4", "a%4g"] {
            assert!(PartKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_of_users_are_percent_encoded() {
        let key = PartKey::named("profile", "Ada Lovelace").unwrap();
        assert_eq!(key.as_str(), "profile/%41da%20%4Covelace");
    }
}
