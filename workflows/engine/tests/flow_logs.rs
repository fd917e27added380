//! `flow_logs` verdicts as tables over real-looking records: what is there, and what it means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cloister_evidence::{FLOW_FIELDS, FlowForm, Hits, Query, Scanner, scan_flow_folder};
use cloister_pattern::Pattern;
use cloister_workflow::{
    Event, Evidence, Exhibit, Flow, FlowEvidence, FlowLog, FlowProof, FlowSource, Judgement,
    Length, Objects, Place, Plan, Records, Source, SourceKind, Traffic, Verdict, Workflow, judge,
};
use jiff::{SignedDuration, Timestamp};

const START: &str = "2026-01-01T00:00:00Z";
const VPC: &str = "vpc-0a1b2c3d4e5f60718";
const INTERFACE: &str = "eni-0f1e2d3c4b5a69788";

/// The samples begin ten minutes after the start.
fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = START.parse().expect("a time");
    start + SignedDuration::from_mins(minutes)
}

fn plan(steps: &str) -> Plan {
    let text = format!("id: test\ntitle: Test\nsteps:\n{steps}");
    let workflow =
        Workflow::load("test.yaml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let known = FLOW_FIELDS.map(|field| (field.name, field.form == FlowForm::Number));
    workflow
        .check_flow_fields(&known)
        .unwrap_or_else(|problems| panic!("{problems}"));
    workflow
        .bind(&BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn flows(hits: &Hits, takes: impl Fn(&[u8]) -> bool) -> Records<Flow> {
    let parse = |hit: &cloister_evidence::Hit| {
        let place = Place {
            file: "sample".to_owned(),
            offset: hit.offset,
            index: hit.index,
        };
        Flow::parse(&hit.record, None, place).expect("a flow")
    };
    let taken = hits.kept.iter().filter(|hit| takes(&hit.record));
    Records {
        events: taken.map(parse).collect(),
        left_out: hits.left_out,
    }
}

/// A flow log of all traffic of the VPC, made two days ago and read 80 minutes after the start.
fn flow_log() -> FlowLog {
    FlowLog {
        id: "fl-1".to_owned(),
        resource_id: VPC.to_owned(),
        traffic: Traffic::All,
        aggregation: SignedDuration::from_mins(1),
        created: at(-2 * 24 * 60),
        problem: None,
    }
}

/// What is read of a sample for one step.
fn read(sample: &str, proof: &FlowProof, log: Option<FlowLog>, read_at: i64) -> FlowEvidence {
    let skipped = Pattern::parse(r#"{"log-status":["SKIPDATA"]}"#).expect("a pattern");
    let patterns = [&proof.pattern, &proof.opposite, &skipped];
    let queries = patterns.map(|pattern| Query {
        pattern: pattern.clone(),
        keep: 100,
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/flow-logs/{sample}.log"));
    let scanner = Scanner::new(queries.to_vec());
    let found = scan_flow_folder(&file, &scanner, None).expect("a sample");
    let source = Source {
        name: "flow log fl-1".to_owned(),
        kind: SourceKind::FlowLog,
        from: None,
        read_at: at(read_at),
        files: 1,
        records: found.tally.records,
        faults: found.tally.faults.clone(),
        shows: BTreeSet::new(),
        region: None,
    };
    FlowEvidence {
        records: flows(&found.hits[0], |_| true),
        answers: flows(&found.hits[1], |record| proof.takes_as_answer(record)),
        sources: vec![FlowSource {
            source,
            log,
            fields: found.tally.fields.clone(),
            skipped: flows(&found.hits[2], |_| true),
        }],
        unseen: None,
    }
}

/// A run that began an hour after the start and looks at the whole hour.
fn evidence() -> Evidence {
    Evidence {
        as_of: at(60),
        observed_at: at(60),
        since: at(0),
        delivery_lag: Length::minutes(15),
        observations: BTreeMap::new(),
        objects: Objects::new(),
        records: BTreeMap::new(),
        flows: BTreeMap::new(),
        logging_changes: Vec::new(),
        sources: Vec::new(),
    }
}

fn judged(sample: &str, steps: &str, log: Option<&FlowLog>, read_at: i64) -> Vec<Judgement> {
    let plan = plan(steps);
    let flows = plan.flow_proofs().map(|(step, proof)| {
        let flows = read(sample, proof, log.cloned(), read_at);
        (step.to_owned(), flows)
    });
    let evidence = Evidence {
        flows: flows.collect(),
        ..evidence()
    };
    judge(&plan, &evidence)
}

fn step(id: &str, check: &str) -> String {
    format!("- {{id: {id}, title: T, check: {{flow_logs: {{vpc_id: {VPC}, {check}}}}}}}\n")
}

/// Judges one step over a sample and compares verdict and a part of the reason.
fn check(name: &str, judgement: &Judgement, expected: (Verdict, &str)) {
    let found = (judgement.verdict, judgement.because.as_str());
    assert_eq!(found.0, expected.0, "{name}: {}", found.1);
    assert!(found.1.contains(expected.1), "{name}: {}", found.1);
}

const HOME: &str = "pattern: {interface-id: [eni-0f1e2d3c4b5a69788], dstport: [2049]}";
const WEB: &str =
    "pattern: {interface-id: [eni-0f1e2d3c4b5a69788], dstaddr: [{cidr: 93.184.216.0/24}]}";
const TO_S3: &str = "pattern: {pkt-dst-aws-service: [S3], dstport: [443]}";
const KAGGLE: &str = "pattern: {dstaddr: [35.244.233.98]}";

#[test]
#[expect(clippy::too_many_lines, reason = "a flat table of cases")]
fn connectivity_is_a_flow_and_its_answer() {
    use Verdict::{Fail, NotAttempted, Pass, Pending, Unavailable};
    let cases = [
        (
            "a mount answers",
            "answered",
            HOME,
            "answered: true",
            80,
            Pass,
            "1 matching record",
        ),
        (
            "S3 answers, whichever record came first",
            "answered",
            TO_S3,
            "answered: true",
            80,
            Pass,
            "1 matching",
        ),
        (
            "any",
            "unanswered",
            WEB,
            "answered: any",
            80,
            Pass,
            "2 matching records",
        ),
        (
            "accepted and never answered",
            "unanswered",
            WEB,
            "answered: true",
            80,
            Fail,
            "2 matching records, but no answer",
        ),
        (
            "no answer, as expected",
            "unanswered",
            WEB,
            "answered: false",
            80,
            Pass,
            "2 matching records",
        ),
        (
            "the answer may still come",
            "unanswered",
            WEB,
            "answered: true",
            20,
            Pending,
            "An answer may arrive until 2026-01-01T00:26:52Z",
        ),
        (
            "so may one that must not be",
            "unanswered",
            WEB,
            "answered: false",
            20,
            Pending,
            "may arrive until",
        ),
        (
            "answered though it must not be",
            "answered",
            HOME,
            "answered: false",
            80,
            Fail,
            "1 matching record, and answers came back",
        ),
        (
            "never tried",
            "nothing",
            WEB,
            "answered: false",
            80,
            NotAttempted,
            "No match among 3 flow records",
        ),
        (
            "never tried, early",
            "nothing",
            WEB,
            "answered: true",
            75,
            Pending,
            "until 2026-01-01T01:16:00Z",
        ),
        (
            "records were skipped",
            "skipped",
            WEB,
            "answered: false",
            80,
            Unavailable,
            "skipped records of `eni-0f1e2d3c4b5a69788`",
        ),
        (
            "a group rejects",
            "refused",
            "pattern: {dstport: [22]}",
            "answered: true",
            80,
            Fail,
            "no answer",
        ),
        (
            "a rejected flow needs no proof",
            "refused",
            "pattern: {dstport: [22]}",
            "answered: false",
            20,
            Pass,
            "1 matching",
        ),
        (
            "a reset is no answer",
            "refused",
            "pattern: {dstport: [8443]}",
            "answered: true",
            80,
            Fail,
            "no answer",
        ),
        (
            "an answer that is rejected is none",
            "refused",
            "pattern: {dstport: [9000]}",
            "answered: true",
            80,
            Fail,
            "no answer",
        ),
        (
            "a handshake",
            "filtered",
            KAGGLE,
            "answered: true",
            80,
            Pass,
            "1 matching",
        ),
        (
            "more than a handshake",
            "filtered",
            KAGGLE,
            "answered: true, answer: {packets: [{numeric: ['>', 2]}]}",
            80,
            Fail,
            "no answer",
        ),
    ];
    for (name, sample, pattern, rest, read_at, verdict, because) in cases {
        let steps = step("a", &format!("{pattern}, {rest}"));
        let judgement = judged(sample, &steps, Some(&flow_log()), read_at).remove(0);
        check(name, &judgement, (verdict, because));
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a flat table of cases")]
fn absence_is_proven_by_a_complete_flow_log_of_all_traffic_only() {
    use Verdict::{Fail, Pass, Pending, Unavailable};
    let none = |pattern: &str| step("a", &format!("{pattern}, answered: true, expect: none"));
    let log = flow_log;
    let accept = FlowLog {
        traffic: Traffic::Accept,
        ..log()
    };
    let young = FlowLog {
        created: at(-5),
        ..log()
    };
    let other = FlowLog {
        resource_id: "subnet-1".to_owned(),
        ..log()
    };
    let interface = FlowLog {
        resource_id: INTERFACE.to_owned(),
        ..log()
    };
    let broken = FlowLog {
        problem: Some("Access error".to_owned()),
        ..log()
    };
    let coarse = FlowLog {
        aggregation: SignedDuration::from_mins(10),
        ..log()
    };
    let cases = [
        (
            "complete",
            "nothing",
            WEB,
            Some(log()),
            80,
            Pass,
            "flow log fl-1 is complete for that time",
        ),
        (
            "tried, never answered",
            "unanswered",
            WEB,
            Some(log()),
            80,
            Pass,
            "complete",
        ),
        (
            "answered",
            "answered",
            HOME,
            Some(log()),
            80,
            Fail,
            "1 matching record that must not be there",
        ),
        (
            "lag",
            "nothing",
            WEB,
            Some(log()),
            75,
            Pending,
            "until 2026-01-01T01:16:00Z",
        ),
        (
            "a longer capture window",
            "nothing",
            WEB,
            Some(coarse),
            80,
            Pending,
            "until 2026-01-01T01:25:00Z",
        ),
        (
            "accepted traffic only",
            "nothing",
            WEB,
            Some(accept),
            80,
            Unavailable,
            "fl-1 records ACCEPT traffic only",
        ),
        (
            "made late",
            "nothing",
            WEB,
            Some(young),
            80,
            Unavailable,
            "from 2026-01-01T00:05:00Z on",
        ),
        (
            "of another resource",
            "nothing",
            WEB,
            Some(other),
            80,
            Unavailable,
            "records `subnet-1` only",
        ),
        (
            "of the interface asked about",
            "nothing",
            WEB,
            Some(interface),
            80,
            Pass,
            "complete",
        ),
        (
            "does not deliver",
            "nothing",
            WEB,
            Some(broken),
            80,
            Unavailable,
            "does not deliver: Access error",
        ),
        (
            "skipped",
            "skipped",
            KAGGLE,
            Some(log()),
            80,
            Unavailable,
            "skipped records of",
        ),
        ("a copy", "nothing", WEB, None, 80, Unavailable, "is a copy"),
        (
            "a field is missing",
            "nothing",
            "pattern: {reject-reason: [BPA]}",
            Some(log()),
            80,
            Unavailable,
            "has no field `reject-reason` in its format",
        ),
    ];
    for (name, sample, pattern, log, read_at, verdict, because) in cases {
        let judgement = judged(sample, &none(pattern), log.as_ref(), read_at).remove(0);
        check(name, &judgement, (verdict, because));
    }
}

#[test]
fn what_no_flow_log_can_hold_is_unavailable() {
    use Verdict::Unavailable;
    let reject = FlowLog {
        traffic: Traffic::Reject,
        ..flow_log()
    };
    let later = FlowLog {
        created: at(61),
        ..flow_log()
    };
    let accepted =
        format!("{HOME}, expect: {{at_least: 9}}").replace("2049]", "2049], action: [ACCEPT]");
    let cases = [
        (
            "another kind of traffic",
            accepted.as_str(),
            reject,
            "records REJECT traffic only",
        ),
        (
            "made after the window",
            "pattern: {dstport: [1]}",
            later,
            "was made at 2026-01-01T01:01:00Z only",
        ),
        (
            "a field is missing",
            "pattern: {ecs-task-id: [x]}",
            flow_log(),
            "has no field `ecs-task-id`",
        ),
    ];
    for (name, pattern, log, because) in cases {
        let judgement = judged("nothing", &step("a", pattern), Some(&log), 80).remove(0);
        check(name, &judgement, (Unavailable, because));
    }
    let plan = plan(&step("a", WEB));
    let unseen = Some("`ec2:DescribeFlowLogs` was refused".to_owned());
    for (unseen, because) in [
        (
            None,
            "No flow log records the traffic of `vpc-0a1b2c3d4e5f60718`",
        ),
        (unseen, "`ec2:DescribeFlowLogs` was refused"),
    ] {
        let flows = FlowEvidence {
            unseen,
            ..FlowEvidence::default()
        };
        let flows = BTreeMap::from([("a".to_owned(), flows)]);
        let judgement = judge(
            &plan,
            &Evidence {
                flows,
                ..evidence()
            },
        )
        .remove(0);
        check("no source", &judgement, (Unavailable, because));
    }
}

#[test]
fn steps_refer_to_flows_and_calls_alike() {
    let call = "- {id: call, title: T, check: {cloudtrail: {pattern: {eventName: [CreateApp]}}}}\n";
    let after = |minutes: i64| {
        let steps = format!(
            "{call}{}",
            step("a", &format!("{HOME}, after: call, within: 30m"))
        );
        let plan = plan(&steps);
        let call = Event {
            id: None,
            request_id: None,
            time: at(minutes),
            name: "CreateApp".to_owned(),
            source: "sagemaker.amazonaws.com".to_owned(),
            region: None,
            principal: None,
            error_code: None,
            vpc_endpoint_id: None,
            place: Place {
                file: "f".to_owned(),
                offset: 0,
                index: 0,
            },
        };
        let (_, proof) = plan.flow_proofs().next().expect("a step");
        let flows = read("answered", proof, Some(flow_log()), 120);
        let records = Records {
            events: vec![call],
            left_out: 0,
        };
        let evidence = Evidence {
            flows: BTreeMap::from([("a".to_owned(), flows)]),
            records: BTreeMap::from([("call".to_owned(), records)]),
            ..evidence()
        };
        judge(&plan, &evidence).remove(1)
    };
    // The flow lasts from 00:10:00 to 00:10:52.
    check("after the call", &after(5), (Verdict::Pass, ""));
    check("it goes on after the call", &after(10), (Verdict::Pass, ""));
    check("before the call", &after(11), (Verdict::NotAttempted, ""));

    let first = step("s3", TO_S3);
    let same = |pattern: &str| {
        let steps = format!(
            "{first}{}",
            step("a", &format!("{pattern}, same_interface_as: s3"))
        );
        judged("answered", &steps, Some(&flow_log()), 80).remove(1)
    };
    check(
        "same interface",
        &same("pattern: {dstport: [2049], flow-direction: [egress]}"),
        (Verdict::Pass, "1"),
    );
    check(
        "another interface",
        &same("pattern: {dstport: [2049], flow-direction: [ingress]}"),
        (
            Verdict::Fail,
            "seen at `eni-0aa1bb2cc3dd4ee5f`, not at the interface of `s3`",
        ),
    );
}

#[test]
fn a_pass_names_the_flow_and_its_answer() {
    let steps = step("a", &format!("{HOME}, answered: true"));
    let judgement = judged("answered", &steps, Some(&flow_log()), 80).remove(0);
    let [Exhibit::Flow(flow)] = judgement.evidence.as_slice() else {
        panic!("{:?}", judgement.evidence);
    };
    insta::assert_json_snapshot!(flow);
}

#[test]
fn mistakes_in_a_check_are_shown_at_their_places() {
    let text = "id: test
title: Test
steps:
  - id: a
    title: A
    check:
      flow_logs:
        vpc_id: vpc-1
        flow_log_id: fl-1
        pattern: {dst-port: [443], $or: [{srcport: ['22']}, {interface_id: [eni-1]}]}
  - id: b
    title: B
    check:
      flow_logs:
        pattern: {dstport: [443]}
        answer: {packets: [3]}
        same_interface_as: c
  - id: c
    title: C
    check: {cloudtrail: {pattern: {eventName: [X]}}}
  - id: d
    title: D
    check: {flow_logs: {pattern: {dstport: [443]}, answered: maybe}}
";
    let problems = match Workflow::load("test.yaml", text) {
        Ok(_) => panic!("accepted"),
        Err(problems) => problems.to_string(),
    };
    let known = FLOW_FIELDS.map(|field| (field.name, field.form == FlowForm::Number));
    let text = "id: test
title: Test
steps:
  - id: a
    title: A
    check:
      flow_logs:
        pattern: {dst-port: [443], $or: [{srcport: ['22']}, {shoe-size: [44]}]}
";
    let workflow =
        Workflow::load("test.yaml", text).unwrap_or_else(|problems| panic!("{problems}"));
    let fields = match workflow.check_flow_fields(&known) {
        Ok(()) => panic!("accepted"),
        Err(problems) => problems.to_string(),
    };
    insta::assert_snapshot!(format!("{problems}\n{fields}"));
}
