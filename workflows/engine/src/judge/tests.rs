//! Verdicts as tables: what is there, and what it means.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::judge;
use crate::event::{Event, Place};
use crate::evidence::{Evidence, Observation, Records, Source, SourceKind};
use crate::family::{Category, Family};
use crate::length::Length;
use crate::load::Workflow;
use crate::plan::Plan;
use crate::verdict::Verdict;

const START: &str = "2026-01-01T00:00:00Z";

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = START.parse().expect("a time");
    start + SignedDuration::from_mins(minutes)
}

fn plan(steps: &str) -> Plan {
    let text = format!("id: test\ntitle: Test\nsteps:\n{steps}");
    let workflow =
        Workflow::load("test.yaml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    workflow
        .bind(&BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn event(id: &str, minutes: i64, principal: &str) -> Event {
    Event {
        id: Some(id.to_owned()),
        request_id: None,
        time: at(minutes),
        name: "CreateBucket".to_owned(),
        source: "s3.amazonaws.com".to_owned(),
        region: None,
        principal: Some(principal.to_owned()),
        error_code: None,
        vpc_endpoint_id: None,
        place: Place {
            file: "f".to_owned(),
            offset: 0,
            index: 0,
        },
    }
}

/// A trail that was read `read_at` minutes after the start, whole, and holds every family.
fn trail(read_at: i64) -> Source {
    Source {
        name: "trail".to_owned(),
        kind: SourceKind::Trail,
        from: Some(at(0)),
        read_at: at(read_at),
        files: 1,
        records: 1,
        faults: Vec::new(),
        shows: [Category::Management, Category::Data]
            .map(|category| Family {
                category,
                event_source: Some("s3.amazonaws.com".to_owned()),
            })
            .into(),
        region: None,
    }
}

fn folder() -> Source {
    Source {
        kind: SourceKind::Folder,
        name: "folder".to_owned(),
        from: None,
        ..trail(60)
    }
}

fn history(region: &str, read_at: i64) -> Source {
    Source {
        kind: SourceKind::LookupEvents,
        name: "event history".to_owned(),
        region: Some(region.to_owned()),
        ..trail(read_at)
    }
}

/// A run that began an hour after the start and looks at the whole hour.
fn evidence(sources: Vec<Source>, records: &[(&str, Vec<Event>)]) -> Evidence {
    let keep = |(step, events): &(&str, Vec<Event>)| {
        (
            (*step).to_owned(),
            Records {
                events: events.clone(),
                left_out: 0,
            },
        )
    };
    Evidence {
        as_of: at(60),
        observed_at: at(60),
        since: at(0),
        delivery_lag: Length::minutes(15),
        observations: BTreeMap::new(),
        objects: BTreeMap::new(),
        records: records.iter().map(keep).collect(),
        flows: BTreeMap::new(),
        logging_changes: Vec::new(),
        sources,
    }
}

/// Judges one `cloudtrail` step `a` and compares verdict and start of the reason.
fn check(name: &str, check: &str, evidence: &Evidence, expected: (Verdict, &str)) {
    let plan = plan(&format!(
        "- {{id: a, title: A, check: {{cloudtrail: {check}}}}}\n"
    ));
    let judgement = judge(&plan, evidence).remove(0);
    assert_eq!(
        judgement.verdict, expected.0,
        "{name}: {}",
        judgement.because
    );
    assert!(
        judgement.because.contains(expected.1),
        "{name}: {}",
        judgement.because
    );
}

const MANAGEMENT: &str = "pattern: {eventSource: [s3.amazonaws.com], eventName: [CreateBucket]}";
const IAM: &str = "pattern: {eventSource: [iam.amazonaws.com], eventName: [CreateRole]}";
const DATA: &str = "pattern: {eventSource: [s3.amazonaws.com], eventName: [PutObject]}";

#[test]
#[expect(clippy::too_many_lines, reason = "a flat table of cases")]
fn expected_records_are_found_awaited_or_missing() {
    use Verdict::{NotAttempted, Pass, Pending, Unavailable};
    let one = || vec![("a", vec![event("1", 10, "p")])];
    let two = || vec![("a", vec![event("1", 10, "p"), event("2", 20, "p")])];
    let broken = || Source {
        faults: vec!["x.gz: cut".to_owned()],
        ..trail(90)
    };
    let silent_family = || Source {
        shows: BTreeSet::new(),
        ..trail(90)
    };
    let cases = [
        (
            "found",
            MANAGEMENT,
            "",
            evidence(vec![trail(60)], &one()),
            Pass,
            "1 matching record",
        ),
        (
            "found in a folder",
            MANAGEMENT,
            "",
            evidence(vec![folder()], &one()),
            Pass,
            "",
        ),
        (
            "found although a file is broken",
            MANAGEMENT,
            "",
            evidence(vec![broken()], &one()),
            Pass,
            "",
        ),
        (
            "too old",
            MANAGEMENT,
            ", within: 30m",
            evidence(vec![trail(90)], &one()),
            NotAttempted,
            "among 1 records",
        ),
        (
            "too few yet",
            MANAGEMENT,
            ", expect: {at_least: 2}",
            evidence(vec![trail(60)], &one()),
            Pending,
            "1 of 2 records",
        ),
        (
            "too few",
            MANAGEMENT,
            ", expect: {at_least: 2}",
            evidence(vec![trail(90)], &one()),
            NotAttempted,
            "1 of 2 records",
        ),
        (
            "enough",
            MANAGEMENT,
            ", expect: {at_least: 2}",
            evidence(vec![trail(60)], &two()),
            Pass,
            "2 matching records",
        ),
        (
            "silent and early",
            MANAGEMENT,
            "",
            evidence(vec![trail(74)], &[]),
            Pending,
            "2026-01-01T01:15:00Z",
        ),
        (
            "silent and late",
            MANAGEMENT,
            "",
            evidence(vec![trail(75)], &[]),
            NotAttempted,
            "",
        ),
        (
            "silent in history, early",
            MANAGEMENT,
            "",
            evidence(vec![history("eu-west-1", 60)], &[]),
            Pending,
            "",
        ),
        (
            "silent in history, late",
            MANAGEMENT,
            "",
            evidence(vec![history("eu-west-1", 75)], &[]),
            NotAttempted,
            "",
        ),
        (
            "silent in a folder",
            MANAGEMENT,
            "",
            evidence(vec![folder()], &[]),
            NotAttempted,
            "",
        ),
        (
            "silent and a file is broken",
            MANAGEMENT,
            "",
            evidence(vec![broken()], &[]),
            Unavailable,
            "x.gz: cut",
        ),
        (
            "no source",
            MANAGEMENT,
            "",
            evidence(vec![], &[]),
            Unavailable,
            "No source of records",
        ),
        (
            "data events in history",
            DATA,
            "",
            evidence(vec![history("eu-west-1", 90)], &[]),
            Unavailable,
            "No source given can hold data events",
        ),
        (
            "data events never seen",
            DATA,
            "",
            evidence(vec![silent_family()], &[]),
            Unavailable,
            "No source holds data events",
        ),
        (
            "data events seen",
            DATA,
            "",
            evidence(vec![trail(90)], &[]),
            NotAttempted,
            "",
        ),
        (
            "global service, wrong region",
            IAM,
            "",
            evidence(vec![history("eu-west-1", 90)], &[]),
            Unavailable,
            "can hold management events of iam",
        ),
        (
            "global service, its region",
            IAM,
            "",
            evidence(vec![history("us-east-1", 90)], &[]),
            NotAttempted,
            "",
        ),
    ];
    for (name, pattern, more, evidence, verdict, because) in cases {
        check(
            name,
            &format!("{{{pattern}{more}}}"),
            &evidence,
            (verdict, because),
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a flat table of cases")]
fn absence_passes_only_where_it_is_proven() {
    use Verdict::{Fail, Pass, Pending, Unavailable};
    let none = format!("{{{MANAGEMENT}, expect: none}}");
    let most = format!("{{{MANAGEMENT}, expect: {{at_most: 1}}}}");
    let iam = format!("{{{IAM}, expect: none}}");
    let data = format!("{{{DATA}, expect: none}}");
    let one = || vec![("a", vec![event("1", 10, "p")])];
    let two = || vec![("a", vec![event("1", 10, "p"), event("2", 20, "p")])];
    let broken = || Source {
        faults: vec!["x.gz: cut".to_owned()],
        ..trail(90)
    };
    let short = || Source {
        from: Some(at(5)),
        ..trail(90)
    };
    let stopped = |minutes| Evidence {
        logging_changes: vec![Event {
            name: "StopLogging".to_owned(),
            ..event("s", minutes, "p")
        }],
        ..evidence(vec![trail(90)], &[])
    };
    let crowded = Evidence {
        records: [(
            "a".to_owned(),
            Records {
                events: vec![],
                left_out: 3,
            },
        )]
        .into(),
        ..evidence(vec![trail(90)], &[])
    };
    let cases = [
        (
            "seen",
            &none,
            evidence(vec![trail(60)], &one()),
            Fail,
            "1 matching record that must not",
        ),
        (
            "seen in a folder",
            &none,
            evidence(vec![folder()], &one()),
            Fail,
            "",
        ),
        ("early", &none, evidence(vec![trail(74)], &[]), Pending, ""),
        (
            "late",
            &none,
            evidence(vec![trail(75)], &[]),
            Pass,
            "trail is complete",
        ),
        (
            "history, late",
            &none,
            evidence(vec![history("eu-west-1", 75)], &[]),
            Pass,
            "event history is complete",
        ),
        (
            "history, early",
            &none,
            evidence(vec![history("eu-west-1", 74)], &[]),
            Pending,
            "",
        ),
        (
            "history of another region",
            &iam,
            evidence(vec![history("eu-west-1", 90)], &[]),
            Unavailable,
            "",
        ),
        (
            "folder",
            &none,
            evidence(vec![folder()], &[]),
            Unavailable,
            "is a copy",
        ),
        (
            "folder beside a trail",
            &none,
            evidence(vec![folder(), trail(90)], &[]),
            Pass,
            "",
        ),
        (
            "folder beside an early trail",
            &none,
            evidence(vec![folder(), trail(60)], &[]),
            Pending,
            "",
        ),
        (
            "broken file",
            &none,
            evidence(vec![broken()], &[]),
            Unavailable,
            "x.gz: cut",
        ),
        (
            "read from later on",
            &none,
            evidence(vec![short()], &[]),
            Unavailable,
            "was read from",
        ),
        (
            "logging stopped",
            &none,
            stopped(30),
            Unavailable,
            "`StopLogging` changed what is logged",
        ),
        (
            "logging stopped after the window",
            &none,
            stopped(61),
            Pass,
            "",
        ),
        (
            "no such events at all",
            &iam,
            evidence(vec![trail(90)], &[]),
            Unavailable,
            "holds no management events of iam",
        ),
        (
            "data events without a witness",
            &data,
            evidence(vec![trail(90)], &[]),
            Unavailable,
            "no `witness` step",
        ),
        (
            "no source",
            &none,
            evidence(vec![], &[]),
            Unavailable,
            "No source of records",
        ),
        (
            "more than can be kept",
            &none,
            crowded,
            Unavailable,
            "3 more records match",
        ),
        (
            "as many as allowed",
            &most,
            evidence(vec![trail(90)], &one()),
            Pass,
            "1 matching record",
        ),
        (
            "more than allowed",
            &most,
            evidence(vec![trail(90)], &two()),
            Fail,
            "at most 1 allowed",
        ),
    ];
    for (name, step, evidence, verdict, because) in cases {
        check(name, step, &evidence, (verdict, because));
    }
}

#[test]
fn a_witness_shows_that_data_events_are_recorded() {
    let plan = plan(
        "- {id: seen, title: A, check: {cloudtrail: {pattern: {eventSource: [s3.amazonaws.com], eventName: [GetObject]}}}}
- {id: none, title: B, check: {cloudtrail: {pattern: {eventSource: [s3.amazonaws.com], eventName: [PutObject]}, expect: none, witness: seen}}}
",
    );
    let cases = [
        (
            "witness passed",
            vec![("seen", vec![event("1", 1, "p")])],
            Verdict::Pass,
        ),
        ("witness silent", vec![], Verdict::Unavailable),
    ];
    for (name, records, expected) in cases {
        let judged = judge(&plan, &evidence(vec![trail(90)], &records));
        assert_eq!(judged[1].verdict, expected, "{name}: {}", judged[1].because);
    }
}

#[test]
fn later_steps_refer_to_the_record_of_earlier_ones() {
    use Verdict::{Fail, NotAttempted, Pass};
    let plan = plan(
        "- {id: a, title: A, check: {cloudtrail: {pattern: {eventName: [A]}}}}
- {id: b, title: B, check: {cloudtrail: {pattern: {eventName: [B]}, after: a, within: 10m, same_principal_as: a}}}
",
    );
    let shows = || Source {
        shows: [Family {
            category: Category::Management,
            event_source: None,
        }]
        .into(),
        ..trail(90)
    };
    let cases = [
        ("after, by the same", vec![event("b", 15, "p")], Pass, ""),
        ("in the same second", vec![event("b", 10, "p")], Pass, ""),
        ("before", vec![event("b", 9, "p")], NotAttempted, ""),
        ("too late", vec![event("b", 21, "p")], NotAttempted, ""),
        (
            "by another",
            vec![event("b", 15, "q")],
            Fail,
            "was called by `q`, not by the principal of `a`",
        ),
        (
            "by both",
            vec![event("b", 14, "q"), event("c", 15, "p")],
            Pass,
            "",
        ),
    ];
    for (name, events, verdict, because) in cases {
        let records = [
            ("a", vec![event("a2", 30, "q"), event("a", 10, "p")]),
            ("b", events),
        ];
        let judgement = judge(&plan, &evidence(vec![shows()], &records)).remove(1);
        assert_eq!(judgement.verdict, verdict, "{name}: {}", judgement.because);
        assert!(
            judgement.because.contains(because),
            "{name}: {}",
            judgement.because
        );
    }
}

#[test]
fn a_step_without_its_ground_says_what_it_waits_for() {
    use Verdict::{NotAttempted, Pass, Pending, Unavailable};
    let needs = |first: &str| {
        plan(&format!(
            "- {{id: b, title: B, needs: [a], check: {{live: {{kind: k, id: i, pattern: {{x: [1]}}}}}}}}\n- {first}\n"
        ))
    };
    let trail_step = format!("{{id: a, title: A, check: {{cloudtrail: {{{MANAGEMENT}}}}}}}");
    let live_step =
        "{id: a, title: A, check: {live: {kind: k, id: i, pattern: {x: [2]}}}}".to_owned();
    let manual_step = "{id: a, title: A, check: {manual: {question: Done?}}}".to_owned();
    let cases = [
        (
            "failed",
            &live_step,
            vec![],
            NotAttempted,
            "Needs `a`, which failed",
        ),
        (
            "not attempted",
            &trail_step,
            vec![trail(90)],
            NotAttempted,
            "Needs `a`, which was not attempted",
        ),
        (
            "pending",
            &trail_step,
            vec![trail(60)],
            Pending,
            "Needs `a`, which is pending",
        ),
        (
            "unavailable",
            &trail_step,
            vec![],
            Unavailable,
            "Needs `a`, which is unavailable",
        ),
        ("manual", &manual_step, vec![], Pass, ""),
    ];
    for (name, first, sources, verdict, because) in cases {
        let mut evidence = evidence(sources, &[]);
        for step in ["a", "b"] {
            evidence
                .observations
                .insert(step.to_owned(), Observation::Found(json!({"x": 1})));
        }
        let judgement = judge(&needs(first), &evidence).remove(0);
        assert_eq!(judgement.verdict, verdict, "{name}: {}", judgement.because);
        assert!(
            judgement.because.starts_with(because),
            "{name}: {}",
            judgement.because
        );
    }
}

#[test]
fn live_objects_are_compared_with_their_pattern() {
    use Verdict::{Fail, NotAttempted, Pass, Unavailable};
    let plan = plan(
        "- {id: a, title: A, check: {live: {kind: s3:bucket, id: b, pattern: {versioning: [Enabled]}, without: {open: [true]}}}}\n",
    );
    let found = |value| Some(Observation::Found(value));
    let cases = [
        (
            "as required",
            found(json!({"versioning": "Enabled"})),
            Pass,
            "is as required",
        ),
        (
            "different",
            found(json!({"versioning": "Suspended"})),
            Fail,
            "`versioning` should be \"Enabled\", but is \"Suspended\"",
        ),
        ("missing", found(json!({})), Fail, "but is absent"),
        (
            "with what must not be",
            found(json!({"versioning": "Enabled", "open": true})),
            Fail,
            "holds what it must not",
        ),
        (
            "absent",
            Some(Observation::Absent),
            NotAttempted,
            "does not exist",
        ),
        (
            "unreadable",
            Some(Observation::Unreadable("grant x".to_owned())),
            Unavailable,
            "grant x",
        ),
        (
            "not observed",
            None,
            Unavailable,
            "no AWS account was given",
        ),
        (
            "no object",
            found(json!([1])),
            Unavailable,
            "could not be compared",
        ),
    ];
    for (name, observation, verdict, because) in cases {
        let mut evidence = evidence(vec![], &[]);
        evidence
            .observations
            .extend(observation.map(|found| ("a".to_owned(), found)));
        let judgement = judge(&plan, &evidence).remove(0);
        assert_eq!(judgement.verdict, verdict, "{name}: {}", judgement.because);
        assert!(
            judgement.because.contains(because),
            "{name}: {}",
            judgement.because
        );
    }
}
