//! What a locked bucket promises, proven of its policies before anything is made.

use cloister_policy::{
    Document,
    prove::{Proof, prove},
};

use super::{claims::claims, key_policy::key_policy, lock::Lock};
use crate::composite::Site;

/// One thing that a locked bucket promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// Administrators manage the bucket from anywhere.
    Management,
    /// Administrators manage the bucket's own key from anywhere.
    KeyManagement,
    /// Nobody else manages the bucket, or its own key.
    NobodyElse,
    /// Nobody reaches or lists objects except through the endpoints, or as a named exception.
    Objects,
    /// Nobody asks for anything in plain text.
    Transport,
    /// Nobody stores an object under another key.
    Encryption,
    /// Nobody uses the bucket's own key except through S3, and for this bucket.
    KeyUse,
    /// Break-glass principals reach objects from anywhere.
    BreakGlass,
    /// Who is of an account that no statement names is allowed nothing, not even through the endpoints.
    Strangers,
    /// Services reach no object except by `allow_service_delivery`.
    Services,
}

/// A promise that the policies do not keep, or that cannot be proven.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) proof: Proof,
    /// It would be kept but for the statements that the user adds.
    pub(crate) by_addition: bool,
}

/// The policies of a locked bucket.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    pub(crate) bucket: Document,
    /// Of the bucket's own key.
    pub(crate) key: Option<Document>,
}

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOwner {
    Bucket,
    Somebody,
}

impl Documents {
    /// Those that lock the bucket.
    pub(crate) fn of(lock: &Lock, site: &Site, owner: KeyOwner) -> Self {
        Self {
            bucket: lock.policy(),
            key: (owner == KeyOwner::Bucket).then(|| key_policy(lock, site)),
        }
    }
}

/// The promises that the policies of this lock do not keep, each once.
pub(crate) fn broken_promises(lock: &Lock, site: &Site, documents: &Documents) -> Vec<Broken> {
    let mut broken: Vec<Broken> = Vec::new();
    for (promise, claim) in claims(lock, site, documents) {
        if broken.iter().any(|it| it.promise == promise) {
            continue;
        }
        let proof = prove(&claim);
        if !proof.is_proven() {
            broken.push(Broken {
                promise,
                by_addition: lock.additional.is_some()
                    && is_kept_alone(promise, lock, site, documents),
                proof,
            });
        }
    }
    broken
}

/// Whether the promise is kept where the user adds nothing.
fn is_kept_alone(promise: Promise, lock: &Lock, site: &Site, documents: &Documents) -> bool {
    let untouched = lock.untouched();
    let documents = Documents {
        bucket: untouched.policy(),
        ..documents.clone()
    };
    let mut alone = claims(&untouched, site, &documents).into_iter();
    alone.all(|(other, claim)| other != promise || prove(&claim).is_proven())
}
