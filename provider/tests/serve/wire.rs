//! Requests and answers about the toys, in the terms of the wire.

use cloister_framework::{Type, Value, msgpack};
use cloister_proto::tfplugin6::{self as wire, Diagnostic, DynamicValue, ResourceIdentityData};

use super::client::Client;
use super::host::Host;

/// The type of an object of strings.
pub(crate) fn strings(names: &[&str]) -> Type {
    Type::object(names.iter().map(|name| (*name, Type::String)))
}

pub(crate) fn thing_type() -> Type {
    strings(&["id", "mode", "name"])
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the fields of messages are optional"
)]
pub(crate) fn encoded(value: &Value, ty: &Type) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: msgpack::encode(value, ty).unwrap().into(),
        ..DynamicValue::default()
    })
}

pub(crate) fn decoded(value: Option<DynamicValue>, ty: &Type) -> Value {
    msgpack::decode(&value.expect("a value").msgpack, ty).unwrap()
}

pub(crate) fn thing(name: impl Into<Value>, mode: impl Into<Value>, id: impl Into<Value>) -> Value {
    Value::object([
        ("name", name.into()),
        ("mode", mode.into()),
        ("id", id.into()),
    ])
}

pub(crate) fn wire_thing(value: &Value) -> Option<DynamicValue> {
    encoded(value, &thing_type())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the fields of messages are optional"
)]
pub(crate) fn identity(name: &str) -> Option<ResourceIdentityData> {
    let value = Value::object([("name", Value::from(name))]);
    Some(ResourceIdentityData {
        identity_data: encoded(&value, &strings(&["name"])),
    })
}

/// The summaries of the errors.
pub(crate) fn errors(diagnostics: &[Diagnostic]) -> Vec<&str> {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == i32::from(wire::diagnostic::Severity::Error));
    errors
        .map(|diagnostic| diagnostic.summary.as_str())
        .collect()
}

/// The create of a `toy_thing` in this mode.
pub(crate) fn apply_request(mode: &str) -> wire::apply_resource_change::Request {
    wire::apply_resource_change::Request {
        type_name: "toy_thing".to_owned(),
        planned_state: wire_thing(&thing("a", mode, Value::Unknown)),
        config: wire_thing(&thing("a", mode, Value::Null)),
        ..Default::default()
    }
}

/// A provider and a client; the provider lives as long as the pair.
pub(crate) async fn connected() -> (Host, Client) {
    let host = Host::start().await;
    let client = host.connect().await;
    (host, client)
}
