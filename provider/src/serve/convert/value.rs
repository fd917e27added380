//! Values: msgpack on the wire, or JSON from some clients.

use cloister_framework::{CodecError, Type, Value, json, msgpack};
use cloister_proto::tfplugin6::DynamicValue;

/// Reads a value of type `ty`; an absent one, and one without bytes, is null.
pub(crate) fn decode(value: Option<&DynamicValue>, ty: &Type) -> Result<Value, CodecError> {
    match value {
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(&value.msgpack, ty),
        Some(value) if !value.json.is_empty() => json::decode(&value.json, ty),
        _ => Ok(Value::Null),
    }
}

/// Writes a value of type `ty`. JSON is never written: it has no unknown.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<Option<DynamicValue>, CodecError> {
    let msgpack = msgpack::encode(value, ty)?.into();
    Ok(Some(DynamicValue {
        msgpack,
        ..DynamicValue::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(msgpack: &'static [u8], json: &'static [u8]) -> DynamicValue {
        DynamicValue {
            msgpack: msgpack.into(),
            json: json.into(),
        }
    }

    #[test]
    fn msgpack_comes_before_json_and_nothing_is_null() {
        for (value, expected) in [
            (None, Value::Null),
            (Some(wire(b"", b"")), Value::Null),
            (Some(wire(b"\xa1a", b"\"b\"")), Value::from("a")),
            (Some(wire(b"", b"\"b\"")), Value::from("b")),
            (Some(wire(b"\xd4\x00\x00", b"")), Value::Unknown),
        ] {
            assert_eq!(
                decode(value.as_ref(), &Type::String).unwrap(),
                expected,
                "{value:?}"
            );
        }
    }

    #[test]
    fn what_was_written_is_read_back() {
        let ty = Type::object([("n", Type::Number), ("u", Type::String)]);
        let value = Value::object([("n", Value::from(7)), ("u", Value::Unknown)]);
        assert_eq!(
            decode(encode(&value, &ty).unwrap().as_ref(), &ty).unwrap(),
            value
        );
    }
}
