//! `flow_logs` steps over a small account: its flow logs are found, read where they deliver, waited for, judged.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use cloister_evidence::{
    Columns, FlowObjects, HistoryPage, HistoryReader, LogEvent, LogPage, LogReader,
    LookupAttribute, TrailReader, Unreachable,
};
use cloister_runner::{
    Clock, Cloud, Delivery, Denied, FlowFiles, FlowLogs, FoundFlowLog, Observed, Run,
};
use cloister_workflow::{
    FlowLog, FlowScope, Length, Paint, Report, Traffic, Verdict, Workflow, render_terminal,
};
use jiff::{SignedDuration, Timestamp};

const BEGIN: &str = "2026-01-01T01:00:00Z";
const WORKFLOW: &str = "id: network
title: Network
steps:
  - id: home
    title: The home file system answers
    check:
      flow_logs: {vpc_id: vpc-0a1b2c3d4e5f60718, pattern: {dstport: [2049], flow-direction: [egress]}, answered: true}
  - id: internet
    title: Nothing answers from the internet
    check:
      flow_logs:
        vpc_id: vpc-0a1b2c3d4e5f60718
        pattern: {dstaddr: [93.184.216.34], dstport: [443]}
        answered: false
  - id: elsewhere
    title: Another VPC has a flow log
    check: {flow_logs: {vpc_id: vpc-2, pattern: {dstport: [443]}}}
";

/// The samples of the engine's own tests.
fn sample(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/flow-logs");
    folder.join(format!("{name}.log"))
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// An account whose records lie in a bucket, or in a log group line by line.
struct Account {
    text: String,
    delivery: Option<Delivery>,
    denied: bool,
    /// How long the log group keeps events; for ever if absent.
    retention_days: Option<u32>,
    /// When the records arrive.
    arrival: Timestamp,
    clock: Mutex<Timestamp>,
}

impl Account {
    fn with(sample_name: &str, delivery: Delivery) -> Self {
        let path = sample(sample_name);
        Account {
            text: std::fs::read_to_string(path).expect("a sample"),
            delivery: Some(delivery),
            denied: false,
            retention_days: None,
            arrival: Timestamp::MIN,
            clock: Mutex::new(time(BEGIN)),
        }
    }

    fn has_arrived(&self) -> bool {
        self.now() >= self.arrival
    }
}

impl Clock for Account {
    fn now(&self) -> Timestamp {
        *self.clock.lock().expect("not poisoned")
    }

    async fn sleep(&self, length: Duration) {
        let length = SignedDuration::try_from(length).expect("a short time");
        *self.clock.lock().expect("not poisoned") += length;
    }
}

impl TrailReader for Account {
    async fn list_folders(&self, _: &str, _: &str) -> Result<Vec<String>, Unreachable> {
        Ok(Vec::new())
    }

    async fn list(&self, _: &str, prefix: &str, _: &str) -> Result<Vec<String>, Unreachable> {
        let name = "111122223333_vpcflowlogs_eu-west-1_fl-1_20260101T0010Z_0a1b2c3d.log.gz";
        let key = format!("{prefix}2026/01/01/{name}");
        Ok(self.has_arrived().then_some(key).into_iter().collect())
    }

    async fn get(&self, _: &str, _: &str) -> Result<Vec<u8>, Unreachable> {
        Ok(self.text.clone().into_bytes())
    }
}

impl LogReader for Account {
    async fn events(
        &self,
        _: &str,
        _: Timestamp,
        _: Timestamp,
        _: Option<String>,
    ) -> Result<LogPage, Unreachable> {
        let lines = self.text.lines().skip(1).filter(|_| self.has_arrived());
        let event = |(number, line): (usize, &str)| LogEvent {
            id: format!("3712{number}"),
            stream: "eni-0f1e2d3c4b5a69788-all".to_owned(),
            message: line.to_owned(),
        };
        Ok(LogPage {
            events: lines.enumerate().map(event).collect(),
            next: None,
        })
    }
}

impl HistoryReader for Account {
    fn region(&self) -> &'static str {
        "eu-west-1"
    }

    async fn lookup(
        &self,
        _: Option<&LookupAttribute>,
        _: Timestamp,
        _: Timestamp,
        _: Option<String>,
    ) -> Result<HistoryPage, Unreachable> {
        Ok(HistoryPage::default())
    }
}

impl Cloud for Account {
    async fn observe(&self, kind: &str, _: &str) -> Result<Observed, Unreachable> {
        let retention = serde_json::json!({"retention_days": self.retention_days});
        Ok(match kind {
            "logs:log-group" => Observed::Object(retention),
            _ => Observed::Absent,
        })
    }

    async fn flow_logs(&self, scope: &FlowScope) -> Result<FlowLogs, Unreachable> {
        if self.denied {
            let why = "ec2:DescribeFlowLogs was refused".to_owned();
            return Ok(FlowLogs::Denied(Denied(why)));
        }
        let resource_id = "vpc-0a1b2c3d4e5f60718";
        if scope.vpc_id.as_deref() != Some(resource_id) {
            return Ok(FlowLogs::Found(Vec::new()));
        }
        let header = self.text.lines().next().expect("a header");
        let named = header.split(' ').map(|name| format!("${{{name}}}"));
        let format: Vec<String> = named.collect();
        Ok(FlowLogs::Found(vec![FoundFlowLog {
            log: FlowLog {
                id: "fl-1".to_owned(),
                resource_id: resource_id.to_owned(),
                traffic: Traffic::All,
                aggregation: SignedDuration::from_mins(1),
                created: time("2025-12-01T00:00:00Z"),
                problem: None,
            },
            format: format.join(" ").parse::<Columns>().expect("a format"),
            delivery: self.delivery.clone(),
        }]))
    }
}

fn bucket() -> Delivery {
    Delivery::Bucket(FlowObjects {
        bucket: "flows".to_owned(),
        prefix: String::new(),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        flow_log_id: "fl-1".to_owned(),
        hive: false,
    })
}

fn group() -> Delivery {
    Delivery::LogGroup("/vpc/flows".to_owned())
}

fn run(workflow: &str, account: &Account, files: FlowFiles, wait: Option<Length>) -> Report {
    let workflow =
        Workflow::load("network.yaml", workflow).unwrap_or_else(|problems| panic!("{problems}"));
    let plan = workflow
        .bind(&BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let run = Run {
        plan: &plan,
        sources: Vec::new(),
        flow_files: files,
        since: time("2026-01-01T00:00:00Z"),
        delivery_lag: Length::minutes(15),
        wait,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .build()
        .expect("a runtime");
    runtime
        .block_on(run.execute(Some(account), account, &mut |_| {}))
        .expect("a report")
}

fn verdicts(report: &Report) -> Vec<Verdict> {
    report.steps.iter().map(|step| step.verdict).collect()
}

#[test]
fn flow_logs_are_read_where_they_deliver() {
    let unanswered = Account::with("unanswered", group());
    let report = run(WORKFLOW, &unanswered, FlowFiles::default(), None);
    insta::assert_snapshot!(render_terminal(&report, Paint::Plain, 120));
    let expected = [Verdict::Pass, Verdict::Pass, Verdict::Unavailable];
    assert_eq!(verdicts(&report), expected);

    let answered = Account::with("answered", bucket());
    let report = run(WORKFLOW, &answered, FlowFiles::default(), None);
    // Half an hour after the flows nothing more can come, but the run's own hour is not over yet.
    let expected = [Verdict::Pass, Verdict::Pending, Verdict::Unavailable];
    assert_eq!(verdicts(&report), expected);
    let place = "s3://flows/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/01/";
    assert!(report.to_json().contains(place), "{}", report.to_json());
}

#[test]
fn records_that_come_late_are_waited_for() {
    for delivery in [bucket(), group()] {
        let mut account = Account::with("unanswered", delivery);
        account.arrival = time("2026-01-01T01:07:00Z");
        let wait = Some(Length::minutes(20));
        let report = run(WORKFLOW, &account, FlowFiles::default(), wait);
        let expected = [Verdict::Pass, Verdict::Pass, Verdict::Unavailable];
        assert_eq!(verdicts(&report), expected, "{:?}", report.steps);
        assert!(account.now() < time("2026-01-01T01:08:00Z"));
    }
}

#[test]
fn what_cannot_be_looked_at_is_unavailable_and_says_why() {
    let mut account = Account::with("unanswered", bucket());
    account.denied = true;
    let report = run(WORKFLOW, &account, FlowFiles::default(), None);
    assert!(
        report.steps[0]
            .because
            .contains("ec2:DescribeFlowLogs was refused")
    );

    let broken = Account {
        text: format!("{}\nx", Account::with("nothing", bucket()).text.trim_end()),
        ..Account::with("nothing", bucket())
    };
    *broken.clock.lock().expect("not poisoned") = time("2026-01-01T01:00:00Z");
    let report = run(
        WORKFLOW,
        &broken,
        FlowFiles::default(),
        Some(Length::minutes(20)),
    );
    assert_eq!(report.steps[0].verdict, Verdict::Unavailable);
    let because = &report.steps[0].because;
    assert!(
        because.contains("log.gz line 5") && because.contains("has 1 fields"),
        "{because}"
    );
}

#[test]
fn files_count_beside_and_prove_no_absence() {
    let workflow = "id: files
title: Files
steps:
  - {id: any, title: A, check: {flow_logs: {pattern: {dstport: [2049]}, answered: true}}}
  - {id: none, title: B, check: {flow_logs: {pattern: {dstport: [25]}, expect: none}}}
  - {id: silent, title: C, check: {flow_logs: {pattern: {dstport: [443]}, answered: false}}}
";
    let files = FlowFiles {
        paths: vec![sample("unanswered")],
        format: None,
    };
    let account = Account::with("nothing", bucket());
    let report = run(workflow, &account, files, None);
    let expected = [Verdict::Pass, Verdict::Unavailable, Verdict::Unavailable];
    assert_eq!(verdicts(&report), expected, "{:?}", report.steps);
    assert_eq!(report.sources.len(), 1);
    assert!(
        report.steps[1].because.contains("is a copy"),
        "{}",
        report.steps[1].because
    );
}

#[test]
fn what_a_log_group_no_longer_keeps_proves_no_absence() {
    let workflow = "id: kept
title: Kept
steps:
  - id: none
    title: No mail
    check: {flow_logs: {vpc_id: vpc-0a1b2c3d4e5f60718, pattern: {dstport: [25]}, expect: none}}
";
    let verdict = |retention_days: Option<u32>| {
        let mut account = Account::with("unanswered", group());
        account.retention_days = retention_days;
        *account.clock.lock().expect("not poisoned") = time("2026-01-03T01:00:00Z");
        let wait = Some(Length::minutes(60));
        let report = run(workflow, &account, FlowFiles::default(), wait);
        (report.steps[0].verdict, report.steps[0].because.clone())
    };
    for long_enough in [None, Some(7)] {
        let (found, because) = verdict(long_enough);
        assert_eq!(found, Verdict::Pass, "{because}");
    }
    let (found, because) = verdict(Some(1));
    assert_eq!(found, Verdict::Unavailable, "{because}");
    assert!(because.contains("was read from 2026-01-0"), "{because}");
}
