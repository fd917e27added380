//! Judging a count of flow records: an `ACCEPT` without an answer is not connectivity.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Bench;
use super::count::{Absence, Countable, Ruling, Tally, Window, plural};
use super::flow_absence::{FlowGround, longest_window};
use crate::file::Answered;
use crate::flow::{Flow, FlowEvidence, FlowProof, Tuple};
use crate::verdict::{Exhibit, Judgement, Verdict};

/// A flow, with its answer where the step asks for one.
#[derive(Clone, Copy, Debug)]
struct Seen<'a> {
    flow: &'a Flow,
    answer: Option<&'a Flow>,
}

impl<'a> Countable<'a> for Seen<'a> {
    fn span(self) -> (Timestamp, Timestamp) {
        (self.flow.start, self.flow.end)
    }

    fn name(self) -> (Option<&'a str>, u64) {
        let id = self.flow.event_id.as_deref();
        let place = &self.flow.place;
        (id.or(Some(&place.file)), place.offset)
    }

    fn owner(self) -> Option<&'a str> {
        self.flow.interface()
    }

    fn exhibit(self) -> Exhibit {
        Exhibit::Flow(self.flow.exhibit(self.answer))
    }
}

/// Counts the step's records and says what the count proves.
pub(super) fn judge_flows<'a>(proof: &'a FlowProof, step: &str, bench: &Bench<'a>) -> Ruling<'a> {
    let undecided = |because: String| Ruling {
        judgement: Judgement::new(Verdict::Unavailable, because),
        anchor: None,
    };
    let Some(flows) = bench.evidence.flows.get(step) else {
        return undecided("No flow records were looked for".to_owned());
    };
    let window = Window::of(&proof.count, bench);
    let records = flows.records.events.iter();
    let records = records.map(|flow| Seen { flow, answer: None });
    let mut tally = Tally::of_window(records, flows.records.left_out, window);
    if let Some(step) = &proof.count.same_as {
        let anchor = bench.anchors.get(step.as_str());
        let Some(interface) = anchor.and_then(|anchor| anchor.owner) else {
            return undecided(format!(
                "The record of `{step}` names no interface to compare with"
            ));
        };
        tally.keep_owner(interface, |other| {
            format!(
                "A matching flow was seen at `{}`, not at the interface of `{step}`",
                other.owner().unwrap_or("an unnamed interface"),
            )
        });
    }
    let ground = FlowGround {
        proof,
        flows,
        evidence: bench.evidence,
    };
    if proof.answered != Answered::Any {
        keep_by_answer(&mut tally, flows, &ground);
    }
    tally.judge(proof.count.expect, window, &ground)
}

/// Keeps the flows that were answered, or those that were not, as the step wants them.
fn keep_by_answer<'a>(
    tally: &mut Tally<Seen<'a>>,
    flows: &'a FlowEvidence,
    ground: &FlowGround<'_>,
) {
    let answers = Answers::of(flows);
    let mut answered = Vec::new();
    let mut unanswered = Vec::new();
    let mut open: Option<Judgement> = None;
    for seen in std::mem::take(&mut tally.counted) {
        // An interval without traffic is neither.
        let Some(tuple) = seen.flow.tuple() else {
            continue;
        };
        let answer = answers.to(seen.flow, tuple);
        if answer.is_some() {
            answered.push(Seen { answer, ..seen });
        } else if let Some(doubt) = unproven(seen.flow, flows, ground) {
            // Waiting may settle it; what no wait settles is said only if nothing else is open.
            let is_first = open.as_ref().is_none_or(|open| {
                open.verdict == Verdict::Unavailable && doubt.verdict == Verdict::Pending
            });
            open = if is_first { Some(doubt) } else { open };
        } else {
            unanswered.push(seen);
        }
    }
    tally.open = open;
    let wanted = ground.proof.answered == Answered::Yes;
    let (counted, others, what) = if wanted {
        (answered, unanswered, "but no answer came back")
    } else {
        (unanswered, answered, "and answers came back")
    };
    if !others.is_empty() {
        let because = format!("{}, {what}", plural(others.len(), "matching record"));
        tally.beside = Some((because, others));
    }
    tally.counted = counted;
}

/// Why it is not settled that nothing came back, if it is not.
fn unproven(flow: &Flow, flows: &FlowEvidence, ground: &FlowGround<'_>) -> Option<Judgement> {
    if !flow.is_accepted() {
        return None; // What was rejected never reached anybody.
    }
    if flows.answers.left_out > 0 {
        let because = format!(
            "{} more answers match than can be kept; narrow the pattern",
            flows.answers.left_out
        );
        return Some(Judgement::new(Verdict::Unavailable, because));
    }
    match ground.no_answer(flow) {
        Absence::Proven { .. } => None,
        Absence::Open { until, because } => Some(Judgement::pending(until, because)),
        Absence::Unprovable { because } => Some(Judgement::new(Verdict::Unavailable, because)),
    }
}

/// What may be an answer, by what it would answer.
struct Answers<'a> {
    by_tuple: HashMap<Tuple<'a>, Vec<&'a Flow>>,
    apart: SignedDuration,
}

impl<'a> Answers<'a> {
    fn of(flows: &'a FlowEvidence) -> Self {
        let mut by_tuple: HashMap<_, Vec<&Flow>> = HashMap::new();
        for answer in &flows.answers.events {
            if let Some(tuple) = answer.tuple() {
                by_tuple.entry(tuple.swapped()).or_default().push(answer);
            }
        }
        Answers {
            by_tuple,
            apart: longest_window(flows),
        }
    }

    fn to(&self, flow: &Flow, tuple: Tuple<'a>) -> Option<&'a Flow> {
        if !flow.is_accepted() {
            return None;
        }
        let candidates = self.by_tuple.get(&tuple)?;
        candidates
            .iter()
            .find(|answer| answer.answers(flow, self.apart))
            .copied()
    }
}
