//! A workflow made ready to run: inputs settled, templates filled, patterns compiled.

use std::collections::BTreeSet;

use cloister_pattern::Pattern;

use crate::access::{AccessProof, ObjectRef, Objects, gather};
use crate::family::Family;
use crate::file::Expect;
use crate::flow::FlowProof;
use crate::length::Length;
use crate::template::Values;

/// A workflow with nothing left to choose.
#[derive(Clone, Debug)]
pub struct Plan {
    pub id: String,
    pub title: String,
    pub description: String,
    pub inputs: Values,
    pub steps: Vec<PlannedStep>,
    /// Indices of `steps`, each after those it waits for.
    pub(crate) order: Vec<usize>,
}

/// One step, ready to be judged.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    pub id: String,
    pub title: String,
    pub points: u32,
    pub needs: Vec<String>,
    pub proof: Proof,
    pub hint: Option<String>,
    pub remedy: Option<String>,
}

/// What decides a step.
#[derive(Clone, Debug)]
pub enum Proof {
    Live(Box<LiveProof>),
    Records(Box<RecordProof>),
    Flows(Box<FlowProof>),
    Access(Box<AccessProof>),
    Manual { question: String },
}

/// An object to observe and what it must match.
#[derive(Clone, Debug)]
pub struct LiveProof {
    pub kind: String,
    pub id: String,
    pub pattern: Pattern,
    /// What the object must not match.
    pub without: Option<Pattern>,
}

/// Records to count, and which of them count.
#[derive(Clone, Debug)]
pub struct RecordProof {
    pub pattern: Pattern,
    pub family: Family,
    pub count: Count,
    pub witness: Option<String>,
}

/// How many records of which window count.
#[derive(Clone, Debug)]
pub struct Count {
    pub expect: Expect,
    pub within: Option<Length>,
    pub after: Option<String>,
    /// Step by whose principal, or of whose interface, the records must be.
    pub same_as: Option<String>,
}

impl Proof {
    /// What is counted, if the proof is one of records.
    pub(crate) fn count(&self) -> Option<&Count> {
        match self {
            Proof::Records(proof) => Some(&proof.count),
            Proof::Flows(proof) => Some(&proof.count),
            Proof::Live(_) | Proof::Access(_) | Proof::Manual { .. } => None,
        }
    }
}

impl Plan {
    /// The steps decided by CloudTrail records, with their proofs.
    pub fn record_proofs(&self) -> impl Iterator<Item = (&str, &RecordProof)> {
        self.steps.iter().filter_map(|step| match &step.proof {
            Proof::Records(proof) => Some((step.id.as_str(), proof.as_ref())),
            _ => None,
        })
    }

    /// The steps decided by flow records, with their proofs.
    pub fn flow_proofs(&self) -> impl Iterator<Item = (&str, &FlowProof)> {
        self.steps.iter().filter_map(|step| match &step.proof {
            Proof::Flows(proof) => Some((step.id.as_str(), proof.as_ref())),
            _ => None,
        })
    }

    /// The windows of all steps that count records.
    pub fn counts(&self) -> impl Iterator<Item = &Count> {
        self.steps.iter().filter_map(|step| step.proof.count())
    }

    /// The proofs of the steps decided by policies.
    pub fn access_proofs(&self) -> impl Iterator<Item = &AccessProof> {
        self.steps.iter().filter_map(|step| match &step.proof {
            Proof::Access(proof) => Some(proof.as_ref()),
            _ => None,
        })
    }

    /// What is to be observed for the steps decided by policies, and was not yet.
    ///
    /// Objects lead to objects: observe these, and ask again until nothing is missing.
    pub fn missing_objects(&self, known: &Objects) -> BTreeSet<ObjectRef> {
        let mut missing = BTreeSet::new();
        for proof in self.access_proofs() {
            for action in &proof.actions {
                for resource in &proof.resources {
                    missing.extend(gather(proof, action, resource, known).missing);
                }
            }
        }
        missing
    }

    /// The steps decided by a live object, with their proofs.
    pub fn live_proofs(&self) -> impl Iterator<Item = (&str, &LiveProof)> {
        self.steps.iter().filter_map(|step| match &step.proof {
            Proof::Live(proof) => Some((step.id.as_str(), proof.as_ref())),
            _ => None,
        })
    }
}
