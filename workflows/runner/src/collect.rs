//! Collecting the records of all steps in one pass over every source.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use cloister_evidence::{
    Findings, HISTORY_REACH, Hits, Query, Scanner, Tally, Trail, TrailLocation, scan_folder,
    scan_history,
};
use cloister_pattern::Pattern;
use cloister_workflow::{Event, Evidence, Family, Place, Plan, Records, Source, SourceKind};
use jiff::Timestamp;
use serde_json::json;

use crate::cloud::Cloud;
use crate::run::{Progress, RunError};

/// More matching records than this are counted only: a step that matches so many is too wide.
pub(crate) const KEPT_PER_STEP: usize = 10_000;
/// One record shows that a family is recorded at all.
const KEPT_PER_FAMILY: usize = 1;
const KEPT_CHANGES: usize = 100;

/// Where the records of a run come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceSpec {
    Folder(PathBuf),
    Trail(TrailLocation),
    LookupEvents,
}

/// The sources of a run, read in rounds.
pub(crate) struct Collector {
    steps: Vec<String>,
    families: Vec<Family>,
    scanner: Arc<Scanner>,
    sources: Vec<Reading>,
    from: Timestamp,
}

struct Reading {
    name: String,
    state: State,
}

enum State {
    /// A folder does not change while a run waits: it is read once.
    Folder {
        path: PathBuf,
        read: Option<(Timestamp, Findings)>,
    },
    Trail(Box<Trail>),
    LookupEvents,
}

impl Collector {
    /// Compiles the queries of `plan`; records not older than `from` are wanted.
    pub(crate) fn new(plan: &Plan, specs: &[SourceSpec], from: Timestamp) -> Self {
        let families: BTreeSet<Family> = plan
            .record_proofs()
            .map(|(_, proof)| proof.family.clone())
            .collect();
        let families: Vec<Family> = families.into_iter().collect();
        let step = plan.record_proofs().map(|(_, proof)| Query {
            pattern: proof.pattern.clone(),
            keep: KEPT_PER_STEP,
        });
        let family = families.iter().map(|family| Query {
            pattern: compiled(&family.pattern()),
            keep: KEPT_PER_FAMILY,
        });
        let change = Query {
            pattern: compiled(&logging_changes()),
            keep: KEPT_CHANGES,
        };
        let queries = step.chain(family).chain([change]).collect();
        let scanner = Arc::new(Scanner::new(queries));
        Collector {
            steps: plan
                .record_proofs()
                .map(|(step, _)| step.to_owned())
                .collect(),
            families,
            sources: specs
                .iter()
                .map(|spec| Reading::new(spec, from, &scanner))
                .collect(),
            scanner,
            from,
        }
    }

    /// Reads what every source holds by now into `evidence`.
    pub(crate) async fn collect(
        &mut self,
        cloud: Option<&impl Cloud>,
        now: Timestamp,
        evidence: &mut Evidence,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RunError> {
        let mut all = self.scanner.nothing();
        evidence.sources.clear();
        for reading in &mut self.sources {
            progress(Progress::Reading {
                source: &reading.name,
            });
            let (read_at, findings) = reading.read(cloud, &self.scanner, self.from, now).await?;
            let source = reading.source(cloud, &findings, read_at, self.from);
            progress(Progress::Read {
                source: &reading.name,
                files: source.files,
                records: source.records,
            });
            let shown = findings.hits[self.steps.len()..].iter().zip(&self.families);
            let shows = shown
                .filter(|(hits, _)| !hits.kept.is_empty())
                .map(|(_, family)| family.clone())
                .collect();
            evidence.sources.push(Source { shows, ..source });
            all.merge(findings, &self.scanner);
        }
        self.hand_over(&all.hits, evidence);
        Ok(())
    }

    fn hand_over(&self, hits: &[Hits], evidence: &mut Evidence) {
        evidence.records.clear();
        for (step, hits) in self.steps.iter().zip(hits) {
            let records = events(hits, &mut evidence.sources);
            evidence.records.insert(step.clone(), records);
        }
        if let Some(changes) = hits.last() {
            evidence.logging_changes = events(changes, &mut evidence.sources).events;
        }
    }
}

impl Reading {
    fn new(spec: &SourceSpec, from: Timestamp, scanner: &Arc<Scanner>) -> Self {
        match spec {
            SourceSpec::Folder(path) => Reading {
                name: path.display().to_string(),
                state: State::Folder {
                    path: path.clone(),
                    read: None,
                },
            },
            SourceSpec::Trail(location) => Reading {
                name: format!("trail {location}"),
                state: State::Trail(Box::new(Trail::new(
                    location.clone(),
                    from,
                    Arc::clone(scanner),
                ))),
            },
            SourceSpec::LookupEvents => Reading {
                name: "event history".to_owned(),
                state: State::LookupEvents,
            },
        }
    }

    async fn read(
        &mut self,
        cloud: Option<&impl Cloud>,
        scanner: &Arc<Scanner>,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<(Timestamp, Findings), RunError> {
        match &mut self.state {
            State::Folder {
                read: Some((read_at, findings)),
                ..
            } => Ok((*read_at, findings.clone())),
            State::Folder { path, read } => {
                let found = read_aside(path.clone(), scanner).await?;
                *read = Some((now, found.clone()));
                Ok((now, found))
            }
            State::Trail(trail) => {
                let cloud = cloud.ok_or(RunError::NoAccount)?;
                Ok((now, trail.catch_up(cloud).await?))
            }
            State::LookupEvents => {
                let cloud = cloud.ok_or(RunError::NoAccount)?;
                let from = from.max(reach(now));
                Ok((now, scan_history(cloud, scanner, from, now).await?))
            }
        }
    }

    fn source(
        &self,
        cloud: Option<&impl Cloud>,
        findings: &Findings,
        read_at: Timestamp,
        from: Timestamp,
    ) -> Source {
        let (kind, from, region) = match &self.state {
            State::Folder { .. } => (SourceKind::Folder, None, None),
            State::Trail(_) => (SourceKind::Trail, Some(from), None),
            State::LookupEvents => {
                let region = cloud.map(|cloud| cloud.region().to_owned());
                (
                    SourceKind::LookupEvents,
                    Some(from.max(reach(read_at))),
                    region,
                )
            }
        };
        let tally = &findings.tally;
        Source {
            name: self.name.clone(),
            kind,
            from,
            read_at,
            files: tally.files,
            records: tally.records,
            faults: faults(tally),
            shows: BTreeSet::new(),
            region,
        }
    }
}

/// What could not be read, with how much of it was left out.
pub(crate) fn faults(tally: &Tally) -> Vec<String> {
    let mut faults = tally.faults.clone();
    if tally.faults_left_out > 0 {
        faults.push(format!("{} more", tally.faults_left_out));
    }
    faults
}

/// Scanning is work for a thread of its own, not for the runtime's.
async fn read_aside(path: PathBuf, scanner: &Arc<Scanner>) -> Result<Findings, RunError> {
    let scanner = Arc::clone(scanner);
    let scanned = tokio::task::spawn_blocking(move || scan_folder(&path, &scanner)).await;
    Ok(scanned.map_err(|error| RunError::Stopped(error.to_string()))??)
}

fn reach(now: Timestamp) -> Timestamp {
    now.checked_sub(HISTORY_REACH).unwrap_or(Timestamp::MIN)
}

/// A matching record that is no event is noted as a fault of the sources: it may be the one asked for.
fn events(hits: &Hits, sources: &mut [Source]) -> Records {
    let mut records = Records {
        events: Vec::new(),
        left_out: hits.left_out,
    };
    for hit in &hits.kept {
        let place = Place {
            file: hit.file.to_string(),
            offset: hit.offset,
            index: hit.index,
        };
        let named = format!("{} byte {}", place.file, place.offset);
        match Event::parse(&hit.record, place) {
            Ok(event) => records.events.push(event),
            Err(error) => {
                for source in &mut *sources {
                    source.faults.push(format!("{named}: {error}"));
                }
            }
        }
    }
    records
}

fn compiled(pattern: &serde_json::Value) -> Pattern {
    Pattern::from_value(pattern).expect("made of exact values only")
}

/// Calls after which a trail may log less than before.
fn logging_changes() -> serde_json::Value {
    json!({
        "eventSource": ["cloudtrail.amazonaws.com"],
        "eventName": ["DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"],
        "errorCode": [{ "exists": false }]
    })
}
