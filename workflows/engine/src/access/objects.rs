//! Objects by kind and id, and the fields of them that policies rest on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::evidence::Observation;

/// An object to observe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectRef {
    /// Its kind, such as `iam:role`.
    pub kind: &'static str,
    /// Its name, id or ARN.
    pub id: String,
}

/// What was observed, by object.
pub type Objects = BTreeMap<ObjectRef, Observation>;

/// A role, user or group: what bears its policies.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Bearer {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) inline_policies: BTreeMap<String, Value>,
    pub(super) attached_policies: BTreeSet<String>,
    /// Groups have none.
    pub(super) permissions_boundary: Option<String>,
    /// Of users only.
    #[serde(default)]
    pub(super) groups: BTreeSet<String>,
    /// Groups have none.
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
}

/// A role as something that can be assumed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Assumable {
    pub(super) trust_policy: Value,
    pub(super) tags: BTreeMap<String, String>,
}

/// A key, a bucket's policy or a managed policy.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Policied {
    pub(super) policy: Value,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
}

/// A VPC endpoint.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Endpoint {
    pub(super) vpc_id: String,
    pub(super) policy: Option<Value>,
}

/// A bucket: whose it is, and who owns what is in it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Bucket {
    pub(super) account_id: String,
    pub(super) ownership: Option<String>,
}

/// What looking at an object came to.
pub(super) enum Seen<T> {
    Object(T),
    Absent,
    /// The text says why.
    Unreadable(String),
    /// It has not been observed.
    Unseen,
}

/// The object as `T`; fields that are missing make it unreadable, not empty.
pub(super) fn look<T: DeserializeOwned>(objects: &Objects, wanted: &ObjectRef) -> Seen<T> {
    match objects.get(wanted) {
        None => Seen::Unseen,
        Some(Observation::Absent) => Seen::Absent,
        Some(Observation::Unreadable(why)) => Seen::Unreadable(why.clone()),
        Some(Observation::Found(object)) => match T::deserialize(object) {
            Ok(object) => Seen::Object(object),
            Err(error) => Seen::Unreadable(format!("{wanted} is not as expected: {error}")),
        },
    }
}

impl ObjectRef {
    pub(super) fn new(kind: &'static str, id: impl Into<String>) -> Self {
        ObjectRef {
            kind,
            id: id.into(),
        }
    }
}

impl std::fmt::Display for ObjectRef {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "`{}` `{}`", self.kind, self.id)
    }
}
