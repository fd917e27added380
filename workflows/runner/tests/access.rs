//! An `access` step over a small account: objects are looked for where others lead, each once a round.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use cloister_evidence::{
    HistoryPage, HistoryReader, LogPage, LogReader, LookupAttribute, TrailReader, Unreachable,
};
use cloister_runner::{Clock, Cloud, Denied, FlowFiles, FlowLogs, Observed, Run};
use cloister_workflow::{FlowScope, Length, Report, Verdict, Workflow};
use jiff::Timestamp;
use serde_json::{Value, json};

const WORKFLOW: &str = "id: access
title: Access
steps:
  - id: outside
    title: Objects cannot be read from outside
    check:
      access:
        principal: arn:aws:iam::111122223333:role/data
        action: s3:GetObject
        resource: arn:aws:s3:::logs/a
        expect: deny
        layer: resource
  - id: inside
    title: Objects can be read through the endpoint
    check:
      access:
        principal: arn:aws:iam::111122223333:role/data
        action: s3:GetObject
        resource: arn:aws:s3:::logs/a
        endpoint: vpce-1
        expect: allow
        assume_none: [service_control, resource_control]
";

/// An account that notes what it is asked for.
struct Account {
    objects: Value,
    asked: Mutex<Vec<String>>,
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, _: Duration) {}
}

impl TrailReader for Account {
    async fn list_folders(&self, _: &str, _: &str) -> Result<Vec<String>, Unreachable> {
        Ok(Vec::new())
    }

    async fn list(&self, _: &str, _: &str, _: &str) -> Result<Vec<String>, Unreachable> {
        Ok(Vec::new())
    }

    async fn get(&self, _: &str, key: &str) -> Result<Vec<u8>, Unreachable> {
        Err(Unreachable(key.to_owned()))
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
        Ok(HistoryPage {
            records: Vec::new(),
            next: None,
        })
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
        Ok(LogPage::default())
    }
}

impl Cloud for Account {
    async fn flow_logs(&self, _: &FlowScope) -> Result<FlowLogs, Unreachable> {
        Ok(FlowLogs::Found(Vec::new()))
    }

    async fn observe(&self, kind: &str, id: &str) -> Result<Observed, Unreachable> {
        let mut asked = self.asked.lock().expect("not poisoned");
        asked.push(format!("{kind} {id}"));
        Ok(match self.objects[kind][id].clone() {
            Value::Null => Observed::Absent,
            Value::String(why) => Observed::Denied(Denied(why)),
            object => Observed::Object(object),
        })
    }
}

fn document(statement: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn account() -> Account {
    let read = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let lock = json!({
        "Sid": "OnlyFromInside", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": "arn:aws:s3:::logs/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    });
    let objects = json!({
        "iam:role": {"arn:aws:iam::111122223333:role/data": {
            "name": "data", "arn": "arn:aws:iam::111122223333:role/data", "permissions_boundary": null,
            "trust_policy": document(&read), "inline_policies": {}, "tags": {},
            "attached_policies": ["arn:aws:iam::111122223333:policy/read"],
        }},
        "iam:policy": {"arn:aws:iam::111122223333:policy/read": {"policy": document(&read)}},
        "s3:bucket": {"logs": {"account_id": "111122223333", "ownership": "BucketOwnerEnforced"}},
        "s3:bucket-policy": {"logs": {"policy": document(&lock)}},
        "ec2:vpc-endpoint": {"vpce-1": {"id": "vpce-1", "vpc_id": "vpc-1", "policy": null}},
    });
    Account {
        objects,
        asked: Mutex::new(Vec::new()),
    }
}

fn run(account: &Account) -> Report {
    let plan = Workflow::load("access.yaml", WORKFLOW)
        .and_then(|workflow| workflow.bind(&BTreeMap::new()))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let run = Run {
        plan: &plan,
        sources: Vec::new(),
        flow_files: FlowFiles::default(),
        since: Timestamp::UNIX_EPOCH,
        delivery_lag: Length::minutes(15),
        wait: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let report = runtime.block_on(run.execute(Some(account), &Still, &mut |_| {}));
    report.unwrap_or_else(|error| panic!("{error}"))
}

fn verdicts(report: &Report) -> Vec<Verdict> {
    report.steps.iter().map(|step| step.verdict).collect()
}

#[test]
fn what_policies_rest_on_is_looked_for_and_judged() {
    let account = account();
    let report = run(&account);
    assert_eq!(
        verdicts(&report),
        [Verdict::Pass, Verdict::Pass],
        "{}",
        report.to_json()
    );
    let asked = account.asked.into_inner().expect("not poisoned");
    assert_eq!(
        asked,
        [
            "ec2:vpc-endpoint vpce-1",
            "iam:role arn:aws:iam::111122223333:role/data",
            "s3:bucket logs",
            "s3:bucket-policy logs",
            "iam:policy arn:aws:iam::111122223333:policy/read",
        ]
    );
}

#[test]
fn what_may_not_be_read_leaves_an_allow_open_and_a_denial_standing() {
    let mut account = account();
    account.objects["iam:policy"]["arn:aws:iam::111122223333:policy/read"] =
        json!("grant `iam:GetPolicy`");
    let report = run(&account);
    assert_eq!(
        verdicts(&report),
        [Verdict::Pass, Verdict::Unavailable],
        "{}",
        report.to_json()
    );
    assert!(report.steps[1].because.contains("grant `iam:GetPolicy`"));
}
