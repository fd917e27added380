//! Provider settings, data sources, ephemeral resources and functions.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use cloister_framework::driver::{
    call_function, close_ephemeral, configure_provider, open_ephemeral, read_data_source,
    renew_ephemeral, validate_data_source, validate_provider,
};
use cloister_framework::{
    Attr, ConfigureRequest, DataSource, DataSourceResponse, Diagnostics, EphemeralResource,
    Function, FunctionError, OpenResponse, Parameter, Path, Private, Provider, Resource, Schema,
    Signature, Type, Value, docs,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::widget::now;

/// Where to look.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Settings {
    #[serde(default = "three")]
    #[schemars(range(min = 1))]
    retries: Attr<i64>,
    #[serde(default)]
    region: Attr<String>,
}

fn three() -> Attr<i64> {
    Attr::Known(3)
}

/// One answer.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Answer {
    #[serde(default = "three")]
    question: Attr<i64>,
    #[schemars(extend("x-computed" = true))]
    answer: Attr<String>,
}

static SETTINGS: LazyLock<Schema> = LazyLock::new(Schema::of_provider::<Settings>);
static ANSWER: LazyLock<Schema> = LazyLock::new(|| Schema::of::<Answer>(0));

/// Remembers what it was configured with.
#[derive(Default)]
struct Oracle(Mutex<Option<Value>>);

#[async_trait]
impl Provider for Oracle {
    fn schema(&self) -> &Schema {
        &SETTINGS
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &[]
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        *self.0.lock().expect("not poisoned") = Some(request.config);
        Diagnostics::new()
    }
}

/// Fills in the answer, or keeps silent.
struct Question(Option<&'static str>);

#[async_trait]
impl DataSource for Question {
    fn type_name(&self) -> &'static str {
        "cloister_question"
    }

    fn schema(&self) -> &Schema {
        &ANSWER
    }

    async fn read(&self, mut config: Value) -> DataSourceResponse {
        let state = self.0.map(|answer| {
            config.set(&Path::attribute("answer"), answer.into());
            config
        });
        DataSourceResponse {
            state,
            diagnostics: Diagnostics::new(),
        }
    }
}

#[async_trait]
impl EphemeralResource for Question {
    fn type_name(&self) -> &'static str {
        "cloister_question"
    }

    fn schema(&self) -> &Schema {
        &ANSWER
    }

    async fn open(&self, config: Value) -> OpenResponse {
        let mut private = Private::default();
        private.set("lease", 1.into()).expect("a free key");
        let result = DataSource::read(self, config).await.state;
        OpenResponse {
            result,
            private,
            renew_at: Some(60),
            diagnostics: Diagnostics::new(),
        }
    }
}

struct Join(Signature);

impl Join {
    fn new(returns: Type) -> Self {
        Self(Signature {
            parameters: vec![Parameter::new(
                "between",
                Type::String,
                "What stands between.",
            )],
            variadic: Some(Parameter {
                allow_null: true,
                ..Parameter::new("texts", Type::String, "What to join.")
            }),
            returns,
            summary: "Joins texts".to_owned(),
            description: "Joins texts, nulls left out.".to_owned(),
            deprecation: None,
        })
    }
}

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let texts: Vec<&str> = arguments.iter().skip(1).filter_map(Value::as_str).collect();
        match texts.iter().position(|text| text.is_empty()) {
            Some(position) => Err(FunctionError::argument(position + 1, "must not be empty")),
            None => Ok(Value::String(
                texts.join(arguments[0].as_str().unwrap_or_default()),
            )),
        }
    }
}

#[test]
fn provider_settings_get_their_defaults() {
    let cases = [
        (Value::Null, Value::Null),
        (SETTINGS.empty(), Value::Null),
        (
            Value::object([("retries", Value::Null), ("region", Value::Unknown)]),
            Value::Unknown,
        ),
    ];
    for (config, region) in cases {
        let oracle = Oracle::default();
        let request = ConfigureRequest {
            config,
            terraform_version: "1.11.4".to_owned(),
        };
        assert!(now(configure_provider(&oracle, request)).is_empty());
        let expected = Value::object([("retries", 3.into()), ("region", region)]);
        assert_eq!(*oracle.0.lock().expect("not poisoned"), Some(expected));
    }
    let bad = Value::object([("retries", 0.into()), ("region", Value::Null)]);
    assert!(validate_provider(&Oracle::default(), &bad).has_errors());
}

#[test]
fn a_data_source_answers_or_it_is_a_bug() {
    let answer = |question: Value, answer: Value| {
        Value::object([("question", question), ("answer", answer)])
    };
    let config = answer(Value::Null, Value::Null);
    let (state, diagnostics) = now(read_data_source(&Question(Some("42")), config.clone()));
    assert_eq!(
        (state, diagnostics.len()),
        (answer(3.into(), "42".into()), 0)
    );
    let (state, diagnostics) = now(read_data_source(&Question(None), config));
    assert_eq!((state, diagnostics.has_errors()), (Value::Null, true));
    let told = answer(Value::Null, "42".into());
    assert!(validate_data_source(&Question(None), &told).has_errors());
}

#[test]
fn an_ephemeral_resource_opens_renews_and_closes() {
    let opened = now(open_ephemeral(&Question(Some("42")), ANSWER.empty()));
    assert_eq!(opened.result.attribute("answer"), Some(&Value::from("42")));
    assert_eq!(
        (opened.renew_at, opened.private.as_slice()),
        (Some(60), &br#"{"lease":1}"#[..])
    );
    let renewed = now(renew_ephemeral(&Question(None), &opened.private));
    assert_eq!(
        (renewed.private, renewed.renew_at),
        (opened.private.clone(), None)
    );
    assert!(now(close_ephemeral(&Question(None), &opened.private)).is_empty());
    assert!(now(close_ephemeral(&Question(None), b"garbage")).has_errors());
}

#[test]
fn functions_are_guarded_on_both_sides() {
    let join = Join::new(Type::String);
    let cases = [
        (
            vec!["-".into(), "a".into(), Value::Null, "b".into()],
            Ok(Value::from("a-b")),
        ),
        (vec!["-".into()], Ok(Value::from(""))),
        (
            vec![],
            Err((None, "join takes 1 arguments, but was given 0")),
        ),
        (
            vec![Value::Null],
            Err((Some(0), "`between` must not be null")),
        ),
        (vec!["-".into(), Value::Unknown], Ok(Value::Unknown)),
        (
            vec!["-".into(), "a".into(), "".into()],
            Err((Some(2), "must not be empty")),
        ),
    ];
    for (arguments, expected) in cases {
        let expected = expected.map_err(|(argument, text)| FunctionError {
            text: text.to_owned(),
            argument,
        });
        assert_eq!(
            call_function(&join, arguments.clone()),
            expected,
            "{arguments:?}"
        );
    }
    let fault =
        call_function(&Join::new(Type::Bool), vec!["-".into()]).expect_err("a text is no bool");
    assert!(fault.text.contains("fault in the provider"), "{fault}");
}

#[test]
fn pages_of_the_other_kinds_read_alike() {
    let pages = [
        docs::provider_page("cloister", &SETTINGS, Some("provider \"cloister\" {}")),
        docs::data_source_page("cloister_question", &ANSWER, None),
        docs::ephemeral_page("cloister_question", &ANSWER, None),
        docs::function_page(
            "cloister",
            &Join::new(Type::String),
            Some("output \"x\" { value = provider::cloister::join(\"-\", \"a\") }"),
        ),
    ];
    insta::assert_snapshot!(pages.join("\n=====\n"));
}
