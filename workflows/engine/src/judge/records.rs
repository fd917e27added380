//! Judging a count of CloudTrail records in a window.

use jiff::Timestamp;

use super::Bench;
use super::absence::{Absence, absence, silence};
use crate::event::Event;
use crate::file::Expect;
use crate::plan::RecordProof;
use crate::verdict::{Judgement, Verdict};

/// The judgement, and the record that other steps refer to.
pub(super) struct Ruling<'a> {
    pub(super) judgement: Judgement,
    pub(super) anchor: Option<&'a Event>,
}

/// From when to when records count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) start: Timestamp,
    /// `None`: records that come in while the run waits count as well.
    pub(super) end: Option<Timestamp>,
    /// Up to when absence is asked about: never later than the start of the run.
    pub(super) asked_until: Timestamp,
}

/// Counts the step's records and says what the count proves.
pub(super) fn judge_records<'a>(
    proof: &'a RecordProof,
    step: &str,
    bench: &Bench<'a>,
) -> Ruling<'a> {
    let window = window(proof, bench);
    let records = bench.evidence.records.get(step);
    let mut counted: Vec<&Event> = records
        .map(|records| records.events.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|event| window.holds(event))
        .collect();
    counted.sort_by(|left, right| (left.time, &left.id).cmp(&(right.time, &right.id)));
    let by_others = match split_by_principal(proof, bench, &mut counted) {
        Ok(by_others) => by_others,
        Err(judgement) => {
            return Ruling {
                judgement,
                anchor: None,
            };
        }
    };
    let left_out = records.map_or(0, |records| records.left_out);
    let judgement = match proof.expect {
        Expect::AtLeast(least) => at_least(least, &counted, &by_others, proof, window, bench),
        Expect::AtMost(most) => at_most(most, &counted, left_out, proof, window, bench),
        Expect::None => at_most(0, &counted, left_out, proof, window, bench),
    };
    let anchor = (judgement.verdict == Verdict::Pass)
        .then(|| counted.first().copied())
        .flatten();
    Ruling { judgement, anchor }
}

fn window(proof: &RecordProof, bench: &Bench<'_>) -> Window {
    let as_of = bench.evidence.as_of;
    let anchor = proof
        .after
        .as_deref()
        .and_then(|step| bench.anchors.get(step));
    let within = proof.within.map(crate::length::Length::as_duration);
    let (start, end) = match (anchor, within) {
        (Some(anchor), Some(within)) => (anchor.time, Some(later(anchor.time, within))),
        (Some(anchor), None) => (anchor.time, None),
        (None, Some(within)) => (later(as_of, -within), None),
        (None, None) => (bench.evidence.since, None),
    };
    Window {
        start,
        end,
        asked_until: end.map_or(as_of, |end| end.min(as_of)),
    }
}

impl Window {
    fn holds(&self, event: &Event) -> bool {
        self.start <= event.time && self.end.is_none_or(|end| event.time <= end)
    }
}

/// Keeps the records of the wanted principal and returns the others.
fn split_by_principal<'a>(
    proof: &RecordProof,
    bench: &Bench<'_>,
    counted: &mut Vec<&'a Event>,
) -> Result<Vec<&'a Event>, Judgement> {
    let Some(step) = &proof.same_principal_as else {
        return Ok(Vec::new());
    };
    let anchor = bench.anchors.get(step.as_str());
    let Some(principal) = anchor.and_then(|event| event.principal.as_deref()) else {
        let because = format!("The record of `{step}` names no principal to compare with");
        return Err(Judgement::new(Verdict::Unavailable, because));
    };
    let (same, others) = counted
        .iter()
        .partition(|event| event.principal.as_deref() == Some(principal));
    *counted = same;
    Ok(others)
}

fn at_least(
    least: u32,
    counted: &[&Event],
    by_others: &[&Event],
    proof: &RecordProof,
    window: Window,
    bench: &Bench<'_>,
) -> Judgement {
    let wanted = usize::try_from(least).unwrap_or(usize::MAX);
    if counted.len() >= wanted {
        let because = format!("{} in the window", plural(counted.len(), "matching record"));
        return Judgement::new(Verdict::Pass, because).with_events(counted);
    }
    if let Some(other) = by_others.first() {
        let because = format!(
            "`{}` was called by `{}`, not by the principal of `{}`",
            other.name,
            other.principal.as_deref().unwrap_or("an unnamed principal"),
            proof.same_principal_as.as_deref().unwrap_or_default(),
        );
        return Judgement::new(Verdict::Fail, because).with_events(by_others);
    }
    let seen = match counted.len() {
        0 => String::new(),
        some => format!("{some} of {least} records; "),
    };
    silence(proof, window, bench, &seen).with_events(counted)
}

fn at_most(
    most: u32,
    counted: &[&Event],
    left_out: u64,
    proof: &RecordProof,
    window: Window,
    bench: &Bench<'_>,
) -> Judgement {
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    if counted.len() > limit {
        let because = match most {
            0 => format!(
                "{} that must not be there",
                plural(counted.len(), "matching record")
            ),
            _ => format!(
                "{}, at most {most} allowed",
                plural(counted.len(), "matching record")
            ),
        };
        return Judgement::new(Verdict::Fail, because).with_events(counted);
    }
    if left_out > 0 {
        let because = format!("{left_out} more records match than can be kept; narrow the pattern");
        return Judgement::new(Verdict::Unavailable, because);
    }
    let judgement = match absence(proof, window, bench) {
        Absence::Proven { source } => {
            let because = format!(
                "{} from {} to {}, and {source} is complete for that time",
                match counted.len() {
                    0 => "No matching record".to_owned(),
                    some => plural(some, "matching record"),
                },
                window.start,
                window.asked_until,
            );
            Judgement::new(Verdict::Pass, because)
        }
        Absence::Open { until, because } => Judgement::pending(until, because),
        Absence::Unprovable { because } => Judgement::new(Verdict::Unavailable, because),
    };
    judgement.with_events(counted)
}

fn later(time: Timestamp, by: jiff::SignedDuration) -> Timestamp {
    let limit = if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    time.checked_add(by).unwrap_or(limit)
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
