//! Who a composite is, and the names, tags and tokens that follow from it.

use std::collections::BTreeMap;

use data_encoding::Encoding;
use sha2::{Digest, Sha256};

use crate::key::PartKey;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The tag that says which composite an object belongs to: `TYPE/REGION/NAME`.
pub const TAG_COMPOSITE: &str = "cloister:composite";
/// The tag that says which part of it the object is.
pub const TAG_PART: &str = "cloister:part";
/// The tag that says whose composite it is.
pub const TAG_OWNER: &str = "cloister:owner";

/// Account, region, composite type and name: what makes a composite one and the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The 12-digit account id.
    pub account: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The composite type without the provider's prefix: `s3_locked_bucket`.
    pub composite: String,
    /// The name that the user chose.
    pub name: String,
}

impl Identity {
    /// The id in state files, which is the import id as well: `ACCOUNT/REGION/NAME`.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.account, self.region, self.name)
    }

    /// The value of the tag `cloister:composite`.
    pub fn tag(&self) -> String {
        format!("{}/{}/{}", self.composite, self.region, self.name)
    }

    /// The name of the anchor.
    pub fn anchor_name(&self) -> String {
        format!("/cloister/{}/{}", self.composite, self.name)
    }

    /// The two tags by which a part is found again.
    pub fn finding_tags(&self, part: &PartKey) -> Tags {
        Tags::from([
            (TAG_COMPOSITE.to_owned(), self.tag()),
            (TAG_PART.to_owned(), part.as_str().to_owned()),
        ])
    }

    fn fields(&self) -> [&str; 4] {
        [&self.account, &self.region, &self.composite, &self.name]
    }
}

/// A name that follows from identity and part key: `PREFIX-` and ten base32 characters.
///
/// ```
/// # use cloister_composite::{Identity, PartKey, derived_name};
/// let identity = Identity {
///     account: "111122223333".into(),
///     region: "eu-central-1".into(),
///     composite: "s3_locked_bucket".into(),
///     name: "logs".into(),
/// };
/// let key = PartKey::parse("key/alias").unwrap();
/// assert_eq!(derived_name("cloister-logs", &identity, &key).len(), "cloister-logs".len() + 11);
/// ```
pub fn derived_name(prefix: &str, identity: &Identity, part: &PartKey) -> String {
    let mut fields = identity.fields().to_vec();
    fields.push(part.as_str());
    format!("{prefix}-{}", &base32(&hash(&fields))[..10])
}

/// A client token for one create: the same for every repeat, another one once the object is made again.
///
/// 52 characters: EC2 takes 64 at most.
pub fn token(identity: &Identity, part: &PartKey, nonce: &str, parameters: &str) -> String {
    let mut fields = identity.fields().to_vec();
    fields.extend([part.as_str(), nonce, parameters]);
    base32(&hash(&fields))
}

/// SHA-256 over fields that each carry their length, so that no two lists of fields collide.
fn hash(fields: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().into()
}

fn base32(bytes: &[u8]) -> String {
    lower_base32().encode(bytes)
}

/// RFC 4648 without padding, in lower case: valid in every AWS name.
fn lower_base32() -> Encoding {
    let mut spec = data_encoding::Specification::new();
    spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    spec.encoding()
        .expect("32 distinct symbols are an encoding")
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use super::*;

    fn identity(name: &str) -> Identity {
        Identity {
            account: "111122223333".into(),
            region: "us-east-1".into(),
            composite: "s3_locked_bucket".into(),
            name: name.into(),
        }
    }

    #[test]
    fn names_and_tokens_follow_from_their_fields_alone() {
        let key = PartKey::parse("key").unwrap();
        let one = derived_name("p", &identity("logs"), &key);
        assert_eq!(one, derived_name("p", &identity("logs"), &key));
        assert_ne!(one, derived_name("p", &identity("logs2"), &key));
        let first = token(&identity("logs"), &key, "n1", "{}");
        assert_ne!(first, token(&identity("logs"), &key, "n2", "{}"));
        assert_eq!(first.len(), 52);
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
