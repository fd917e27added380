//! What stands in an account.

use serde_json::{Value, json};

use super::aws::Aws;

/// How a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyState {
    /// In use.
    Enabled,
    /// To be deleted when its window is over.
    PendingDeletion,
    /// Anything else.
    Other,
}

/// The objects in an account and region that composites consist of, and nothing that the sandbox was seeded with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Buckets by name.
    pub buckets: Vec<String>,
    /// Customer keys.
    pub keys: Vec<KeyState>,
    /// Aliases of customer keys, without what is derived.
    pub aliases: Vec<String>,
    /// Anchors by name.
    pub anchors: Vec<String>,
}

impl Standing {
    /// What a caller finds.
    pub fn of(aws: &Aws<'_>) -> Self {
        let mut keys: Vec<_> = names(&aws.call("kms", "list_keys", &json!({})), "Keys", "KeyId")
            .iter()
            .filter_map(|id| key_state(aws, id))
            .collect();
        keys.sort();
        let buckets = names(
            &aws.call("s3", "list_buckets", &json!({})),
            "Buckets",
            "Name",
        );
        let aliases = names(
            &aws.call("kms", "list_aliases", &json!({})),
            "Aliases",
            "AliasName",
        );
        let anchors = names(
            &aws.call("ssm", "describe_parameters", &json!({})),
            "Parameters",
            "Name",
        );
        Self {
            buckets: buckets
                .into_iter()
                .filter(|name| !name.contains("-trail-"))
                .collect(),
            keys,
            aliases: aliases
                .iter()
                .filter(|name| !name.starts_with("alias/aws/"))
                .map(|name| readable(name))
                .collect(),
            anchors: anchors
                .into_iter()
                .filter(|name| name.starts_with("/cloister/"))
                .collect(),
        }
    }

    /// One complete locked bucket with a key of its own.
    pub fn one(name: &str) -> Self {
        Self {
            buckets: vec![name.to_owned()],
            keys: vec![KeyState::Enabled],
            aliases: vec![alias(name)],
            anchors: vec![anchor(name)],
        }
    }

    /// Nothing but keys that wait for their deletion.
    pub fn gone(keys: usize) -> Self {
        Self {
            keys: vec![KeyState::PendingDeletion; keys],
            ..Self::default()
        }
    }

    /// The same with more keys that wait for their deletion.
    #[must_use]
    pub fn and_gone(mut self, keys: usize) -> Self {
        self.keys.extend(vec![KeyState::PendingDeletion; keys]);
        self
    }
}

/// The alias of a bucket's own key, without what is derived.
pub fn alias(name: &str) -> String {
    format!("alias/cloister-{name}")
}

/// The anchor of a locked bucket.
pub fn anchor(name: &str) -> String {
    format!("/cloister/s3_locked_bucket/{name}")
}

/// Ten characters after the last hyphen are derived.
fn readable(alias: &str) -> String {
    alias
        .rsplit_once('-')
        .map_or(alias, |(readable, _)| readable)
        .to_owned()
}

fn names(answer: &Value, list: &str, field: &str) -> Vec<String> {
    let entries = answer[list].as_array().into_iter().flatten();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry[field].as_str().map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// How a customer's key stands; AWS's own keys do not count.
fn key_state(aws: &Aws<'_>, id: &str) -> Option<KeyState> {
    let answer = aws.call("kms", "describe_key", &json!({"KeyId": id}));
    let key = &answer["KeyMetadata"];
    (key["KeyManager"] == "CUSTOMER").then(|| match key["KeyState"].as_str() {
        Some("Enabled") => KeyState::Enabled,
        Some("PendingDeletion") => KeyState::PendingDeletion,
        _ => KeyState::Other,
    })
}

#[cfg(test)]
mod tests {
    use crate::rig::{Sandbox, Standing};

    #[test]
    fn a_fresh_sandbox_holds_nothing_of_ours() {
        let sandbox = Sandbox::start();
        assert_eq!(Standing::of(&sandbox.aws()), Standing::default());
        let refused = sandbox.aws().attempt(
            "s3",
            "get_bucket_tagging",
            &serde_json::json!({"Bucket": "no-such-bucket"}),
        );
        assert_eq!(
            refused.map_err(|refused| refused.code),
            Err("NoSuchBucket".to_owned())
        );
        assert!(
            sandbox
                .calls()
                .iter()
                .any(|call| call.operation == "s3:ListBuckets")
        );
    }
}
