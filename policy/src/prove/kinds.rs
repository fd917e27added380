//! The kinds of callers: alike for every statement that a slice is decided by.

use std::collections::HashSet;

use crate::access::{Caller, Compiled, Outcome, Policies, Request};

use super::claim::Claim;
use super::keys::is_derived;
use super::pieces::{Piece, Probe};
use super::slices::Slice;

/// The callers in question, with how each statement takes them.
pub(super) struct Kinds<'c> {
    callers: Vec<Known<'c>>,
    /// Whether a statement depends on more of a caller than whether it matches.
    varies: Vec<bool>,
    services: usize,
}

struct Known<'c> {
    caller: &'c Caller,
    /// What kind of caller it is, and whether it is of the resource's account.
    sort: (u8, bool),
    /// By statement: whether it applies, and what it would allow as the only policy of the resource.
    answers: Vec<(bool, Outcome)>,
}

impl<'c> Kinds<'c> {
    /// Asks every statement about every caller.
    pub(super) fn of(pieces: &[Piece<'_>], callers: &[&'c Caller], claim: &Claim) -> Self {
        let probes: Vec<Probe> = pieces
            .iter()
            .map(|piece| piece.caller_probe(is_derived))
            .collect();
        let probes: Vec<_> = probes.iter().map(Probe::ready).collect();
        let alone: Vec<Policies> = pieces
            .iter()
            .map(|piece| piece.as_resource_policy(is_derived))
            .collect();
        let alone: Vec<Compiled<'_>> = alone.iter().map(Compiled::new).collect();
        let known = callers.iter().map(|caller| {
            // What a resource's policy alone may allow differs between services.
            let requests: Vec<Request> = services(claim)
                .map(|action| {
                    let resource = claim.resources.first().map_or("*", String::as_str);
                    let request = Request::new((*caller).clone(), action, resource);
                    request.owned_by(claim.resource_account.clone())
                })
                .collect();
            let both = probes.iter().zip(&alone);
            let answers = both.flat_map(|(probe, alone)| {
                let answer = |request| (probe.applies(request), alone.decide(request).outcome);
                requests.iter().map(answer).collect::<Vec<_>>()
            });
            Known {
                caller,
                sort: (
                    sort(caller),
                    caller.account() == Some(claim.resource_account.as_str()),
                ),
                answers: answers.collect(),
            }
        });
        Self {
            callers: known.collect(),
            varies: pieces.iter().map(Piece::has_variables).collect(),
            services: services(claim).count().max(1),
        }
    }

    /// One caller of each kind that the slice's statements tell apart.
    pub(super) fn of_slice(&self, slice: &Slice<'_>) -> Vec<&'c Caller> {
        let mut spoken = slice.speaking.iter().zip(&self.varies);
        let varies = spoken.any(|(speaks, varies)| *speaks && *varies);
        // One answer for each service and statement.
        let services = self.services;
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for known in &self.callers {
            let answers = known.answers.chunks(services).zip(&slice.speaking);
            let of_slice: Vec<&[(bool, Outcome)]> = answers
                .filter(|(_, speaks)| **speaks)
                .map(|(answers, _)| answers)
                .collect();
            if seen.insert((known.sort, of_slice)) || varies {
                found.push(known.caller);
            }
        }
        found
    }
}

/// One action of every service.
fn services(claim: &Claim) -> impl Iterator<Item = &str> {
    let mut seen = HashSet::new();
    let actions = claim.actions.iter().map(String::as_str);
    actions.filter(move |action| seen.insert(action.split(':').next().unwrap_or_default()))
}

fn sort(caller: &Caller) -> u8 {
    match caller {
        Caller::Anonymous => 0,
        Caller::Root { .. } => 1,
        Caller::User(_) => 2,
        Caller::Role { session: None, .. } => 3,
        Caller::Role { .. } => 4,
        Caller::Federated(_) => 5,
        Caller::Service(_) => 6,
    }
}
