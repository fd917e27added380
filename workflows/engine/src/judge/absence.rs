//! What it means that a record was not found: the part where evidence must not be overstated.

use jiff::Timestamp;

use super::Bench;
use super::records::{Window, plural};
use crate::event::Event;
use crate::evidence::{Evidence, Source, SourceKind};
use crate::family::{Category, Family};
use crate::plan::RecordProof;
use crate::verdict::{Judgement, Verdict};

/// Whether the sources prove that nothing else happened in a window.
pub(super) enum Absence {
    Proven { source: String },
    Open { until: Timestamp, because: String },
    Unprovable { because: String },
}

/// Why a source does not prove absence.
enum Doubt {
    /// Records may still arrive until then.
    Lag(Timestamp),
    Reason(String),
}

/// Judges silence where records were expected: never a pass.
///
/// `seen` says what was found nevertheless, as the start of a sentence.
pub(super) fn silence(
    proof: &RecordProof,
    window: Window,
    bench: &Bench<'_>,
    seen: &str,
) -> Judgement {
    let evidence = bench.evidence;
    let able = able_sources(&proof.family, evidence);
    if able.is_empty() {
        return Judgement::new(Verdict::Unavailable, no_source(&proof.family, evidence));
    }
    let due = deadline(window, evidence);
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

/// Asks each source whether it would hold what was not found.
pub(super) fn absence(proof: &RecordProof, window: Window, bench: &Bench<'_>) -> Absence {
    let able = able_sources(&proof.family, bench.evidence);
    let mut doubts = Vec::new();
    for source in &able {
        match doubt(source, proof, window, bench) {
            None => {
                return Absence::Proven {
                    source: source.name.clone(),
                };
            }
            Some(doubt) => doubts.push(doubt),
        }
    }
    let lag = doubts.iter().find_map(|doubt| match doubt {
        Doubt::Lag(until) => Some(*until),
        Doubt::Reason(_) => None,
    });
    if let Some(until) = lag {
        let because = format!("Records of the window may arrive until {until}");
        return Absence::Open { until, because };
    }
    let because = match doubts.into_iter().next() {
        Some(Doubt::Reason(reason)) => {
            format!("Nothing was found, but that proves nothing: {reason}")
        }
        _ => no_source(&proof.family, bench.evidence),
    };
    Absence::Unprovable { because }
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
    let due = deadline(window, bench.evidence);
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

fn unreadable(source: &Source) -> String {
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

fn deadline(window: Window, evidence: &Evidence) -> Timestamp {
    let lag = evidence.delivery_lag.as_duration();
    window
        .asked_until
        .checked_add(lag)
        .unwrap_or(Timestamp::MAX)
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
