//! Collecting the flow records of all steps in one pass over every flow log and file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use cloister_evidence::{
    Columns, EvidenceError, Findings, FlowBucket, FlowGroup, Hit, Hits, Query, Scanner,
    scan_flow_folder, scan_flow_group,
};
use cloister_pattern::Pattern;
use cloister_workflow::{
    Answered, Flow, FlowEvidence, FlowProof, FlowSource, Place, Plan, Records, Source, SourceKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::cloud::{Cloud, Delivery, Denied, FlowLogs, FoundFlowLog, Observed};
use crate::collect::{KEPT_PER_STEP, faults};
use crate::run::{Progress, RunError};

const KEPT_SKIPS: usize = 1000;
/// The longest capture window: records, and answers, may begin that much earlier than what is asked about.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// Flow records that are given as files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowFiles {
    pub paths: Vec<PathBuf>,
    /// The format of files without a header line.
    pub format: Option<Columns>,
}

/// The sources of flow records of a run, read in rounds.
pub(crate) struct FlowCollector<'a> {
    steps: Vec<FlowStep<'a>>,
    scanner: Arc<Scanner>,
    files: &'a FlowFiles,
    /// What the files hold: they do not change while a run waits.
    copies: Vec<FlowReading>,
    buckets: BTreeMap<String, FlowBucket>,
    from: Timestamp,
}

struct FlowStep<'a> {
    id: &'a str,
    proof: &'a FlowProof,
    /// The query of the step's pattern, and that of its answers.
    pattern: usize,
    opposite: Option<usize>,
}

/// What one source gave.
struct FlowReading {
    source: FlowSource,
    findings: Findings,
}

impl<'a> FlowCollector<'a> {
    /// Compiles the queries of `plan`; records that end at `from` or later are wanted.
    pub(crate) fn new(plan: &'a Plan, files: &'a FlowFiles, from: Timestamp) -> Self {
        let mut queries = Vec::new();
        let mut query = |pattern: &Pattern| {
            queries.push(Query {
                pattern: pattern.clone(),
                keep: KEPT_PER_STEP,
            });
            queries.len() - 1
        };
        let steps = plan.flow_proofs().map(|(id, proof)| FlowStep {
            id,
            proof,
            pattern: query(&proof.pattern),
            opposite: (proof.answered != Answered::Any).then(|| query(&proof.opposite)),
        });
        let steps = steps.collect();
        queries.push(Query {
            pattern: skipped(),
            keep: KEPT_SKIPS,
        });
        FlowCollector {
            steps,
            scanner: Arc::new(Scanner::new(queries)),
            files,
            copies: Vec::new(),
            buckets: BTreeMap::new(),
            from: from.checked_sub(LONGEST_WINDOW).unwrap_or(Timestamp::MIN),
        }
    }

    /// Reads what every source holds by now and says what each step has of it.
    pub(crate) async fn collect(
        &mut self,
        cloud: Option<&impl Cloud>,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<BTreeMap<String, FlowEvidence>, RunError> {
        if self.steps.is_empty() {
            return Ok(BTreeMap::new());
        }
        if self.copies.is_empty() {
            self.read_files(now, progress).await?;
        }
        let mut logs: BTreeMap<String, FlowReading> = BTreeMap::new();
        let mut evidence = BTreeMap::new();
        for index in 0..self.steps.len() {
            let (found, unseen) = find(cloud, self.steps[index].proof).await?;
            let mut ids = Vec::new();
            for flow_log in found {
                let id = flow_log.log.id.clone();
                if let (false, Some(cloud)) = (logs.contains_key(&id), cloud) {
                    let reading = self.read_log(cloud, flow_log, now, progress).await;
                    logs.insert(id.clone(), reading);
                }
                ids.push(id);
            }
            let readings = ids.iter().filter_map(|id| logs.get(id));
            let readings: Vec<&FlowReading> = readings.chain(&self.copies).collect();
            let step = &self.steps[index];
            let shown = Self::shown(step, &readings, unseen);
            evidence.insert(step.id.to_owned(), shown);
        }
        Ok(evidence)
    }

    async fn read_files(
        &mut self,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RunError> {
        for path in &self.files.paths {
            let name = path.display().to_string();
            progress(Progress::Reading { source: &name });
            let (scanner, path) = (Arc::clone(&self.scanner), path.clone());
            let format = self.files.format.clone();
            let scan = move || scan_flow_folder(&path, &scanner, format.as_ref());
            let scanned = tokio::task::spawn_blocking(scan).await;
            let findings = scanned.map_err(|error| RunError::Stopped(error.to_string()))??;
            let source = Source {
                name,
                kind: SourceKind::Folder,
                ..Self::source(&findings, None, now)
            };
            self.copies.push(FlowReading {
                source: FlowSource {
                    source,
                    log: None,
                    fields: findings.tally.fields.clone(),
                    skipped: Records::default(),
                },
                findings,
            });
        }
        for reading in &self.copies {
            announce(&reading.source.source, progress);
        }
        Ok(())
    }

    /// Reads one flow log. What AWS refuses is a fault of this source: other steps go on.
    async fn read_log(
        &mut self,
        cloud: &impl Cloud,
        flow_log: FoundFlowLog,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> FlowReading {
        let name = format!("flow log {}", flow_log.log.id);
        progress(Progress::Reading { source: &name });
        let fields = flow_log.format.names().map(str::to_owned).collect();
        let read = self.deliveries(cloud, &flow_log, now).await;
        let (findings, fault) = match read {
            Ok(findings) => (findings, None),
            Err(error) => (self.scanner.nothing(), Some(error.to_string())),
        };
        let kept = match &flow_log.delivery {
            Some(Delivery::LogGroup(group)) => kept_since(cloud, group, now).await,
            Some(Delivery::Bucket(_)) | None => Ok(Timestamp::MIN),
        };
        let (kept, unknown) = kept.map_or_else(|why| (now, Some(why)), |kept| (kept, None));
        let mut source = Self::source(&findings, Some(self.from.max(kept)), now);
        source.name = name;
        source.faults.extend(fault.into_iter().chain(unknown));
        announce(&source, progress);
        FlowReading {
            source: FlowSource {
                source,
                log: Some(flow_log.log),
                fields,
                skipped: Records::default(),
            },
            findings,
        }
    }

    async fn deliveries(
        &mut self,
        cloud: &impl Cloud,
        flow_log: &FoundFlowLog,
        now: Timestamp,
    ) -> Result<Findings, EvidenceError> {
        let format = || flow_log.format.clone();
        match &flow_log.delivery {
            None => Ok(self.scanner.nothing()),
            Some(Delivery::LogGroup(name)) => {
                let group = FlowGroup {
                    name: name.clone(),
                    traffic: flow_log.log.traffic.to_string(),
                    format: format(),
                };
                scan_flow_group(cloud, &self.scanner, &group, self.from, now).await
            }
            Some(Delivery::Bucket(objects)) => {
                let bucket = self.buckets.entry(flow_log.log.id.clone());
                let bucket = bucket.or_insert_with(|| {
                    let scanner = Arc::clone(&self.scanner);
                    FlowBucket::new(objects.clone(), self.from, format(), scanner)
                });
                bucket.catch_up(cloud).await
            }
        }
    }

    fn source(findings: &Findings, from: Option<Timestamp>, read_at: Timestamp) -> Source {
        Source {
            name: String::new(),
            kind: SourceKind::FlowLog,
            from,
            read_at,
            files: findings.tally.files,
            records: findings.tally.records,
            faults: faults(&findings.tally),
            shows: std::collections::BTreeSet::new(),
            region: None,
        }
    }

    /// What the step has of its sources.
    fn shown(
        step: &FlowStep<'_>,
        readings: &[&FlowReading],
        unseen: Option<String>,
    ) -> FlowEvidence {
        let hits = |query: usize| {
            let sources = readings.iter().map(|reading| &reading.findings.hits[query]);
            Hits::merged(sources, KEPT_PER_STEP)
        };
        let mut sources = Vec::new();
        for reading in readings {
            let mut source = reading.source.clone();
            let skips = reading.findings.hits.last();
            let faults = &mut source.source.faults;
            source.skipped = skips.map_or_else(Records::default, |hits| flows(hits, faults));
            sources.push(source);
        }
        let mut faults = Vec::new();
        let records = flows(&hits(step.pattern), &mut faults);
        let answers = step.opposite.map(|opposite| {
            let mut hits = hits(opposite);
            hits.kept
                .retain(|hit| step.proof.takes_as_answer(&hit.record));
            flows(&hits, &mut faults)
        });
        // A record that matched and cannot be placed in time may be the one asked for.
        for source in &mut sources {
            source.source.faults.extend(faults.iter().cloned());
        }
        FlowEvidence {
            records,
            answers: answers.unwrap_or_default(),
            sources,
            unseen,
        }
    }
}

/// The flow logs of a step's scope, or why they were not looked for.
async fn find(
    cloud: Option<&impl Cloud>,
    proof: &FlowProof,
) -> Result<(Vec<FoundFlowLog>, Option<String>), RunError> {
    if !proof.scope.is_in_account() {
        return Ok((Vec::new(), None));
    }
    let Some(cloud) = cloud else {
        let because = "no AWS account was given to look for flow logs in";
        return Ok((Vec::new(), Some(because.to_owned())));
    };
    match cloud.flow_logs(&proof.scope).await {
        Ok(FlowLogs::Found(found)) => Ok((found, None)),
        Ok(FlowLogs::Denied(denied)) => {
            let because = format!("the flow logs could not be looked for: {}", denied.0);
            Ok((Vec::new(), Some(because)))
        }
        Err(error) => Err(RunError::Observe {
            kind: "ec2:flow-log".to_owned(),
            id: proof.scope.resources().collect::<Vec<_>>().join(", "),
            reason: error.to_string(),
        }),
    }
}

fn flows(hits: &Hits, faults: &mut Vec<String>) -> Records<Flow> {
    let mut records = Records {
        events: Vec::new(),
        left_out: hits.left_out,
    };
    for hit in &hits.kept {
        match flow(hit) {
            Ok(flow) => records.events.push(flow),
            Err(fault) => faults.push(fault),
        }
    }
    records
}

fn flow(hit: &Hit) -> Result<Flow, String> {
    let place = Place {
        file: hit.file.to_string(),
        offset: hit.offset,
        index: hit.index,
    };
    let named = format!("{} byte {}", place.file, place.offset);
    Flow::parse(&hit.record, hit.event_id.clone(), place)
        .map_err(|error| format!("{named}: {error}"))
}

/// Since when a log group holds everything that was delivered: what is older than its retention is gone, and its absence
/// says nothing.
async fn kept_since(cloud: &impl Cloud, group: &str, now: Timestamp) -> Result<Timestamp, String> {
    let observed = cloud.observe("logs:log-group", group).await;
    let found = match observed.map_err(|error| error.to_string())? {
        Observed::Object(found) => found,
        // Reading it says so, too.
        Observed::Absent => return Ok(Timestamp::MIN),
        Observed::Denied(Denied(why)) => {
            return Err(format!(
                "how long log group `{group}` keeps records is not known: {why}"
            ));
        }
    };
    let days = found.get("retention_days").and_then(Value::as_i64);
    let kept = days.map(|days| now.checked_sub(SignedDuration::from_hours(24 * days)));
    Ok(kept.and_then(Result::ok).unwrap_or(Timestamp::MIN))
}

fn announce(source: &Source, progress: &mut dyn FnMut(Progress<'_>)) {
    progress(Progress::Read {
        source: &source.name,
        files: source.files,
        records: source.records,
    });
}

/// Records that say that others are missing.
fn skipped() -> Pattern {
    Pattern::parse(r#"{"log-status":["SKIPDATA"]}"#).expect("made of exact values only")
}
