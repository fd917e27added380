//! What a configuration may not say.

use cloister_framework::driver::{Capabilities, validate_resource};
use cloister_framework::{Diagnostics, Value};

use crate::widget::{Widgets, inner, object};

const MODERN: Capabilities = Capabilities {
    write_only_attributes: true,
    deferral: false,
};

fn render(diagnostics: &Diagnostics) -> String {
    let render = |diagnostic: &cloister_framework::Diagnostic| {
        let path = diagnostic
            .path()
            .map(ToString::to_string)
            .unwrap_or_default();
        format!(
            "{:?} at {path}: {}\n{}\n",
            diagnostic.severity(),
            diagnostic.summary(),
            diagnostic.detail()
        )
    };
    diagnostics
        .iter()
        .map(render)
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(config: &Value, expected: &[(&str, &str)]) {
    let diagnostics = validate_resource(&Widgets::default(), config, MODERN);
    let found: Vec<(String, String)> = diagnostics
        .iter()
        .map(|diagnostic| {
            (
                diagnostic
                    .path()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                diagnostic.summary().to_owned(),
            )
        })
        .collect();
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(path, summary)| ((*path).to_owned(), (*summary).to_owned()))
        .collect();
    assert_eq!(found, expected, "{config:?}");
}

#[test]
fn rules_are_checked_at_every_level() {
    const VALUE: &str = "Invalid attribute value";
    const READ_ONLY: &str = "Invalid configuration for read-only attribute";
    let long = || inner("long", Value::Null, Value::Null);
    let owned = || inner("a", Value::Null, "arn:x");
    let cases: [(Value, &[(&str, &str)]); 15] = [
        (object([("name", "ab".into())]), &[]),
        (object([("name", "a".into())]), &[("name", VALUE)]),
        (
            object([
                ("name", Value::Unknown),
                ("size", Value::Unknown),
                ("list", Value::Unknown),
            ]),
            &[],
        ),
        (object([("size", 0.into())]), &[("size", VALUE)]),
        (object([("size", 101.into())]), &[("size", VALUE)]),
        (
            object([("size", Value::Number("1.5".parse().expect("a number")))]),
            &[("size", VALUE)],
        ),
        (object([("id", "x".into())]), &[("id", READ_ONLY)]),
        (object([("id", Value::Unknown)]), &[("id", READ_ONLY)]),
        (
            object([("list", Value::List(vec![long(), owned(), Value::Unknown]))]),
            &[("list[0].label", VALUE), ("list[1].arn", READ_ONLY)],
        ),
        (
            object([("map", Value::map([("a/b", long())]))]),
            &[("map[\"a/b\"].label", VALUE)],
        ),
        (
            object([("set", Value::Set(vec![owned()]))]),
            &[("set", READ_ONLY)],
        ),
        (object([("single", long())]), &[("single.label", VALUE)]),
        (
            object([("block", Value::List(vec![owned()]))]),
            &[("block[0].arn", READ_ONLY)],
        ),
        (
            object([("parts", Value::map([("k", Value::Null)]))]),
            &[("parts", READ_ONLY)],
        ),
        (
            object([("timeouts", Value::object([("create", Value::from("soon"))]))]),
            &[("timeouts.create", "Timeout is not a duration")],
        ),
    ];
    for (config, expected) in cases {
        check(&config, expected);
    }
}

#[test]
fn messages_say_what_was_found_but_no_secret() {
    let config = object([
        ("name", "a".into()),
        ("size", 101.into()),
        ("password", "hunter2".into()),
        (
            "hints",
            Value::List(vec![Value::object([("word", "Hunter2".into())])]),
        ),
        ("old", "x".into()),
    ]);
    let text = render(&validate_resource(&Widgets::default(), &config, MODERN));
    assert!(!text.to_lowercase().contains("hunter2"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn an_old_terraform_must_not_store_write_only_values() {
    let config = object([("name", "ab".into()), ("password", "hunter2hunter2".into())]);
    let text = render(&validate_resource(
        &Widgets::default(),
        &config,
        Capabilities::default(),
    ));
    insta::assert_snapshot!(text);
    assert!(validate_resource(&Widgets::default(), &config, MODERN).is_empty());
}
