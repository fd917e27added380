//! From observed objects to the policies that bear on a request, and to what is still to be observed.

use std::collections::{BTreeMap, BTreeSet};

use cloister_policy::Document;
use cloister_policy::access::{Attached, Caller, Context, Layer, Policies};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::objects::{Endpoint, ObjectRef, Objects, Seen, look};
use super::request::AccessProof;
use super::{beside, open_keys, principal, resource};
use crate::file::Unreadable;

/// What bears on one request, as far as it was observed.
#[derive(Clone, Debug)]
pub struct Gathered {
    pub policies: Policies,
    /// Who asks, with what observing the role told.
    pub caller: Caller,
    pub resource_account: Option<String>,
    /// The condition keys of the check, and those that follow from the objects.
    pub context: Context,
    /// Why each unread layer was not read.
    pub unread: BTreeMap<Layer, String>,
    /// What was taken not to be there because the check says so.
    pub assumed_none: BTreeSet<Unreadable>,
    /// Why a request that no policy allows may be allowed all the same.
    pub beside: Option<String>,
    /// Condition keys that AWS would send, that policies test and that nobody gave, with the reason.
    pub open_keys: BTreeMap<String, String>,
    /// An object that is asked about and does not exist.
    pub absent: Option<ObjectRef>,
    /// What is still to be observed.
    pub missing: Vec<ObjectRef>,
    /// What was observed.
    pub seen: Vec<ObjectRef>,
}

/// Walks from the principal, the resource and the endpoint to every policy.
pub fn gather(proof: &AccessProof, action: &str, resource: &str, objects: &Objects) -> Gathered {
    let mut walk = Walk {
        proof,
        objects,
        texts: Vec::new(),
        found: Gathered {
            policies: Policies::default(),
            caller: proof.caller.clone(),
            resource_account: proof.resource_account.clone(),
            context: proof.context.clone(),
            unread: BTreeMap::new(),
            assumed_none: BTreeSet::new(),
            beside: None,
            open_keys: BTreeMap::new(),
            absent: None,
            missing: Vec::new(),
            seen: Vec::new(),
        },
    };
    principal::gather(&mut walk);
    resource::gather(&mut walk, action, resource);
    walk.endpoint();
    walk.organization();
    beside::gather(&mut walk, action, resource);
    open_keys::gather(&mut walk, resource);
    let Gathered {
        policies, unread, ..
    } = &mut walk.found;
    policies.unread = unread.keys().copied().collect();
    walk.found
}

/// A walk on its way.
pub(super) struct Walk<'a> {
    pub(super) proof: &'a AccessProof,
    objects: &'a Objects,
    pub(super) found: Gathered,
    /// Every document, in lower case.
    pub(super) texts: Vec<String>,
}

impl Walk<'_> {
    /// Looks at an object and notes that it was needed.
    pub(super) fn look<T: DeserializeOwned>(&mut self, wanted: &ObjectRef) -> Seen<T> {
        let seen = look(self.objects, wanted);
        let list = match seen {
            Seen::Unseen => &mut self.found.missing,
            _ => &mut self.found.seen,
        };
        if !list.contains(wanted) {
            list.push(wanted.clone());
        }
        seen
    }

    /// A document under a name; one that cannot be parsed leaves its layer unread.
    pub(super) fn attached(
        &mut self,
        layer: Layer,
        name: String,
        policy: &Value,
    ) -> Option<Attached> {
        self.texts.push(policy.to_string().to_lowercase());
        match Document::from_value(policy) {
            Ok(document) => Some(Attached { name, document }),
            Err(error) => {
                self.unread(layer, format!("{name} cannot be parsed: {error}"));
                None
            }
        }
    }

    /// Notes that a layer was not read; the first reason stands.
    pub(super) fn unread(&mut self, layer: Layer, why: impl Into<String>) {
        self.found.unread.entry(layer).or_insert_with(|| why.into());
    }

    /// Notes that nobody can read a layer, unless the check says that there is nothing.
    pub(super) fn unreadable(&mut self, what: Unreadable, layer: Layer, why: impl Into<String>) {
        if !self.is_assumed_none(what) {
            self.unread(layer, why);
        }
    }

    /// Whether the check says that there is nothing of the sort; noted, since the answer then rests on it.
    pub(super) fn is_assumed_none(&mut self, what: Unreadable) -> bool {
        let is_assumed = self.proof.assume_none.contains(&what);
        if is_assumed {
            self.found.assumed_none.insert(what);
        }
        is_assumed
    }

    /// Sets a condition key that follows from an object; what the check gives stands.
    pub(super) fn derive(&mut self, key: &str, value: &str) {
        if self.found.context.get(key).is_none() {
            self.found.context.set(key, [value]);
        }
    }

    fn endpoint(&mut self) {
        let Some(id) = &self.proof.endpoint else {
            return;
        };
        self.derive("aws:SourceVpce", id);
        let wanted = ObjectRef::new("ec2:vpc-endpoint", id);
        match self.look::<Endpoint>(&wanted) {
            Seen::Object(endpoint) => {
                self.derive("aws:SourceVpc", &endpoint.vpc_id);
                if let Some(policy) = &endpoint.policy {
                    let name = format!("policy of endpoint {id}");
                    self.found.policies.endpoint = self.attached(Layer::Endpoint, name, policy);
                }
            }
            Seen::Absent => self.unread(
                Layer::Endpoint,
                format!("there is no endpoint `{id}` in this account and region"),
            ),
            Seen::Unreadable(why) => self.unread(Layer::Endpoint, why),
            Seen::Unseen => {}
        }
    }

    /// No account can read what its organization says, but the organization's own.
    fn organization(&mut self) {
        const WHY: &str = "policies of the organization are not read";
        self.unreadable(Unreadable::ServiceControl, Layer::ServiceControl, WHY);
        self.unreadable(Unreadable::ResourceControl, Layer::ResourceControl, WHY);
    }
}
