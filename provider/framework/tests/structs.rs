//! Values to config structs and back.

use std::collections::{BTreeMap, BTreeSet};

use cloister_framework::{Attr, Diagnostic, Number, Path, Schema, Value, from_value, to_value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Config {
    name: String,
    #[serde(default)]
    key: Attr<String>,
    #[serde(default = "seven")]
    days: u32,
    #[serde(default)]
    precise: Attr<Number>,
    #[serde(default)]
    tags: BTreeMap<String, Attr<String>>,
    #[serde(default)]
    zones: BTreeSet<String>,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    whole: Attr<BTreeMap<String, Rule>>,
    #[serde(default)]
    any: Attr<serde_json::Value>,
    #[serde(default)]
    target: Option<Target>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Rule {
    prefix: Attr<String>,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Open,
    Locked,
}

/// Exactly one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "TargetFields", into = "TargetFields")]
enum Target {
    Bucket(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct TargetFields {
    bucket: String,
}

impl From<TargetFields> for Target {
    fn from(fields: TargetFields) -> Self {
        Self::Bucket(fields.bucket)
    }
}

impl From<Target> for TargetFields {
    fn from(Target::Bucket(bucket): Target) -> Self {
        Self { bucket }
    }
}

fn seven() -> u32 {
    7
}

fn object(attributes: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut object = Schema::of::<Config>(0).empty();
    for (name, value) in attributes {
        object.set(&Path::attribute(name), value);
    }
    object
}

fn rule(prefix: Value, port: Value) -> Value {
    Value::object([("prefix", prefix), ("port", port)])
}

#[test]
fn null_unknown_and_known_reach_the_struct_as_such() {
    let value = object([
        ("name", "n".into()),
        ("key", Value::Unknown),
        (
            "precise",
            Value::Number("0.1000000000000000000000001".parse().expect("a number")),
        ),
        (
            "tags",
            Value::map([("a", Value::Unknown), ("b", Value::Null), ("c", "d".into())]),
        ),
        ("zones", Value::Set(vec!["b".into(), "a".into()])),
        ("mode", "locked".into()),
        (
            "rules",
            Value::List(vec![
                rule(Value::Null, 1.into()),
                rule(Value::Unknown, 65535.into()),
            ]),
        ),
        ("whole", Value::map([("x", rule("p".into(), 2.into()))])),
        ("target", Value::object([("bucket", "b".into())])),
    ]);
    let expected = Config {
        name: "n".into(),
        key: Attr::Unknown,
        days: 7,
        precise: Attr::Known("0.1000000000000000000000001".parse().expect("a number")),
        tags: BTreeMap::from([
            ("a".into(), Attr::Unknown),
            ("b".into(), Attr::Null),
            ("c".into(), Attr::Known("d".into())),
        ]),
        zones: BTreeSet::from(["a".into(), "b".into()]),
        mode: Some(Mode::Locked),
        rules: vec![
            Rule {
                prefix: Attr::Null,
                port: 1,
            },
            Rule {
                prefix: Attr::Unknown,
                port: 65535,
            },
        ],
        whole: Attr::Known(BTreeMap::from([(
            "x".into(),
            Rule {
                prefix: Attr::Known("p".into()),
                port: 2,
            },
        )])),
        any: Attr::Null,
        target: Some(Target::Bucket("b".into())),
    };
    let decoded: Config = from_value(&value).expect("a config");
    assert_eq!(decoded, expected);

    // And back: what had a default is now said.
    let schema = Schema::of::<Config>(0);
    let mut back = value;
    back.set(&Path::attribute("days"), 7.into());
    assert_eq!(to_value(&decoded, &schema.ty()).expect("fits"), back);
}

#[test]
fn faults_name_the_attribute() {
    let cases = [
        (
            object([("name", Value::Null)]),
            "",
            "missing field `name`",
            false,
        ),
        (
            object([("name", Value::Unknown)]),
            "name",
            "not known until apply",
            true,
        ),
        (
            object([("name", "n".into()), ("days", Value::Unknown)]),
            "days",
            "not known until apply",
            true,
        ),
        (
            object([("name", "n".into()), ("mode", Value::Unknown)]),
            "mode",
            "not known until apply",
            true,
        ),
        (
            object([("name", "n".into()), ("zones", Value::Unknown)]),
            "zones",
            "not known until apply",
            true,
        ),
        (
            object([
                ("name", "n".into()),
                (
                    "rules",
                    Value::List(vec![rule(Value::Null, Value::Unknown)]),
                ),
            ]),
            "rules[0].port",
            "not known until apply",
            true,
        ),
        (
            object([
                ("name", "n".into()),
                (
                    "whole",
                    Value::map([("a/b", rule(Value::Null, 70000.into()))]),
                ),
            ]),
            "whole[\"a/b\"].port",
            "invalid value: integer `70000`, expected u16",
            false,
        ),
        (
            object([("name", true.into())]),
            "name",
            "expected a string, found a bool",
            false,
        ),
        (
            object([("name", "n".into()), ("mode", "ajar".into())]),
            "mode",
            "unknown variant `ajar`, expected `open` or `locked`",
            false,
        ),
    ];
    for (value, path, reason, unknown) in cases {
        let error = from_value::<Config>(&value).expect_err(reason);
        assert_eq!(
            (
                error.path.to_string().as_str(),
                error.reason.as_str(),
                error.unknown
            ),
            (path, reason, unknown)
        );
        let at = (!path.is_empty()).then_some(error.path.clone());
        assert_eq!(Diagnostic::from(error).path(), at.as_ref());
    }
}

#[test]
fn dynamic_values_carry_the_type_of_what_they_hold() {
    let config = Config {
        any: Attr::Known(serde_json::json!({"a": [1, "x", null], "b": true, "f": 0.1})),
        ..from_value(&object([("name", "n".into())])).expect("a config")
    };
    let ty = Schema::of::<Config>(0).ty();
    let value = to_value(&config, &ty).expect("fits");
    let any = value.attribute("any").expect("set").clone();
    let Value::Dynamic(inner) = &any else {
        panic!("dynamic, not {any:?}")
    };
    assert_eq!(
        inner.0.to_json(),
        r#"["object",{"a":["tuple",["number","string","dynamic"]],"b":"bool","f":"number"}]"#
    );
    assert_eq!(from_value::<Config>(&value).expect("back"), config);
}

#[test]
fn what_the_schema_lacks_is_an_error_of_the_program() {
    let ty = Schema::of::<Rule>(0).ty();
    let error = to_value(&BTreeMap::from([("nope", 1)]), &ty).expect_err("no such attribute");
    assert_eq!(error.to_string(), "no attribute `nope` in the schema");
    let error = to_value(&BTreeMap::from([("port", "x")]), &ty).expect_err("no number");
    assert_eq!(error.to_string(), "`port`: not a decimal number");
}

#[test]
fn config_fields_read_and_write_json_as_well() {
    let config: BTreeMap<String, Attr<u8>> =
        serde_json::from_str(r#"{"a": null, "b": 1}"#).expect("JSON");
    assert_eq!(
        config,
        BTreeMap::from([("a".into(), Attr::Null), ("b".into(), Attr::Known(1))])
    );
    assert_eq!(
        serde_json::to_string(&config).expect("JSON"),
        r#"{"a":null,"b":1}"#
    );
    let number: Number = serde_json::from_str("0.1").expect("JSON");
    assert_eq!(number.to_string(), "0.1");
}
