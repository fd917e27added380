//! Judging a count of CloudTrail records.

use jiff::Timestamp;

use super::Bench;
use super::absence::TrailGround;
use super::count::{Countable, Ruling, Tally, Window};
use crate::event::Event;
use crate::plan::RecordProof;
use crate::verdict::{Exhibit, Judgement, Verdict};

impl<'a> Countable<'a> for &'a Event {
    fn span(self) -> (Timestamp, Timestamp) {
        (self.time, self.time)
    }

    fn name(self) -> (Option<&'a str>, u64) {
        (self.id.as_deref(), 0)
    }

    fn owner(self) -> Option<&'a str> {
        self.principal.as_deref()
    }

    fn exhibit(self) -> Exhibit {
        Exhibit::from(self)
    }
}

/// Counts the step's records and says what the count proves.
pub(super) fn judge_records<'a>(
    proof: &'a RecordProof,
    step: &str,
    bench: &Bench<'a>,
) -> Ruling<'a> {
    let window = Window::of(&proof.count, bench);
    let records = bench.evidence.records.get(step);
    let events = records.into_iter().flat_map(|records| &records.events);
    let left_out = records.map_or(0, |records| records.left_out);
    let mut tally = Tally::of_window(events, left_out, window);
    if let Some(step) = &proof.count.same_as {
        let anchor = bench.anchors.get(step.as_str());
        let Some(principal) = anchor.and_then(|anchor| anchor.owner) else {
            let because = format!("The record of `{step}` names no principal to compare with");
            return Ruling {
                judgement: Judgement::new(Verdict::Unavailable, because),
                anchor: None,
            };
        };
        tally.keep_owner(principal, |other: &Event| {
            format!(
                "`{}` was called by `{}`, not by the principal of `{step}`",
                other.name,
                other.principal.as_deref().unwrap_or("an unnamed principal"),
            )
        });
    }
    tally.judge(proof.count.expect, window, &TrailGround { proof, bench })
}
