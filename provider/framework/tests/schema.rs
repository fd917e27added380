//! Schemas derived from structs: what each convention becomes, and which structs are refused.

use std::collections::{BTreeMap, BTreeSet};

use cloister_framework::{Attr, Number, Schema, Timeouts, Type, docs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A bucket for the test.
///
/// It has one field of every kind.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Everything {
    /// Names the bucket.
    #[schemars(length(min = 3, max = 63), regex(pattern = "^[a-z0-9.-]+$"), extend("x-replace" = "always"))]
    name: String,
    /// `ACCOUNT/REGION/NAME`.
    #[schemars(extend("x-computed" = true, "x-keep" = true))]
    id: Attr<String>,
    #[schemars(extend("readOnly" = true))]
    parts: BTreeMap<String, Part>,
    #[serde(default)]
    #[schemars(extend("x-computed" = "optional"))]
    kms_key: Attr<String>,
    #[serde(default = "yes")]
    versioned: bool,
    #[serde(default)]
    #[schemars(range(min = 7, max = 30))]
    deletion_days: Option<u8>,
    #[serde(default)]
    tags: BTreeMap<String, Attr<String>>,
    #[schemars(length(min = 1), inner(regex(pattern = "^vpce-")))]
    endpoints: BTreeSet<String>,
    #[serde(default)]
    mode: Attr<Mode>,
    #[serde(default)]
    documented: Documented,
    #[serde(default)]
    #[schemars(extend("x-sensitive" = true, "writeOnly" = true))]
    secret: Attr<String>,
    #[serde(default)]
    #[schemars(extend("x-deprecated" = "Use `name`."))]
    old_name: Attr<String>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    anything: Attr<serde_json::Value>,
    #[serde(default)]
    exact: Attr<Number>,
    #[serde(default)]
    matrix: Vec<Vec<i64>>,
    #[serde(default)]
    #[schemars(extend("x-block" = "single"))]
    timeouts: Option<Timeouts>,
    #[serde(default)]
    #[schemars(extend("x-block" = "list"), length(max = 1))]
    assume_role: Vec<AssumeRole>,
}

fn yes() -> bool {
    true
}

/// What an AWS object looks like.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Part {
    kind: String,
    id: Attr<String>,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Open,
    Locked,
}

#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Documented {
    /// Nothing goes out.
    #[default]
    None,
    /// Everything goes out.
    All,
}

/// One lifecycle rule.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Rule {
    /// How long objects stay.
    #[schemars(range(min = 1))]
    days: Attr<i64>,
    #[serde(default = "slash")]
    prefix: Attr<String>,
}

fn slash() -> Attr<String> {
    Attr::Known("/".to_owned())
}

/// Which role to take.
#[derive(Deserialize, Serialize, JsonSchema)]
struct AssumeRole {
    role_arn: Attr<String>,
}

#[test]
fn every_convention_becomes_its_attribute() {
    let schema = Schema::of::<Everything>(3);
    schema.check().expect("a valid schema");
    insta::assert_json_snapshot!(schema);
}

#[test]
fn the_page_of_a_resource_reads_as_users_expect() {
    let schema = Schema::of::<Everything>(0);
    let example = "resource \"cloister_everything\" \"x\" {\n  name = \"logs\"\n}\n";
    let page = docs::resource_page(
        "cloister_everything",
        &schema,
        Some(example),
        Some("terraform import cloister_everything.x 111122223333/eu-west-1/logs"),
    );
    insta::assert_snapshot!(page);
}

#[test]
fn a_provider_block_computes_nothing_but_keeps_its_defaults() {
    let schema = Schema::of_provider::<Rule>();
    schema.check().expect("a valid schema");
    let prefix = &schema.block.attributes["prefix"];
    assert!(prefix.optional() && !prefix.computed());
    assert!(prefix.default.is_some());
}

#[test]
fn wrong_structs_are_found() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Loose {
        anything: serde_json::Value,
    }
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Recursive {
        inner: Vec<Recursive>,
    }
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Flag(bool),
    }
    #[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
    struct Secret {
        #[schemars(extend("writeOnly" = true))]
        value: String,
    }
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Wrong {
        loose: Vec<Loose>,
        recursive: Recursive,
        either: Either,
        secrets: BTreeSet<Secret>,
        #[schemars(extend("x-computed" = "maybe"))]
        maybe: String,
        #[schemars(extend("x-replace" = "sometimes"))]
        sometimes: String,
        #[schemars(extend("x-block" = "list"))]
        block: String,
        #[schemars(regex(pattern = "(?=look)"))]
        pattern: String,
        #[schemars(extend("writeOnly" = true, "x-computed" = true))]
        both: String,
        #[schemars(extend("x-keep" = true))]
        kept: String,
        #[serde(rename = "camelCase")]
        camel: String,
        count: i64,
        #[schemars(extend("x-default" = "five"))]
        five: i64,
    }
    let error = Schema::of::<Wrong>(0).check().expect_err("many problems");
    insta::assert_snapshot!(error);
    let text = Schema::of::<String>(0).check().expect_err("no struct");
    assert_eq!(text.problems, ["the root is not a struct"]);
}

#[test]
fn the_type_has_attributes_and_blocks() {
    let Type::Object(attributes) = Schema::of::<Everything>(0).ty() else {
        panic!("an object")
    };
    assert_eq!(
        attributes["timeouts"].to_json(),
        r#"["object",{"create":"string","delete":"string","read":"string","update":"string"}]"#
    );
    assert_eq!(
        attributes["assume_role"].to_json(),
        r#"["list",["object",{"role_arn":"string"}]]"#
    );
    assert_eq!(
        attributes["matrix"].to_json(),
        r#"["list",["list","number"]]"#
    );
}
