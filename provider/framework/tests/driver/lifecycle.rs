//! Plan, apply, read, import, upgrade: one case each for what can happen.

use cloister_framework::driver::{
    ApplyInput, ApplyOutput, PlanInput, apply_resource, import_resource, move_resource,
    plan_resource, read_resource, upgrade_identity, upgrade_resource,
};
use cloister_framework::{Diagnostics, ImportRequest, MoveRequest, Path, Resource, Value};

use crate::core::{apply, plan};
use crate::widget::{Conduct, Widgets, inner, now, object};

fn config(attributes: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    object([("name", Value::from("w1"))].into_iter().chain(attributes))
}

fn summaries(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.summary().to_owned())
        .collect()
}

#[test]
fn a_create_plans_defaults_and_unknowns() {
    let config = config([
        ("password", "hunter2hunter2".into()),
        (
            "list",
            Value::List(vec![
                inner("a", Value::Null, Value::Null),
                inner("b", 3, Value::Null),
            ]),
        ),
        (
            "set",
            Value::Set(vec![
                inner("a", Value::Null, Value::Null),
                inner("b", 3, Value::Null),
            ]),
        ),
    ]);
    let elements = vec![
        inner("a", 15, Value::Unknown),
        inner("b", 3, Value::Unknown),
    ];
    let expected = object([
        ("name", "w1".into()),
        ("id", Value::Unknown),
        ("revision", Value::Unknown),
        ("size", 15.into()),
        ("key", Value::Unknown),
        ("parts", Value::Unknown),
        ("list", Value::List(elements.clone())),
        ("set", Value::Set(elements)),
    ]);
    let output = plan(&Widgets::default(), &Value::Null, &config);
    assert_eq!(output.planned, expected);
    assert!(output.requires_replace.is_empty());
    assert_eq!(output.private, br#"{"planned":true}"#);
}

#[test]
fn an_update_keeps_what_keeps_and_marks_the_rest() {
    let widgets = Widgets::default();
    let state = apply(&widgets, &Value::Null, &config([]));
    let output = plan(&widgets, &state, &config([("size", 20.into())]));
    let part = |name: &str| output.planned.attribute(name).cloned();
    assert_eq!(part("id"), Some("made".into()));
    assert_eq!(part("key"), Some("made".into()));
    assert_eq!(part("revision"), Some(Value::Unknown));
    assert_eq!(part("parts"), Some(Value::Unknown));
    assert!(output.requires_replace.is_empty());
}

#[test]
fn replacement_follows_the_rules_and_the_resource() {
    let widgets = Widgets::default();
    let zone = |name: &str| Value::Set(vec![name.into()]);
    let state = apply(&widgets, &Value::Null, &config([("zones", zone("a"))]));
    let cases: [(Value, &[&str]); 6] = [
        (config([("zones", zone("a"))]), &[]),
        (config([("zones", zone("a")), ("size", 2.into())]), &[]),
        (
            config([("zones", zone("a")), ("name", "other".into())]),
            &["name"],
        ),
        (
            config([("zones", zone("a")), ("name", Value::Unknown)]),
            &["name"],
        ),
        (
            config([("zones", zone("a")), ("key", "mine".into())]),
            &["key"],
        ),
        (
            config([
                ("zones", zone("b")),
                ("key", "mine".into()),
                ("name", "x1".into()),
            ]),
            &["key", "name", "zones"],
        ),
    ];
    for (config, expected) in cases {
        let paths: Vec<String> = plan(&widgets, &state, &config)
            .requires_replace
            .iter()
            .map(Path::to_string)
            .collect();
        assert_eq!(paths, expected, "{config:?}");
    }
}

#[test]
fn a_destroy_plan_may_be_refused() {
    let destroy = |name: &str| {
        let prior = object([("name", name.into())]);
        let input = PlanInput {
            config: Value::Null,
            prior,
            proposed: Value::Null,
            private: br#"{"a":1}"#.to_vec(),
        };
        now(plan_resource(&Widgets::default(), input))
    };
    let free = destroy("free");
    assert_eq!(
        (free.planned, free.private, free.diagnostics.len()),
        (Value::Null, br#"{"a":1}"#.to_vec(), 0)
    );
    assert_eq!(
        summaries(&destroy("kept").diagnostics),
        ["Widget is protected"]
    );
}

fn run(conduct: Conduct, prior: Value, planned: Value) -> ApplyOutput {
    let input = ApplyInput {
        config: Value::Null,
        prior,
        planned,
        private: br#"{"p":1}"#.to_vec(),
    };
    now(apply_resource(&Widgets(conduct), input))
}

#[test]
fn nothing_made_is_forgotten() {
    let planned = || object([("name", "w1".into()), ("id", Value::Unknown)]);
    let made = || object([("name", "w1".into()), ("id", "made".into())]);
    let unsettled = || object([("name", "w1".into())]);
    let prior = || object([("name", "w0".into()), ("id", "made".into())]);
    let none = || Value::Null;
    let cases: [(Conduct, Value, Value, Value, &[&str]); 12] = [
        (Conduct::Good, none(), planned(), made(), &[]),
        (
            Conduct::FailsHalfway,
            none(),
            planned(),
            made(),
            &["Widget broke"],
        ),
        (Conduct::Fails, none(), planned(), none(), &["Widget broke"]),
        (
            Conduct::Forgets,
            none(),
            planned(),
            unsettled(),
            &["Provider bug"],
        ),
        (
            Conduct::Silent,
            none(),
            planned(),
            none(),
            &["Provider bug"],
        ),
        (Conduct::Good, prior(), planned(), made(), &[]),
        (
            Conduct::FailsHalfway,
            prior(),
            planned(),
            made(),
            &["Widget broke"],
        ),
        (
            Conduct::Fails,
            prior(),
            planned(),
            prior(),
            &["Widget broke"],
        ),
        (
            Conduct::Silent,
            prior(),
            planned(),
            prior(),
            &["Provider bug"],
        ),
        (Conduct::Good, prior(), none(), none(), &[]),
        (Conduct::Fails, prior(), none(), prior(), &["Widget broke"]),
        (Conduct::Good, none(), none(), none(), &[]),
    ];
    for (conduct, prior, planned, state, expected) in cases {
        let output = run(conduct, prior.clone(), planned);
        assert_eq!(
            (&output.state, summaries(&output.diagnostics)),
            (
                &state,
                expected.iter().map(|text| (*text).to_owned()).collect()
            ),
            "{conduct:?} {prior:?}"
        );
    }
}

#[test]
fn private_data_and_identity_come_along() {
    let output = run(Conduct::Good, Value::Null, object([("name", "w1".into())]));
    assert_eq!(output.private, br#"{"p":1}"#);
    assert_eq!(
        output.identity,
        Some(Value::object([("name", "w1".into())]))
    );
    let input = ApplyInput {
        config: Value::Null,
        prior: Value::Null,
        planned: object([]),
        private: b"garbage".to_vec(),
    };
    assert_eq!(
        summaries(&now(apply_resource(&Widgets::default(), input)).diagnostics),
        ["Provider bug"]
    );
}

#[test]
fn a_read_echoes_or_says_that_it_is_gone() {
    let state = object([("name", "w1".into())]);
    let there = now(read_resource(
        &Widgets::default(),
        state.clone(),
        br#"{"p":1}"#,
    ));
    assert_eq!(
        (there.state, there.private),
        (state.clone(), br#"{"p":1}"#.to_vec())
    );
    let gone = now(read_resource(&Widgets(Conduct::Silent), state, b""));
    assert_eq!((gone.state, gone.diagnostics.len()), (Value::Null, 0));
}

#[test]
fn an_import_is_filled_up_to_the_schema() {
    let import = |id: Option<&str>| {
        let request = ImportRequest {
            id: id.map(str::to_owned),
            identity: None,
        };
        now(import_resource(&Widgets::default(), request))
    };
    let found = import(Some("w1"));
    assert_eq!(
        (found.state, found.diagnostics.len()),
        (object([("name", "w1".into())]), 0)
    );
    assert_eq!(summaries(&import(None).diagnostics), ["Provider bug"]);
}

#[test]
fn state_is_upgraded_or_refused() {
    let upgrade =
        |version: i64, json: &str| upgrade_resource(&Widgets::default(), version, json.as_bytes());
    let w1 = object([("name", "w1".into())]);
    let (state, diagnostics) = upgrade(2, r#"{"name": "w1", "removed": 1, "password": "secret"}"#);
    assert_eq!((state, diagnostics.len()), (w1.clone(), 0));
    let (state, diagnostics) = upgrade(1, r#"{"title": "w1"}"#);
    assert_eq!((state, diagnostics.len()), (w1, 0));
    for (version, json, expected) in [
        (0, "{}", "State is too old"),
        (1, "not json", "State cannot be read"),
        (2, r#"{"size": "many"}"#, "State cannot be read"),
        (
            3,
            "{}",
            "State was written by another version of the provider",
        ),
    ] {
        assert_eq!(summaries(&upgrade(version, json).1), [expected]);
    }
    let (identity, diagnostics) = upgrade_identity(&Widgets::default(), 0, br#"{"name":"w1"}"#);
    assert_eq!(
        (identity, diagnostics.len()),
        (Value::object([("name", "w1".into())]), 0)
    );
}

#[test]
fn a_move_from_an_unknown_type_is_refused() {
    let request = MoveRequest {
        source_provider: "registry.terraform.io/hashicorp/null".to_owned(),
        source_type: "null_resource".to_owned(),
        source_version: 0,
        source_state: serde_json::json!({}),
        source_private: Vec::new(),
    };
    let output = move_resource(&Widgets::default(), &request);
    assert_eq!(
        summaries(&output.diagnostics),
        ["Resource cannot be moved to this type"]
    );
    assert!(!Widgets::default().takes_over());
}
