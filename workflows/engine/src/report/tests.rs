//! Both reports as a reader sees them.

use cloister_policy::access::{Layer, Outcome};
use jiff::Timestamp;

use super::{Paint, Report, render_terminal};
use crate::event::{Event, Place};
use crate::evidence::{Evidence, Source, SourceKind};
use crate::file::Unreadable;
use crate::length::Length;
use crate::load::Workflow;
use crate::verdict::{DecisionExhibit, Exhibit, Judgement, StatementExhibit, Verdict};

const STEPS: &str = "id: sample
title: A sample of every verdict
steps:
  - {id: created, title: The bucket was created, points: 10, check: {manual: {question: Q}}, hint: never shown}
  - {id: locked, title: The bucket is locked, points: 5, check: {manual: {question: Q}}, hint: A hint that is long enough to be wrapped over two lines of a narrow terminal., remedy: Apply again.}
  - {id: used, title: The bucket was used, check: {manual: {question: Q}}, remedy: never shown}
  - {id: quiet, title: Nothing else happened, points: 2, check: {manual: {question: Q}}}
  - {id: watched, title: Data events are recorded, points: 2, check: {manual: {question: Q}}}
  - {id: refused, title: Nobody else may read, points: 4, check: {manual: {question: Q}}}
  - {id: asked, title: A person looked, points: 3, check: {manual: {question: Q}}}
";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn decision() -> Exhibit {
    Exhibit::Decision(DecisionExhibit {
        principal: "arn:aws:iam::111122223333:role/guest".to_owned(),
        action: "s3:GetObject".to_owned(),
        resource: "arn:aws:s3:::data/a".to_owned(),
        decision: Outcome::Allowed,
        layer: Layer::Resource,
        document: Some("policy of bucket data".to_owned()),
        statement: Some(StatementExhibit {
            index: 1,
            sid: Some("Guests".to_owned()),
        }),
        reason: "the resource-based policy `policy of bucket data`, statement `Guests` allows `s3:GetObject`".to_owned(),
        not_read: vec![Layer::ServiceControl],
        assumed_none: vec![Unreadable::ResourceControl, Unreadable::Session],
    })
}

fn report() -> Report {
    let plan = Workflow::load("sample.yaml", STEPS)
        .and_then(|workflow| workflow.bind(&std::collections::BTreeMap::new()))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let event = Event {
        id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        request_id: Some("REQUEST1".to_owned()),
        time: time("2026-01-01T00:10:00Z"),
        name: "CreateBucket".to_owned(),
        source: "s3.amazonaws.com".to_owned(),
        region: Some("eu-west-1".to_owned()),
        principal: Some("arn:aws:iam::111122223333:role/admin".to_owned()),
        error_code: None,
        vpc_endpoint_id: Some("vpce-1".to_owned()),
        place: Place {
            file: "s3://trail/x.json.gz".to_owned(),
            offset: 42,
            index: 1,
        },
    };
    let object = Exhibit::Object {
        kind: "s3:bucket".to_owned(),
        id: "data".to_owned(),
        time: time("2026-01-01T01:00:00Z"),
    };
    let judgements = vec![
        Judgement::new(Verdict::Pass, "1 matching record in the window")
            .with_exhibits([Exhibit::from(&event)].into_iter()),
        Judgement::new(
            Verdict::Fail,
            "`s3:bucket` `data`: `versioning` should be \"Enabled\", but is \"Suspended\"",
        )
        .with_exhibit(object),
        Judgement::new(Verdict::NotAttempted, "No further match"),
        Judgement::pending(time("2026-01-01T01:15:00Z"), "Records may arrive"),
        Judgement::new(Verdict::Unavailable, "No source given can hold data events"),
        Judgement::new(
            Verdict::Fail,
            "`s3:GetObject` on `arn:aws:s3:::data/a` is allowed",
        )
        .with_exhibit(decision()),
        Judgement::new(Verdict::Manual, "Did you look?"),
    ];
    let evidence = Evidence {
        as_of: time("2026-01-01T01:00:00Z"),
        observed_at: time("2026-01-01T01:00:00Z"),
        since: time("2026-01-01T00:00:00Z"),
        delivery_lag: Length::minutes(15),
        observations: std::collections::BTreeMap::new(),
        objects: std::collections::BTreeMap::new(),
        records: std::collections::BTreeMap::new(),
        flows: std::collections::BTreeMap::new(),
        logging_changes: Vec::new(),
        sources: vec![Source {
            name: "trail s3://trail".to_owned(),
            kind: SourceKind::Trail,
            from: None,
            read_at: time("2026-01-01T01:00:00Z"),
            files: 3,
            records: 120,
            faults: vec!["s3://trail/y.json.gz: 12 bytes follow the gzip data".to_owned()],
            shows: std::collections::BTreeSet::new(),
            region: None,
        }],
    };
    Report::new(&plan, &evidence, judgements)
}

#[test]
fn the_terminal_report_reads_without_colour() {
    insta::assert_snapshot!("terminal", render_terminal(&report(), Paint::Plain, 100));
    insta::assert_snapshot!(
        "terminal_narrow",
        render_terminal(&report(), Paint::Plain, 60)
    );
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = render_terminal(&report(), Paint::Colour, 100);
    let mut plain = String::new();
    for piece in coloured.split('\u{1b}') {
        plain += piece
            .split_once('m')
            .filter(|_| piece.starts_with('['))
            .map_or(piece, |(_, text)| text);
    }
    assert_eq!(plain, render_terminal(&report(), Paint::Plain, 100));
    assert_ne!(coloured, plain);
}

#[test]
fn the_json_report_is_stable_and_fits_its_schema() {
    let schema = serde_json::to_value(super::report_schema()).expect("a schema is JSON");
    let json = serde_json::to_value(report()).expect("a report is JSON");
    if let Err(error) = jsonschema::validate(&schema, &json) {
        panic!("{error} at {}", error.instance_path());
    }
    insta::assert_snapshot!("json", report().to_json());
}
