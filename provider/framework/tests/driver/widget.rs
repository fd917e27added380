//! A resource with every kind of attribute, backed by nothing: what is unknown becomes known on create.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use cloister_framework::{
    ApplyResponse, Attr, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, IdentityAttribute,
    IdentitySchema, ImportRequest, ImportResponse, Path, PlanRequest, PlanResponse, Private,
    ReadRequest, ReadResponse, Resource, Schema, Timeouts, Type, UpdateRequest, Value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something to configure.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Widget {
    #[schemars(length(min = 2), extend("x-replace" = "always"))]
    name: Attr<String>,
    #[schemars(extend("x-computed" = true, "x-keep" = true))]
    id: Attr<String>,
    #[schemars(extend("x-computed" = true))]
    revision: Attr<String>,
    #[serde(default = "fifteen")]
    #[schemars(range(min = 1, max = 100))]
    size: Attr<i64>,
    #[serde(default)]
    #[schemars(extend("x-computed" = "optional", "x-keep" = true, "x-replace" = "if_configured"))]
    key: Attr<String>,
    #[serde(default)]
    zones: Attr<BTreeSet<String>>,
    #[serde(default)]
    #[schemars(extend("writeOnly" = true, "x-sensitive" = true), length(min = 8))]
    password: Attr<String>,
    #[serde(default)]
    #[schemars(extend("x-sensitive" = true))]
    hints: Attr<Vec<Hint>>,
    #[serde(default)]
    list: Attr<Vec<Inner>>,
    #[serde(default)]
    map: Attr<BTreeMap<String, Inner>>,
    #[serde(default)]
    set: Attr<BTreeSet<Inner>>,
    #[serde(default)]
    single: Attr<Inner>,
    #[serde(default)]
    any: Attr<serde_json::Value>,
    #[serde(default)]
    #[schemars(extend("x-deprecated" = "Use `name`."))]
    old: Attr<String>,
    #[schemars(extend("x-computed" = true))]
    parts: Attr<BTreeMap<String, Part>>,
    #[serde(default)]
    #[schemars(extend("x-block" = "single"))]
    timeouts: Option<Timeouts>,
    #[serde(default)]
    #[schemars(extend("x-block" = "list"))]
    block: Vec<Inner>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Hint {
    #[schemars(regex(pattern = "^[a-z]+$"))]
    word: Attr<String>,
}

#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
struct Inner {
    #[schemars(length(max = 3))]
    label: Attr<String>,
    #[serde(default = "fifteen")]
    weight: Attr<i64>,
    #[schemars(extend("x-computed" = true))]
    arn: Attr<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Part {
    kind: Attr<String>,
}

fn fifteen() -> Attr<i64> {
    Attr::Known(15)
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::of::<Widget>(2));

static IDENTITY: LazyLock<IdentitySchema> = LazyLock::new(|| {
    let attribute = IdentityAttribute {
        ty: Type::String,
        required_for_import: true,
        description: String::new(),
    };
    IdentitySchema {
        version: 0,
        attributes: BTreeMap::from([("name".to_owned(), attribute)]),
    }
});

/// How the widget misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Conduct {
    #[default]
    Good,
    /// Create makes half and fails.
    FailsHalfway,
    /// Create makes nothing and fails.
    Fails,
    /// Answers what it planned, unknowns included.
    Forgets,
    /// Answers nothing at all.
    Silent,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Widgets(pub(crate) Conduct);

fn replace_unknowns(value: &mut Value) {
    match value {
        Value::Unknown => *value = Value::from("made"),
        Value::List(elements) | Value::Set(elements) => {
            elements.iter_mut().for_each(replace_unknowns);
        }
        Value::Map(entries) | Value::Object(entries) => {
            entries.values_mut().for_each(replace_unknowns);
        }
        _ => {}
    }
}

/// What stands after an apply: every unknown is now something.
fn made(planned: &Value) -> Value {
    let mut state = planned.clone();
    if state.attribute("parts").is_some_and(Value::is_unknown) {
        let parts = Value::map([("a/b", Value::object([("kind", "widget".into())]))]);
        state.set(&Path::attribute("parts"), parts);
    }
    replace_unknowns(&mut state);
    state
}

impl Widgets {
    fn answer(self, planned: &Value, private: Private) -> ApplyResponse {
        let failed = || Diagnostics::from(Diagnostic::error("Widget broke"));
        let (state, diagnostics) = match self.0 {
            Conduct::Good => (Some(made(planned)), Diagnostics::new()),
            Conduct::FailsHalfway => (Some(made(planned)), failed()),
            Conduct::Fails => (None, failed()),
            Conduct::Forgets => (Some(planned.clone()), Diagnostics::new()),
            Conduct::Silent => (None, Diagnostics::new()),
        };
        let identity = planned
            .attribute("name")
            .map(|name| Value::object([("name", name.clone())]));
        ApplyResponse {
            state,
            private,
            identity,
            diagnostics,
        }
    }
}

#[async_trait]
impl Resource for Widgets {
    fn type_name(&self) -> &'static str {
        "cloister_widget"
    }

    fn schema(&self) -> &Schema {
        &SCHEMA
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&IDENTITY)
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        Timeouts::check(config)
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let mut private = request.private;
        private.set("planned", true.into()).expect("a free key");
        PlanResponse {
            planned: request.proposed,
            requires_replace: vec![Path::attribute("zones")],
            private,
            diagnostics: Diagnostics::new(),
        }
    }

    async fn plan_destroy(&self, prior: Value, _private: Private) -> Diagnostics {
        match prior.attribute("name").and_then(Value::as_str) {
            Some("kept") => Diagnostic::error("Widget is protected")
                .at(Path::attribute("name"))
                .into(),
            _ => Diagnostics::new(),
        }
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        self.answer(&request.planned, request.private)
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        self.answer(&request.planned, request.private)
    }

    async fn delete(&self, request: DeleteRequest) -> ApplyResponse {
        match self.0 {
            Conduct::Good => ApplyResponse::default(),
            _ => ApplyResponse {
                state: None,
                ..self.answer(&request.prior, request.private)
            },
        }
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let state = (self.0 == Conduct::Good).then_some(request.state);
        ReadResponse {
            state,
            private: request.private,
            ..ReadResponse::default()
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let state = request
            .id
            .map(|id| Value::object([("name", Value::String(id))]));
        ImportResponse {
            state,
            ..ImportResponse::default()
        }
    }

    fn upgrade(&self, version: i64, json: &serde_json::Value) -> Result<Value, Diagnostic> {
        match (
            version,
            json.get("title").and_then(serde_json::Value::as_str),
        ) {
            (1, Some(title)) => Ok(Value::object([("name", title.into())])),
            _ => Err(Diagnostic::error("State is too old")),
        }
    }
}

/// The widget's state with these attributes and nothing else.
pub(crate) fn object(attributes: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    SCHEMA.complete(Value::object(attributes))
}

/// An element of `list`, `map`, `set`, `single` or `block`.
pub(crate) fn inner(
    label: impl Into<Value>,
    weight: impl Into<Value>,
    arn: impl Into<Value>,
) -> Value {
    Value::object([
        ("label", label.into()),
        ("weight", weight.into()),
        ("arn", arn.into()),
    ])
}

/// Runs a future that never waits.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the widget waits for nothing"),
    }
}
