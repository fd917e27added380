//! Actions and resources, grouped by the statements that speak of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::access::{Caller, Request};

use super::claim::{Claim, Undecided};
use super::pieces::{Piece, Probe};
use super::text::{Pattern, classes};
use super::variables::Variables;

/// An action and a resource that stand for all others of which the same
/// statements speak.
#[derive(Debug)]
pub(super) struct Slice<'a> {
    pub(super) action: &'a str,
    pub(super) resource: String,
    /// Whether each statement speaks of both.
    pub(super) speaking: Vec<bool>,
}

/// All slices of what is in question.
pub(super) fn slices<'a>(
    claim: &'a Claim,
    pieces: &[Piece<'_>],
    variables: &Variables,
) -> Result<Vec<Slice<'a>>, Undecided> {
    let resources = resources(claim, pieces, variables)?;
    let mut slices = Vec::new();
    for (speaking, action) in actions(claim, pieces) {
        for (matching, resource) in &resources {
            let both = speaking.iter().zip(matching);
            slices.push(Slice {
                action,
                resource: resource.clone(),
                speaking: both.map(|(speaks, matches)| *speaks && *matches).collect(),
            });
        }
    }
    Ok(slices)
}

/// One action for every set of statements that speak of some action.
fn actions<'a>(claim: &'a Claim, pieces: &[Piece<'_>]) -> Vec<(Vec<bool>, &'a str)> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for action in &claim.actions {
        let speaking: Vec<bool> = pieces.iter().map(|piece| piece.speaks_of(action)).collect();
        if seen.insert(speaking.clone()) {
            found.push((speaking, action.as_str()));
        }
    }
    found
}

/// One resource for every set of statements that match some resource.
fn resources(
    claim: &Claim,
    pieces: &[Piece<'_>],
    variables: &Variables,
) -> Result<Vec<(Vec<bool>, String)>, Undecided> {
    let mut patterns = BTreeSet::new();
    for text in pieces.iter().flat_map(Piece::resources) {
        for pattern in variables.expand(text)? {
            patterns.insert(Pattern::arn(&completed(&pattern)));
        }
    }
    let probes: Vec<_> = pieces.iter().map(Piece::resource_probe).collect();
    let probes: Vec<_> = probes.iter().map(Probe::ready).collect();
    let varies = pieces.iter().any(Piece::has_variable_resource);
    let mut found = BTreeMap::new();
    for resource in &claim.resources {
        let arns = classes(&Pattern::arn(resource), &patterns).ok_or_else(|| Undecided::Key {
            key: "Resource".to_owned(),
            why: "its patterns multiply",
        })?;
        for arn in arns {
            let action = claim.actions.first().map_or("", String::as_str);
            let request = Request::new(Caller::Anonymous, action, arn.clone());
            let matching: Vec<bool> = probes
                .iter()
                .zip(pieces)
                .map(|(probe, piece)| piece.has_variable_resource() || probe.applies(&request))
                .collect();
            // What a variable makes of a pattern is seen only when its value is.
            let tell_apart = if varies { arn.clone() } else { String::new() };
            found.entry((matching, tell_apart)).or_insert(arn);
        }
    }
    let found = found.into_iter();
    Ok(found.map(|((matching, _), arn)| (matching, arn)).collect())
}

/// AWS completes an ARN of fewer than six parts with wildcards.
fn completed(pattern: &str) -> String {
    let missing = 6_usize.saturating_sub(pattern.split(':').count());
    format!("{pattern}{}", ":*".repeat(missing))
}
