//! The search: every kind of request that the policies can tell from others is decided once.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::access::{Caller, Compiled, Context, Decision, Outcome, Request};
use crate::{Arn, Conditions};

use super::callers::Mentioned;
use super::claim::{Claim, Counterexample, Expected, Proof, Undecided};
use super::keys::{can_have, is_derived, is_possible};
use super::kinds::Kinds;
use super::pieces::{Atom, Piece, Probe, atoms};
use super::slices::{Slice, slices};
use super::values::{Test, assignments};
use super::variables::Variables;

/// More kinds of requests than this are not tried: a plan must not take minutes.
const MOST_REQUESTS: usize = 500_000;

/// Searches for a request that refutes the claim.
///
/// Exhaustive: requests are alike for the policies if every action pattern,
/// resource pattern, principal and condition in them answers alike, and one of
/// each kind is decided. Where there are too many kinds, or a key is compared
/// in ways that cannot be enumerated, the proof is [`Proof::Undecided`].
pub fn prove(claim: &Claim) -> Proof {
    match Search::of(claim).and_then(|search| search.run()) {
        Ok(proof) => proof,
        Err(why) => Proof::Undecided(why),
    }
}

struct Search<'a> {
    claim: &'a Claim,
    pieces: Vec<Piece<'a>>,
    given: Vec<Atom>,
    callers: Vec<Caller>,
    variables: Variables,
    slices: Vec<Slice<'a>>,
    /// How the policies spell each condition key.
    spelling: BTreeMap<String, String>,
}

/// What the policies answer, and what they should.
struct Judge<'a> {
    policies: Compiled<'a>,
    expected: &'a Expected,
    /// Of [`Expected::NoMoreThan`].
    others: Option<Compiled<'a>>,
}

impl<'a> Judge<'a> {
    fn of(claim: &'a Claim) -> Self {
        let others = match &claim.expected {
            Expected::NoMoreThan(others) => Some(Compiled::new(others)),
            Expected::ExplicitDeny | Expected::Allowed | Expected::NotAllowed => None,
        };
        Self {
            policies: Compiled::new(&claim.policies),
            expected: &claim.expected,
            others,
        }
    }

    /// The answer, where it is not the one that is claimed.
    fn objection(&self, request: &Request) -> Option<Decision<'a>> {
        let decision = self.policies.decide(request);
        let is_denied = matches!(
            decision.outcome,
            Outcome::ExplicitDeny | Outcome::ImplicitDeny
        );
        let allowed_by = |others: &Compiled<'_>| others.decide(request).outcome == Outcome::Allowed;
        let as_claimed = match self.expected {
            Expected::ExplicitDeny => decision.outcome == Outcome::ExplicitDeny,
            Expected::Allowed => decision.outcome == Outcome::Allowed,
            Expected::NotAllowed => is_denied,
            Expected::NoMoreThan(_) => is_denied || self.others.as_ref().is_some_and(allowed_by),
        };
        (!as_claimed).then_some(decision)
    }

    /// Nothing shows better that the claim does not hold.
    fn is_strong(&self, found: &Counterexample) -> bool {
        match self.expected {
            Expected::ExplicitDeny => found.outcome == Outcome::Allowed,
            Expected::Allowed | Expected::NotAllowed | Expected::NoMoreThan(_) => true,
        }
    }
}

/// Assignments by key and the conditions that tell them apart.
type KnownAxes = BTreeMap<(String, BTreeSet<Atom>), Vec<Vec<String>>>;

/// A key with every assignment to try; the empty list is absence.
struct Axis {
    key: String,
    values: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    fn of(claim: &'a Claim) -> Result<Self, Undecided> {
        let mut pieces: Vec<Piece<'a>> = Piece::all(&claim.policies).collect();
        if let Expected::NoMoreThan(others) = &claim.expected {
            pieces.extend(Piece::all(others));
        }
        let given: Vec<Atom> = atoms(&claim.given).collect();
        let partition = claim.resources.iter().find_map(|arn| Arn::parse(arn).ok());
        let partition = partition.map_or_else(|| "aws".to_owned(), |arn| arn.partition);
        let mentioned = Mentioned::by(&pieces, &given, &claim.resource_account, &partition);
        let callers = mentioned.callers(&claim.callers)?;
        let variables = Variables::of(&pieces, &given, &callers, &claim.resources)?;
        Ok(Self {
            claim,
            slices: slices(claim, &pieces, &variables)?,
            spelling: spelling(claim, &pieces),
            pieces,
            given,
            callers,
            variables,
        })
    }

    fn run(&self) -> Result<Proof, Undecided> {
        let judge = Judge::of(self.claim);
        let kinds = Kinds::of(&self.pieces, &self.callers_in_question(), self.claim);
        let mut known_axes = BTreeMap::new();
        let mut requests = 0;
        // A request that is merely not denied shows less than one that gets through.
        let mut weak = None;
        for slice in &self.slices {
            let axes = self.axes(slice, &mut known_axes)?;
            for caller in kinds.of_slice(slice) {
                let axes = axes_of(&axes, caller);
                let values = axes.iter().map(|axis| axis.values.len());
                requests += values.fold(1_usize, usize::saturating_mul);
                if requests > MOST_REQUESTS {
                    return Err(Undecided::TooMany {
                        limit: MOST_REQUESTS,
                    });
                }
                match self.refute(&judge, slice, caller, &axes) {
                    Some(found) if judge.is_strong(&found) => {
                        return Ok(Proof::Refuted(Box::new(found)));
                    }
                    found => weak = weak.or(found),
                }
            }
        }
        match weak {
            Some(found) => Ok(Proof::Refuted(Box::new(found))),
            None if requests == 0 => Err(Undecided::NoRequest),
            None => Ok(Proof::Proven { requests }),
        }
    }

    /// The keys that matter to the slice, with assignments that its conditions answer differently.
    fn axes(&self, slice: &Slice<'_>, known: &mut KnownAxes) -> Result<Vec<Axis>, Undecided> {
        let mut by_key: BTreeMap<String, BTreeSet<Atom>> = BTreeMap::new();
        let of_statements = self.of_slice(slice).flat_map(Piece::atoms);
        for atom in of_statements.chain(self.given.iter().cloned()) {
            by_key.entry(atom.key.clone()).or_default().insert(atom);
        }
        for key in self.of_slice(slice).flat_map(Piece::variables) {
            by_key.entry(key).or_default();
        }
        let free = by_key.into_iter().filter(|(key, _)| !is_derived(key));
        free.map(|(key, atoms)| {
            let values = match known.get(&(key.clone(), atoms.clone())) {
                Some(values) => values.clone(),
                None => self.values(&key, &atoms)?,
            };
            known.insert((key.clone(), atoms), values.clone());
            Ok(Axis { key, values })
        })
        .collect()
    }

    /// The assignments to a key that these conditions answer differently, and that are in question.
    fn values(&self, key: &str, atoms: &BTreeSet<Atom>) -> Result<Vec<Vec<String>>, Undecided> {
        let in_variable = self.variables.values(key);
        let mut values = if let Some(values) = in_variable {
            let present = values.iter().map(|value| vec![value.clone()]);
            [Vec::new()].into_iter().chain(present).collect()
        } else {
            let tests = atoms.iter().map(|atom| self.variables.test(atom));
            assignments(key, &tests.collect::<Result<BTreeSet<Test>, _>>()?)?
        };
        let denying = atoms.iter().map(Atom::probe);
        let probes: Vec<Probe> = denying.chain(atoms.iter().map(Atom::allow_probe)).collect();
        let probes: Vec<_> = probes.iter().map(Probe::ready).collect();
        let is_given: Vec<bool> = atoms.iter().map(|atom| self.given.contains(atom)).collect();
        // Where other keys decide what a value is compared with, or this one decides it for others, no two
        // values are alike.
        let tells_all = in_variable.is_some() || atoms.iter().any(Atom::has_variable);
        let mut seen = HashSet::new();
        values.retain(|values| {
            let request = self.request("", "*", &Caller::Anonymous, [(key, values.as_slice())]);
            let answers: Vec<bool> = probes.iter().map(|it| it.applies(&request)).collect();
            let in_question = answers
                .iter()
                .zip(&is_given)
                .all(|(holds, given)| *holds || !given);
            in_question && (tells_all || seen.insert(answers))
        });
        Ok(values)
    }

    fn of_slice(&self, slice: &Slice<'_>) -> impl Iterator<Item = &Piece<'a>> {
        let speaking = self.pieces.iter().zip(slice.speaking.clone());
        speaking
            .filter(|(_, speaks)| *speaks)
            .map(|(piece, _)| piece)
    }

    /// Those for whom the given conditions on callers hold.
    fn callers_in_question(&self) -> Vec<&Caller> {
        let given = self.given.iter().filter(|atom| is_derived(&atom.key));
        let probes: Vec<Probe> = given.map(Atom::probe).collect();
        let probes: Vec<_> = probes.iter().map(Probe::ready).collect();
        let in_question = |caller: &&Caller| {
            let request = self.request("", "*", caller, []);
            probes.iter().all(|probe| probe.applies(&request))
        };
        self.callers.iter().filter(in_question).collect()
    }

    /// Decides every request of this caller in the slice, up to one that refutes the claim.
    fn refute(
        &self,
        judge: &Judge<'_>,
        slice: &Slice<'_>,
        caller: &Caller,
        axes: &[Axis],
    ) -> Option<Counterexample> {
        let mut chosen = vec![0; axes.len()];
        let mut weak = None;
        if axes.iter().any(|axis| axis.values.is_empty()) {
            return None;
        }
        loop {
            let values = |axis: usize| axes[axis].values[chosen[axis]].as_slice();
            let value_of = |key: &str| {
                let axis = axes.iter().position(|axis| axis.key == key)?;
                Some(values(axis))
            };
            if is_possible(value_of) {
                let context = (0..axes.len()).map(|axis| (axes[axis].key.as_str(), values(axis)));
                let request = self.request(slice.action, &slice.resource, caller, context);
                if let Some(decision) = judge.objection(&request) {
                    let found = self.counterexample(request, &decision);
                    if judge.is_strong(&found) {
                        return Some(found);
                    }
                    weak = weak.or(Some(found));
                }
            }
            if !advance(&mut chosen, axes) {
                return weak;
            }
        }
    }

    fn counterexample(&self, request: Request, decision: &Decision<'_>) -> Counterexample {
        let spelt = |(key, values): (&str, &[String])| {
            let name = self.spelling.get(key).map_or(key, String::as_str);
            (name.to_owned(), values.to_vec())
        };
        let context = request.context.iter().map(spelt).collect();
        Counterexample::new(request, context, decision)
    }

    fn request<'v>(
        &self,
        action: &str,
        resource: &str,
        caller: &Caller,
        context: impl IntoIterator<Item = (&'v str, &'v [String])>,
    ) -> Request {
        let mut keys = Context::default();
        for (key, values) in context {
            if !values.is_empty() {
                keys.set(key, values);
            }
        }
        Request {
            caller: caller.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: Some(self.claim.resource_account.clone()),
            context: keys,
        }
    }
}

/// The axes, without those keys that this caller's requests never carry.
fn axes_of(axes: &[Axis], caller: &Caller) -> Vec<Axis> {
    let restricted = axes.iter().map(|axis| Axis {
        key: axis.key.clone(),
        values: if can_have(caller, &axis.key) {
            axis.values.clone()
        } else {
            let absent = axis.values.iter().filter(|values| values.is_empty());
            absent.cloned().collect()
        },
    });
    restricted.collect()
}

/// The next combination; false after the last.
fn advance(chosen: &mut [usize], axes: &[Axis]) -> bool {
    for (index, axis) in chosen.iter_mut().zip(axes) {
        *index += 1;
        if *index < axis.values.len() {
            return true;
        }
        *index = 0;
    }
    false
}

/// How keys are spelt in the claim and its policies, by their names in lower case.
fn spelling(claim: &Claim, pieces: &[Piece<'_>]) -> BTreeMap<String, String> {
    let of_pieces = pieces.iter().map(|piece| &piece.statement.conditions);
    of_pieces
        .chain([&claim.given])
        .flat_map(Conditions::iter)
        .map(|(_, key, _)| (key.as_str().to_lowercase(), key.as_str().to_owned()))
        .collect()
}
