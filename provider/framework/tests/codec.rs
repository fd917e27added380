//! The codecs: what Terraform sends and expects, byte for byte; every value survives; no bytes hurt.

use std::collections::BTreeMap;

use cloister_framework::{Number, Private, Type, Value, json, msgpack};
use proptest::prelude::*;

fn number(text: &str) -> Value {
    Value::Number(text.parse().expect("a number"))
}

/// Encodes to these bytes and decodes back.
fn check(value: &Value, ty: &Type, bytes: &[u8]) {
    assert_eq!(
        msgpack::encode(value, ty).as_deref(),
        Ok(bytes),
        "encoding {value:?}"
    );
    assert_eq!(
        msgpack::decode(bytes, ty).as_ref(),
        Ok(value),
        "decoding {value:?}"
    );
}

#[test]
fn values_have_terraforms_bytes() {
    let example = Type::object([("a", Type::Number), ("b", Type::Tuple(vec![Type::String]))]);
    let example_value = Value::object([("a", 1.into()), ("b", Value::Tuple(vec!["x".into()]))]);
    let example_bytes = [
        b"\x92\xc4\x32[\"object\",{\"a\":\"number\",\"b\":[\"tuple\",[\"string\"]]}]" as &[u8],
        b"\x82\xa1a\x01\xa1b\x91\xa1x",
    ]
    .concat();
    let cases: [(Value, Type, &[u8]); 15] = [
        (Value::Null, Type::String, b"\xc0"),
        (Value::Null, Type::Dynamic, b"\xc0"),
        (Value::Unknown, Type::Bool, b"\xd4\x00\x00"),
        (Value::Unknown, Type::Dynamic, b"\xd4\x00\x00"),
        (true.into(), Type::Bool, b"\xc3"),
        ("é".into(), Type::String, b"\xa2\xc3\xa9"),
        (number("-1"), Type::Number, b"\xff"),
        (
            number("0.5"),
            Type::Number,
            b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00",
        ),
        (number("0.1"), Type::Number, b"\xa30.1"),
        (
            number("123456789012345678901234567890.5"),
            Type::Number,
            b"\xd9\x20123456789012345678901234567890.5",
        ),
        (
            number("18446744073709551615"),
            Type::Number,
            b"\xb418446744073709551615",
        ),
        (Value::List(vec![]), Type::list(Type::String), b"\x90"),
        (
            Value::map([("k", Value::Unknown)]),
            Type::map(Type::String),
            b"\x81\xa1k\xd4\x00\x00",
        ),
        (
            Value::dynamic(Type::Number, 1.into()),
            Type::Dynamic,
            b"\x92\xc4\x08\"number\"\x01",
        ),
        (
            Value::dynamic(Type::String, Value::Unknown),
            Type::Dynamic,
            b"\x92\xc4\x08\"string\"\xd4\x00\x00",
        ),
    ];
    for (value, ty, bytes) in cases {
        check(&value, &ty, bytes);
    }
    check(
        &Value::dynamic(example, example_value),
        &Type::Dynamic,
        &example_bytes,
    );
}

#[test]
fn other_spellings_of_a_value_are_understood() {
    let cases: [(&[u8], Type, Value); 8] = [
        (b"", Type::String, Value::Null),
        (
            b"\xc7\x05\x0c\x82\x01\xc2\x02\xa0",
            Type::String,
            Value::Unknown,
        ),
        (b"\xc7\x00\x00", Type::String, Value::Unknown),
        (b"\xca\x3f\x00\x00\x00", Type::Number, number("0.5")),
        (
            b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
            Type::Number,
            number("18446744073709551615"),
        ),
        (
            b"\xd3\xff\xff\xff\xff\xff\xff\xff\xff",
            Type::Number,
            number("-1"),
        ),
        (
            b"\x92\xa1b\xa1b",
            Type::set(Type::String),
            Value::Set(vec!["b".into()]),
        ),
        (
            b"\xdc\x00\x01\xc3",
            Type::list(Type::Bool),
            Value::List(vec![true.into()]),
        ),
    ];
    for (bytes, ty, expected) in cases {
        assert_eq!(msgpack::decode(bytes, &ty), Ok(expected), "{bytes:x?}");
    }
}

#[test]
fn what_does_not_fit_is_an_error_with_its_path() {
    let ty = Type::object([
        ("rules", Type::list(Type::object([("port", Type::Number)]))),
        ("tags", Type::map(Type::String)),
    ]);
    let object = |rules: Value, tags: Value| Value::object([("rules", rules), ("tags", tags)]);
    let cases = [
        (
            object(
                Value::List(vec![Value::object([("port", true.into())])]),
                Value::Null,
            ),
            "`rules[0].port`: expected number, found a bool",
        ),
        (
            object(
                Value::List(vec![Value::object([("pork", Value::Null)])]),
                Value::Null,
            ),
            "`rules[0].pork`: no such attribute",
        ),
        (
            object(Value::Null, Value::map([("a/b", Value::List(vec![]))])),
            "`tags[\"a/b\"]`: expected string, found a list",
        ),
        (
            Value::object([("tags", Value::Null)]),
            "`rules`: attribute is missing",
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(
            msgpack::encode(&value, &ty).map_err(|error| error.to_string()),
            Err(expected.to_owned())
        );
        assert_eq!(
            json::encode(&value, &ty).map_err(|error| error.to_string()),
            Err(expected.to_owned())
        );
    }
    for (bytes, expected) in [
        (&b"\x81\xa5rules\x90"[..], "`tags`: attribute is missing"),
        (
            b"\x82\xa5rules\x91\x81\xa4port\xa1x\xa4tags\xc0",
            "`rules[0].port`: not a decimal number",
        ),
        (b"\x81\xa1x\xc0", "`x`: no such attribute"),
        (
            b"\xdd\xff\xff\xff\xff",
            "expected object({ rules = list(object({ port = number })), tags = map(string) }), found an array",
        ),
        (b"\xc0\xc0", "bytes follow the value"),
    ] {
        assert_eq!(
            msgpack::decode(bytes, &ty).map_err(|error| error.to_string()),
            Err(expected.to_owned())
        );
    }
}

#[test]
fn hostile_lengths_and_depths_end_quickly() {
    assert!(msgpack::decode(b"\xdd\xff\xff\xff\xff\xc0", &Type::list(Type::String)).is_err());
    assert!(msgpack::decode(b"\xdf\xff\xff\xff\xff", &Type::map(Type::String)).is_err());
    assert!(msgpack::decode(b"\xa51e999999999", &Type::Number).is_err());
    let nested = b"\x92\xc4\x09\"dynamic\"".repeat(100_000);
    assert!(msgpack::decode(&nested, &Type::Dynamic).is_err());
    let nested = r#"{"type":"dynamic","value":"#.repeat(10_000);
    assert!(json::decode(nested.as_bytes(), &Type::Dynamic).is_err());
    assert!(json::decode(b"1e999999999", &Type::Number).is_err());
    assert!(json::decode(&b"[".repeat(100_000), &Type::list(Type::String)).is_err());
}

#[test]
fn state_json_keeps_every_digit_and_wraps_dynamics() {
    let ty = Type::object([
        ("any", Type::Dynamic),
        ("n", Type::Number),
        ("s", Type::String),
        ("set", Type::set(Type::Number)),
    ]);
    let text = r#"{"any":{"value":[true],"type":["tuple",["bool"]]},"n":0.1000000000000000055511151231257827,"s":"\"\n","set":[1,2]}"#;
    let value = json::decode(text.as_bytes(), &ty).expect("state");
    assert_eq!(
        value.attribute("n"),
        Some(&number("0.1000000000000000055511151231257827"))
    );
    assert_eq!(
        value.attribute("any"),
        Some(&Value::dynamic(
            Type::Tuple(vec![Type::Bool]),
            Value::Tuple(vec![true.into()])
        ))
    );
    assert_eq!(
        json::encode(&value, &ty).expect("no unknowns"),
        text.as_bytes()
    );
    assert!(json::encode(&Value::Unknown, &Type::String).is_err());
}

#[test]
fn same_version_state_is_completed_and_trimmed() {
    let inner = Type::object([("kept", Type::String), ("added", Type::Bool)]);
    let ty = Type::object([
        ("kept", Type::Number),
        ("added", Type::list(Type::String)),
        ("inner", Type::list(inner)),
    ]);
    let text = br#" { "kept" : 1 , "removed" : {}, "inner": [{"kept": "x", "gone": 1}, null] } "#;
    let expected = Value::object([
        ("kept", 1.into()),
        ("added", Value::Null),
        (
            "inner",
            Value::List(vec![
                Value::object([("kept", "x".into()), ("added", Value::Null)]),
                Value::Null,
            ]),
        ),
    ]);
    assert_eq!(json::decode_lenient(text, &ty), Ok(expected));
    assert!(json::decode(text, &ty).is_err());
}

#[test]
fn a_secret_does_not_show_in_an_error() {
    for ty in [
        Type::Number,
        Type::Bool,
        Type::list(Type::String),
        Type::map(Type::String),
        Type::Dynamic,
    ] {
        let error = json::decode(br#""hunter2""#, &ty).expect_err("not a string");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknowns {
    Allowed,
    None,
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::Dynamic)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            proptest::collection::btree_map("[a-c]{1,2}", inner.clone(), 0..4)
                .prop_map(Type::Object),
            proptest::collection::vec(inner, 0..3).prop_map(Type::Tuple),
        ]
    })
}

fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,2})?"
            .prop_map(|text| text.parse().expect("a decimal")),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).ok()),
    ]
}

fn value_of(ty: &Type, unknowns: Unknowns) -> BoxedStrategy<Value> {
    let known: BoxedStrategy<Value> = match ty {
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Number => any_number().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::List(element) => proptest::collection::vec(value_of(element, unknowns), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(element) => proptest::collection::vec(value_of(element, unknowns), 0..4)
            .prop_map(Value::Set)
            .boxed(),
        Type::Map(element) => {
            proptest::collection::btree_map(any::<String>(), value_of(element, unknowns), 0..4)
                .prop_map(Value::Map)
                .boxed()
        }
        Type::Object(attributes) => attributes
            .iter()
            .map(|(name, ty)| (Just(name.clone()), value_of(ty, unknowns)))
            .collect::<Vec<_>>()
            .prop_map(|entries| Value::Object(entries.into_iter().collect::<BTreeMap<_, _>>()))
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(|ty| value_of(ty, unknowns))
            .collect::<Vec<_>>()
            .prop_map(Value::Tuple)
            .boxed(),
        // A null inside a dynamic has no type on the wire.
        Type::Dynamic => return dynamic(unknowns).boxed(),
    };
    let unknown = u32::from(unknowns == Unknowns::Allowed);
    prop_oneof![8 => known, 1 => Just(Value::Null), unknown => Just(Value::Unknown)].boxed()
}

fn dynamic(unknowns: Unknowns) -> impl Strategy<Value = Value> {
    let ty = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::list(Type::Bool))
    ];
    ty.prop_flat_map(move |ty| value_of(&ty, unknowns).prop_map(move |value| (ty.clone(), value)))
        .prop_map(|(ty, value)| {
            if value.is_null() {
                Value::Null
            } else {
                Value::dynamic(ty, value)
            }
        })
}

fn typed(unknowns: Unknowns) -> impl Strategy<Value = (Type, Value)> {
    any_type()
        .prop_flat_map(move |ty| value_of(&ty, unknowns).prop_map(move |value| (ty.clone(), value)))
}

proptest! {
    #[test]
    fn msgpack_round_trips((ty, value) in typed(Unknowns::Allowed)) {
        let bytes = msgpack::encode(&value, &ty).expect("a value of its type");
        let back = msgpack::decode(&bytes, &ty).expect("our own bytes");
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(msgpack::encode(&msgpack::decode(&bytes, &ty).expect("again"), &ty), msgpack::encode(&back, &ty));
    }

    #[test]
    fn json_round_trips((ty, value) in typed(Unknowns::None)) {
        let bytes = json::encode(&value, &ty).expect("a known value of its type");
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        prop_assert_eq!(json::decode(&bytes, &ty), Ok(value.clone()));
        prop_assert_eq!(json::decode_lenient(&bytes, &ty), Ok(value));
    }

    #[test]
    fn types_round_trip(ty in any_type()) {
        prop_assert_eq!(Type::from_json(ty.to_json().as_bytes()).expect("our own text"), ty);
    }

    #[test]
    fn no_bytes_hurt(ty in any_type(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = msgpack::decode(&bytes, &ty);
        let _ = json::decode(&bytes, &ty);
        let _ = Type::from_json(&bytes);
        let _ = Private::decode(&bytes);
    }

    #[test]
    fn no_damage_to_good_bytes_hurts(
        (ty, value) in typed(Unknowns::Allowed),
        place in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = msgpack::encode(&value, &ty).expect("a value of its type");
        *place.get_mut(&mut bytes) = byte;
        if let Ok(value) = msgpack::decode(&bytes, &ty) {
            prop_assert!(msgpack::encode(&value, &ty).is_ok());
        }
        let mut text = json::encode(&value, &ty).unwrap_or_else(|_| b"null".to_vec());
        *place.get_mut(&mut text) = byte;
        let _ = json::decode_lenient(&text, &ty);
    }

    #[test]
    fn numbers_order_as_their_values(left in any_number(), right in any_number()) {
        prop_assert_eq!(left == right, left.to_string() == right.to_string());
        prop_assert_eq!(left.cmp(&right), right.cmp(&left).reverse());
    }
}
