//! What it means that a record was not found: the part where evidence must not be overstated.

use jiff::Timestamp;

use super::Bench;
use super::count::{Absence, Ground, Window, capitalized, plural};
use crate::event::Event;
use crate::evidence::{Evidence, Source, SourceKind};
use crate::family::{Category, Family};
use crate::plan::RecordProof;
use crate::verdict::{Judgement, Verdict};

/// The sources of CloudTrail records, as one step looks at them.
pub(super) struct TrailGround<'a, 'b> {
    pub(super) proof: &'b RecordProof,
    pub(super) bench: &'b Bench<'a>,
}

/// Why a source does not prove absence.
pub(super) enum Doubt {
    /// Records may still arrive until then.
    Lag(Timestamp),
    Reason(String),
}

impl Ground for TrailGround<'_, '_> {
    fn silence(&self, window: Window, seen: &str) -> Judgement {
        let TrailGround { proof, bench } = *self;
        let evidence = bench.evidence;
        let able = able_sources(&proof.family, evidence);
        if able.is_empty() {
            return Judgement::new(Verdict::Unavailable, no_source(&proof.family, evidence));
        }
        let due = window.deadline(evidence);
        if able
            .iter()
            .any(|source| source.kind != SourceKind::Folder && source.read_at < due)
        {
            let because = format!("{seen}records of the window may arrive until {due}");
            return Judgement::pending(due, capitalized(&because));
        }
        if let Some(source) = able.iter().find(|source| !source.faults.is_empty()) {
            return Judgement::new(Verdict::Unavailable, unreadable(source));
        }
        if proof.family.category != Category::Management && !shown(&proof.family, &able) {
            let because = format!(
                "No source holds {} at all: either they are not recorded here, or nothing happened",
                proof.family
            );
            return Judgement::new(Verdict::Unavailable, because);
        }
        let records: u64 = able.iter().map(|source| source.records).sum();
        let further = if seen.is_empty() { "" } else { "further " };
        let because = format!(
            "{seen}no {further}match among {records} records since {}",
            window.start
        );
        Judgement::new(Verdict::NotAttempted, capitalized(&because))
    }

    fn absence(&self, window: Window) -> Absence {
        let TrailGround { proof, bench } = *self;
        let able = able_sources(&proof.family, bench.evidence);
        let doubts = able
            .iter()
            .map(|source| (source.name.as_str(), doubt(source, proof, window, bench)));
        weigh(doubts).unwrap_or_else(|| Absence::Unprovable {
            because: no_source(&proof.family, bench.evidence),
        })
    }
}

/// Absence is proven by one source that leaves no doubt; `None` if there is no source.
pub(super) fn weigh<'s>(
    sources: impl Iterator<Item = (&'s str, Option<Doubt>)>,
) -> Option<Absence> {
    let mut lag = None;
    let mut reason = None;
    for (source, doubt) in sources {
        match doubt {
            None => {
                return Some(Absence::Proven {
                    source: source.to_owned(),
                });
            }
            Some(Doubt::Lag(until)) => lag = lag.or(Some(until)),
            Some(Doubt::Reason(text)) => reason = reason.or(Some(text)),
        }
    }
    let open = lag.map(|until| Absence::Open {
        until,
        because: format!("Records of the window may arrive until {until}"),
    });
    let unprovable = reason.map(|reason| Absence::Unprovable {
        because: format!("Nothing was found, but that proves nothing: {reason}"),
    });
    open.or(unprovable)
}

/// The first reason why `source` may lack a record of the window.
fn doubt(source: &Source, proof: &RecordProof, window: Window, bench: &Bench<'_>) -> Option<Doubt> {
    let reason = |text: String| Some(Doubt::Reason(text));
    if source.kind == SourceKind::Folder {
        return reason(format!("{} is a copy, which may lack files", source.name));
    }
    if !source.faults.is_empty() {
        return reason(unreadable(source));
    }
    if let Some(from) = source.from.filter(|from| *from > window.start) {
        return reason(format!("{} was read from {from} on only", source.name));
    }
    if let Some(gap) = unlogged(source, proof, bench) {
        return reason(gap);
    }
    if let Some(change) = change_within(window, source, bench.evidence) {
        return reason(format!(
            "`{}` changed what is logged at {}",
            change.name, change.time
        ));
    }
    let due = window.deadline(bench.evidence);
    (source.read_at < due).then_some(Doubt::Lag(due))
}

/// Why nothing shows that the source records this family of events.
fn unlogged(source: &Source, proof: &RecordProof, bench: &Bench<'_>) -> Option<String> {
    if source.kind == SourceKind::LookupEvents {
        return None; // Event history records all management events by itself.
    }
    if let Some(witness) = &proof.witness {
        let passed = bench
            .judged
            .get(witness.as_str())
            .is_some_and(|j| j.verdict == Verdict::Pass);
        return (!passed).then(|| format!("its witness `{witness}` did not pass"));
    }
    match proof.family.category {
        Category::Management if source.shows.contains(&proof.family) => None,
        Category::Management => Some(format!("{} holds no {} at all", source.name, proof.family)),
        _ => Some(format!(
            "no `witness` step shows that {} are recorded",
            proof.family
        )),
    }
}

/// A trail only holds what it was set to log; event history cannot be turned off.
fn change_within<'a>(window: Window, source: &Source, evidence: &'a Evidence) -> Option<&'a Event> {
    if source.kind != SourceKind::Trail {
        return None;
    }
    evidence
        .logging_changes
        .iter()
        .find(|event| window.start <= event.time && event.time <= window.asked_until)
}

/// Sources that can hold records of the family at all.
fn able_sources<'a>(family: &Family, evidence: &'a Evidence) -> Vec<&'a Source> {
    let able = |source: &&Source| match source.kind {
        SourceKind::Folder | SourceKind::Trail => true,
        SourceKind::FlowLog => false,
        SourceKind::LookupEvents => {
            family.category == Category::Management
                && source
                    .region
                    .as_deref()
                    .is_some_and(|region| family.is_recorded_in(region))
        }
    };
    evidence.sources.iter().filter(able).collect()
}

fn no_source(family: &Family, evidence: &Evidence) -> String {
    match evidence.sources.as_slice() {
        [] => format!("No source of records was given, this needs {family}"),
        _ => format!("No source given can hold {family}: name a trail or a folder"),
    }
}

fn shown(family: &Family, sources: &[&Source]) -> bool {
    sources.iter().any(|source| source.shows.contains(family))
}

pub(super) fn unreadable(source: &Source) -> String {
    let first = source
        .faults
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let count = plural(source.faults.len(), "part");
    format!(
        "{count} of {} could not be read, such as {first}",
        source.name
    )
}
