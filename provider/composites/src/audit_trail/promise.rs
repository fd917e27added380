//! What a trail promises, proven of its policies before anything is made.

use cloister_policy::{
    Document,
    prove::{Proof, prove},
};

use super::{archive::Archive, claims::claims};
use crate::composite::Site;

/// One thing that a trail promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// Administrators manage the bucket and delete its objects.
    Management,
    /// Administrators manage the key.
    KeyManagement,
    /// Nobody else manages the bucket or the key, or deletes or changes objects.
    NobodyElse,
    /// Nobody but the trail makes objects, not even an administrator.
    Authorship,
    /// Readers read and decrypt.
    Reading,
    /// Nobody but administrators and readers reads, lists or decrypts.
    Confidence,
    /// Nobody asks for anything in plain text.
    Transport,
}

/// A promise that the policies do not keep, or that cannot be proven.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) proof: Proof,
}

/// The policies of a trail's bucket and key.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    pub(crate) bucket: Document,
    pub(crate) key: Document,
}

impl Documents {
    pub(crate) fn of(archive: &Archive, site: &Site) -> Self {
        Self {
            bucket: archive.policy(site),
            key: archive.key_policy(site),
        }
    }
}

/// The promises that the trail's policies do not keep, each once.
pub(crate) fn broken_promises(archive: &Archive, site: &Site) -> Vec<Broken> {
    broken_by(&Documents::of(archive, site), archive, site)
}

/// The promises that these policies do not keep, each once.
pub(crate) fn broken_by(documents: &Documents, archive: &Archive, site: &Site) -> Vec<Broken> {
    let mut broken: Vec<Broken> = Vec::new();
    for (promise, claim) in claims(archive, site, documents) {
        if broken.iter().any(|it| it.promise == promise) {
            continue;
        }
        let proof = prove(&claim);
        if !proof.is_proven() {
            broken.push(Broken { promise, proof });
        }
    }
    broken
}
