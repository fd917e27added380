//! From a plan and its evidence to one judgement per step; pure.

mod absence;
mod access;
#[cfg(test)]
mod access_tests;
mod count;
mod flow_absence;
mod flows;
mod live;
mod records;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::count::{Anchor, Ruling};
use crate::evidence::Evidence;
use crate::plan::{Plan, PlannedStep, Proof};
use crate::verdict::{Judgement, Verdict};

/// Judges every step, in the order of the file.
///
/// Judging twice with more evidence is how a wait works: nothing is carried
/// over from the round before.
pub fn judge(plan: &Plan, evidence: &Evidence) -> Vec<Judgement> {
    let mut bench = Bench {
        evidence,
        judged: BTreeMap::new(),
        anchors: BTreeMap::new(),
    };
    for &index in &plan.order {
        let step = &plan.steps[index];
        let judgement = bench.judge_step(step);
        bench.judged.insert(&step.id, judgement);
    }
    plan.steps
        .iter()
        .map(|step| {
            bench
                .judged
                .remove(step.id.as_str())
                .expect("the order holds every step")
        })
        .collect()
}

/// What is known when a step is judged.
struct Bench<'a> {
    evidence: &'a Evidence,
    judged: BTreeMap<&'a str, Judgement>,
    /// The first record that counted for a step, for `after`, `same_principal_as` and the like.
    anchors: BTreeMap<&'a str, Anchor<'a>>,
}

impl<'a> Bench<'a> {
    fn judge_step(&mut self, step: &'a PlannedStep) -> Judgement {
        if let Some(blocked) = self.blocked(step) {
            return blocked;
        }
        match &step.proof {
            Proof::Live(proof) => live::judge_live(
                proof,
                self.evidence.observations.get(&step.id),
                self.evidence,
            ),
            Proof::Records(proof) => {
                let ruling = records::judge_records(proof, &step.id, self);
                self.note(step, ruling)
            }
            Proof::Flows(proof) => {
                let ruling = flows::judge_flows(proof, &step.id, self);
                self.note(step, ruling)
            }
            Proof::Access(proof) => access::judge_access(proof, self.evidence),
            Proof::Manual { question } => Judgement::new(Verdict::Manual, question.clone()),
        }
    }

    /// Remembers what other steps refer to.
    fn note(&mut self, step: &'a PlannedStep, ruling: Ruling<'a>) -> Judgement {
        if let Some(anchor) = ruling.anchor {
            self.anchors.insert(&step.id, anchor);
        }
        ruling.judgement
    }

    /// The judgement of a step whose ground is missing.
    ///
    /// What a needed step leaves open stays open here as well: calling it
    /// "not attempted" would claim more than the evidence says. A `manual`
    /// step does not block, the machine cannot know its answer.
    fn blocked(&self, step: &PlannedStep) -> Option<Judgement> {
        let (needed, judgement) = grounds(step).find_map(|needed| {
            let judgement = self.judged.get(needed)?;
            let open = !matches!(judgement.verdict, Verdict::Pass | Verdict::Manual);
            open.then_some((needed, judgement))
        })?;
        let because = format!("Needs `{needed}`, which {}", judgement.verdict.phrase());
        let verdict = match judgement.verdict {
            Verdict::Pending => Verdict::Pending,
            Verdict::Unavailable => Verdict::Unavailable,
            _ => Verdict::NotAttempted,
        };
        Some(Judgement {
            until: judgement.until,
            ..Judgement::new(verdict, because)
        })
    }
}

/// Steps that must pass before this one can be judged.
fn grounds(step: &PlannedStep) -> impl Iterator<Item = &str> {
    let count = step.proof.count();
    let named = count
        .into_iter()
        .flat_map(|count| [&count.after, &count.same_as]);
    let named = named.flatten();
    step.needs.iter().chain(named).map(String::as_str)
}
