//! The locked-bucket lab over recorded evidence: what a passing, a failing and an empty account show.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use cloister_evidence::{
    HistoryPage, HistoryReader, LogPage, LogReader, LookupAttribute, LookupKey, TrailReader,
    Unreachable,
};
use cloister_runner::{Clock, Cloud, FlowFiles, FlowLogs, Observed, Progress, Run, SourceSpec};
use cloister_workflow::{
    FlowScope, InputValue, Length, Paint, Plan, Report, Workflow, render_terminal,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

const BEGIN: &str = "2026-01-15T12:00:00Z";

/// An account as it was recorded: objects, records, and a trail that delivered them.
struct Recording {
    live: Value,
    records: Vec<Value>,
    objects: BTreeMap<String, Vec<u8>>,
}

/// A clock that moves only when the run sleeps.
struct Watch(Mutex<Timestamp>);

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../labs/samples/locked-bucket")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(text.as_bytes())
        .expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

impl Recording {
    fn of(sample: &str) -> Self {
        let folder = samples().join(sample);
        let parse = |name: &str| -> Value {
            serde_json::from_str(&read(&folder.join(name))).expect("JSON")
        };
        let text = read(&folder.join("records.json"));
        let day = "org/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/15";
        let key = |time: &str| {
            format!(
                "{day}/111122223333_CloudTrail_eu-west-1_20260115T{time}Z_AbCdEfGhIjKlMnOp.json.gz"
            )
        };
        let other = "org/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/15/x.json.gz";
        Recording {
            live: parse("live.json"),
            records: parse("records.json")["Records"]
                .as_array()
                .expect("a list")
                .clone(),
            objects: [
                (key("1010"), gzip(&text)),
                // Delivery is at least once: the same records again must count once.
                (key("1015"), gzip(&text)),
                (other.to_owned(), b"no record".to_vec()),
            ]
            .into(),
        }
    }
}

impl TrailReader for Recording {
    async fn list_folders(&self, _: &str, prefix: &str) -> Result<Vec<String>, Unreachable> {
        let below = self
            .objects
            .keys()
            .filter_map(|key| key.strip_prefix(prefix)?.split_once('/'));
        let mut folders: Vec<String> = below
            .map(|(folder, _)| format!("{prefix}{folder}/"))
            .collect();
        folders.dedup();
        Ok(folders)
    }

    async fn list(&self, _: &str, prefix: &str, after: &str) -> Result<Vec<String>, Unreachable> {
        let keys = self
            .objects
            .keys()
            .filter(|key| key.starts_with(prefix) && key.as_str() > after);
        Ok(keys.cloned().collect())
    }

    async fn get(&self, _: &str, key: &str) -> Result<Vec<u8>, Unreachable> {
        self.objects
            .get(key)
            .cloned()
            .ok_or_else(|| Unreachable("no such key".to_owned()))
    }
}

impl HistoryReader for Recording {
    fn region(&self) -> &'static str {
        "eu-west-1"
    }

    async fn lookup(
        &self,
        attribute: Option<&LookupAttribute>,
        _: Timestamp,
        _: Timestamp,
        _: Option<String>,
    ) -> Result<HistoryPage, Unreachable> {
        let asked = |record: &&Value| match attribute {
            None => true,
            Some(LookupAttribute {
                key: LookupKey::EventName,
                value,
            }) => record["eventName"] == **value,
            Some(LookupAttribute {
                key: LookupKey::EventSource,
                value,
            }) => record["eventSource"] == **value,
        };
        let management = |record: &&Value| record["managementEvent"] == true;
        let found = self.records.iter().filter(management).filter(asked);
        Ok(HistoryPage {
            records: found.map(Value::to_string).collect(),
            next: None,
        })
    }
}

impl LogReader for Recording {
    async fn events(
        &self,
        _: &str,
        _: Timestamp,
        _: Timestamp,
        _: Option<String>,
    ) -> Result<LogPage, Unreachable> {
        Ok(LogPage::default())
    }
}

impl Cloud for Recording {
    async fn flow_logs(&self, _: &FlowScope) -> Result<FlowLogs, Unreachable> {
        Ok(FlowLogs::Found(Vec::new()))
    }

    async fn observe(&self, kind: &str, id: &str) -> Result<Observed, Unreachable> {
        Ok(match self.live[kind][id].clone() {
            Value::Null => Observed::Absent,
            object => Observed::Object(object),
        })
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }

    async fn sleep(&self, length: Duration) {
        let mut now = self.0.lock().expect("not poisoned");
        *now += SignedDuration::try_from(length).expect("a short time");
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn lab() -> Plan {
    let inputs: BTreeMap<String, InputValue> = [
        ("bucket", InputValue::Text("example-data".to_owned())),
        (
            "vpc_endpoint_ids",
            InputValue::List(vec!["vpce-0a1b2c3d4e5f60718".to_owned()]),
        ),
        (
            "administrator_arn",
            InputValue::Text("arn:aws:iam::111122223333:role/administrator".to_owned()),
        ),
        (
            "key_arn",
            InputValue::Text(
                "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
                    .to_owned(),
            ),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let text = read(&samples().join("../../locked-bucket.yaml"));
    Workflow::load("locked-bucket.yaml", &text)
        .and_then(|workflow| workflow.bind(&inputs))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn run(sample: &str, source: SourceSpec, wait: Option<Length>) -> (Report, Vec<String>) {
    let plan = lab();
    let run = Run {
        plan: &plan,
        sources: vec![source],
        flow_files: FlowFiles::default(),
        since: time("2026-01-15T00:00:00Z"),
        delivery_lag: Length::minutes(15),
        wait,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .build()
        .expect("a runtime");
    let mut waits = Vec::new();
    let mut watch = |progress: Progress<'_>| {
        if matches!(progress, Progress::Waiting { .. }) {
            waits.push(format!("{progress:?}"));
        }
    };
    let recording = Recording::of(sample);
    let clock = Watch(Mutex::new(time(BEGIN)));
    let report = runtime.block_on(run.execute(Some(&recording), &clock, &mut watch));
    (report.unwrap_or_else(|error| panic!("{error}")), waits)
}

fn trail() -> SourceSpec {
    SourceSpec::Trail("s3://example-trail/org".parse().expect("a location"))
}

fn shown(report: &Report) -> String {
    render_terminal(report, Paint::Plain, 100)
}

#[test]
fn the_lab_passes_on_an_account_where_everything_held() {
    let (report, waits) = run("pass", trail(), Some(Length::minutes(20)));
    insta::assert_snapshot!("pass", shown(&report));
    assert!(
        !waits.is_empty(),
        "absence is not known before the delivery lag is over"
    );
}

#[test]
fn without_waiting_absence_stays_pending() {
    let (report, waits) = run("pass", trail(), None);
    insta::assert_snapshot!("pass_without_waiting", shown(&report));
    assert!(waits.is_empty());
}

#[test]
fn the_lab_fails_where_something_did_not_hold() {
    let (report, _) = run("fail", trail(), Some(Length::minutes(20)));
    insta::assert_snapshot!("fail", shown(&report));
}

#[test]
fn an_empty_account_passes_nothing() {
    let (report, _) = run("empty", trail(), Some(Length::minutes(20)));
    insta::assert_snapshot!("empty", shown(&report));
}

#[test]
fn event_history_holds_no_data_events() {
    let (report, _) = run("pass", SourceSpec::LookupEvents, Some(Length::minutes(20)));
    insta::assert_snapshot!("history", shown(&report));
}

#[test]
fn a_folder_never_proves_absence() {
    let folder = SourceSpec::Folder(PathBuf::from(
        "../labs/samples/locked-bucket/pass/records.json",
    ));
    let (report, _) = run("pass", folder, None);
    insta::assert_snapshot!("folder", shown(&report));
}
