//! A provider of four small things, served like the real one, for the tests of `serve`.
//!
//! `toy_thing` does in `create` what its `mode` says: `panic`, `wait` (until
//! the provider is stopped) or `hang` (for ever).

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use cloister_framework::{
    ApplyResponse, Attribute, Block, ConfigureRequest, CreateRequest, DataSource,
    DataSourceResponse, DeleteRequest, Diagnostic, Diagnostics, EphemeralResource, Function,
    FunctionError, IdentityAttribute, IdentitySchema, ImportRequest, ImportResponse, MoveRequest,
    MoveResponse, OpenResponse, Parameter, Path, Presence, Provider, ReadRequest, ReadResponse,
    Resource, Schema, Signature, Type, UpdateRequest, Value,
};
use terraform_provider_cloister::serve::{Options, run};
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    let options = Options {
        program: "terraform-provider-toy",
        version: "0.0.1",
        source: "registry.terraform.io/cloister/toy",
    };
    run(Arc::new(Toy::new()), options)
}

struct Toy {
    schema: Schema,
    resources: Vec<Arc<dyn Resource>>,
    data_sources: Vec<Arc<dyn DataSource>>,
    functions: Vec<Arc<dyn Function>>,
    ephemeral: Vec<Arc<dyn EphemeralResource>>,
    stop: CancellationToken,
}

impl Toy {
    fn new() -> Self {
        let stop = CancellationToken::new();
        Self {
            schema: schema([("greeting", Presence::Optional)]),
            resources: vec![Arc::new(Thing::new(stop.clone()))],
            data_sources: vec![Arc::new(Echo(schema([
                ("text", Presence::Required),
                ("echo", Presence::Computed),
            ])))],
            functions: vec![Arc::new(Join::new())],
            ephemeral: vec![Arc::new(Secret(schema([
                ("name", Presence::Required),
                ("value", Presence::Computed),
            ])))],
            stop,
        }
    }
}

#[async_trait]
impl Provider for Toy {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }

    fn data_sources(&self) -> &[Arc<dyn DataSource>] {
        &self.data_sources
    }

    fn functions(&self) -> &[Arc<dyn Function>] {
        &self.functions
    }

    fn ephemeral_resources(&self) -> &[Arc<dyn EphemeralResource>] {
        &self.ephemeral
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        tracing::warn!(version = request.terraform_version, "configured");
        Diagnostics::new()
    }

    fn stop(&self) {
        self.stop.cancel();
    }
}

/// A schema of strings.
fn schema<const N: usize>(attributes: [(&str, Presence); N]) -> Schema {
    let attributes = attributes.map(|(name, presence)| {
        (
            name.to_owned(),
            Attribute::new(Type::String, presence, format!("The {name}.")),
        )
    });
    Schema::new(
        0,
        Block {
            attributes: BTreeMap::from(attributes),
            ..Block::default()
        },
    )
}

fn with(mut value: Value, attribute: &str, text: impl Into<Value>) -> Value {
    assert!(
        value.set(&Path::attribute(attribute), text.into()),
        "the value is an object"
    );
    value
}

fn text(value: &Value, attribute: &str) -> String {
    value
        .attribute(attribute)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

struct Thing {
    schema: Schema,
    identity: IdentitySchema,
    stop: CancellationToken,
}

impl Thing {
    fn new(stop: CancellationToken) -> Self {
        let name = IdentityAttribute {
            ty: Type::String,
            required_for_import: true,
            description: "The name.".to_owned(),
        };
        Self {
            schema: schema([
                ("name", Presence::Required),
                ("mode", Presence::Optional),
                ("id", Presence::Computed),
            ]),
            identity: IdentitySchema {
                version: 0,
                attributes: BTreeMap::from([("name".to_owned(), name)]),
            },
            stop,
        }
    }
}

fn identity_of(state: &Value) -> Value {
    Value::object([("name", Value::from(text(state, "name")))])
}

#[async_trait]
impl Resource for Thing {
    fn type_name(&self) -> &'static str {
        "toy_thing"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&self.identity)
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        if text(config, "name") == "bad" {
            return Diagnostic::error("Bad name")
                .found("`name` is `bad`.")
                .at(Path::attribute("name"))
                .into();
        }
        Diagnostics::new()
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        tracing::warn!("creating");
        match text(&request.config, "mode").as_str() {
            "panic" => panic!("the toy is broken"),
            "wait" => self.stop.cancelled().await,
            "hang" => std::future::pending().await,
            _ => {}
        }
        let id = format!("id-{}", text(&request.planned, "name"));
        let state = with(request.planned, "id", id);
        ApplyResponse {
            identity: Some(identity_of(&state)),
            state: Some(state),
            private: request.private,
            ..ApplyResponse::default()
        }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        let state = with(request.planned, "id", text(&request.prior, "id"));
        ApplyResponse {
            identity: Some(identity_of(&state)),
            state: Some(state),
            private: request.private,
            ..ApplyResponse::default()
        }
    }

    async fn delete(&self, _: DeleteRequest) -> ApplyResponse {
        ApplyResponse::default()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse {
            identity: Some(identity_of(&request.state)),
            state: Some(request.state),
            private: request.private,
            ..ReadResponse::default()
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let name = request
            .id
            .or_else(|| request.identity.map(|identity| text(&identity, "name")));
        let state = Value::object([("name", Value::from(name))]);
        ImportResponse {
            identity: Some(identity_of(&state)),
            state: Some(state),
            ..ImportResponse::default()
        }
    }

    fn take_over(&self, request: &MoveRequest) -> Option<Result<MoveResponse, Diagnostic>> {
        let name = request.source_state.get("label")?.as_str()?;
        let state = Value::object([
            ("name", Value::from(name)),
            ("id", Value::from(format!("id-{name}"))),
        ]);
        let identity = Some(identity_of(&state));
        Some(Ok(MoveResponse {
            state,
            private: cloister_framework::Private::default(),
            identity,
        }))
    }

    fn takes_over(&self) -> bool {
        true
    }
}

struct Echo(Schema);

#[async_trait]
impl DataSource for Echo {
    fn type_name(&self) -> &'static str {
        "toy_echo"
    }

    fn schema(&self) -> &Schema {
        &self.0
    }

    async fn read(&self, config: Value) -> DataSourceResponse {
        let echo = text(&config, "text");
        DataSourceResponse {
            state: Some(with(config, "echo", echo)),
            diagnostics: Diagnostics::new(),
        }
    }
}

struct Secret(Schema);

#[async_trait]
impl EphemeralResource for Secret {
    fn type_name(&self) -> &'static str {
        "toy_secret"
    }

    fn schema(&self) -> &Schema {
        &self.0
    }

    async fn open(&self, config: Value) -> OpenResponse {
        let value = format!("secret of {}", text(&config, "name"));
        OpenResponse {
            result: Some(with(config, "value", value)),
            renew_at: Some(4_102_444_800),
            ..OpenResponse::default()
        }
    }
}

struct Join(Signature);

impl Join {
    fn new() -> Self {
        Self(Signature {
            parameters: vec![Parameter::new("separator", Type::String, "Stands between.")],
            variadic: Some(Parameter::new("words", Type::String, "What to join.")),
            returns: Type::String,
            summary: "Joins words".to_owned(),
            description: "Joins words.".to_owned(),
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
        let texts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
        match texts.split_first() {
            Some((separator, words)) if !words.is_empty() => Ok(Value::from(words.join(separator))),
            _ => Err(FunctionError::argument(1, "there is nothing to join")),
        }
    }
}
