//! The calls of the protocol about things that are there, with whole answers.

use cloister_framework::{Type, Value};
use cloister_proto::tfplugin6::attribute_path::step::Selector;
use cloister_proto::tfplugin6::{self as wire, DynamicValue};

use super::wire::{
    connected, decoded, encoded, errors, identity, strings, thing, thing_type, wire_thing,
};

#[tokio::test]
async fn schemas_functions_and_capabilities_are_told() {
    let (_host, mut client) = connected().await;
    let schema = client
        .provider
        .get_provider_schema(wire::get_provider_schema::Request::default())
        .await;
    let schema = schema.unwrap().into_inner();
    assert!(schema.provider.unwrap().block.is_some());
    let block = schema.resource_schemas["toy_thing"].block.as_ref().unwrap();
    let names: Vec<&str> = block
        .attributes
        .iter()
        .map(|attribute| attribute.name.as_str())
        .collect();
    assert_eq!(names, ["id", "mode", "name"]);
    assert!(schema.data_source_schemas["toy_echo"].block.is_some());
    assert!(
        schema.ephemeral_resource_schemas["toy_secret"]
            .block
            .is_some()
    );
    assert_eq!(
        &schema.functions["join"].r#return.as_ref().unwrap().r#type[..],
        b"\"string\""
    );
    let expected = wire::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    };
    assert_eq!(schema.server_capabilities, Some(expected));

    let functions = client
        .provider
        .get_functions(wire::get_functions::Request::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(functions.functions, schema.functions);

    let metadata = client
        .provider
        .get_metadata(wire::get_metadata::Request::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.server_capabilities, Some(expected));
    assert_eq!(metadata.resources[0].type_name, "toy_thing");
    assert_eq!(metadata.data_sources[0].type_name, "toy_echo");
    assert_eq!(metadata.ephemeral_resources[0].type_name, "toy_secret");
    assert_eq!(metadata.functions[0].name, "join");

    let identities = wire::get_resource_identity_schemas::Request::default();
    let identities = client
        .provider
        .get_resource_identity_schemas(identities)
        .await
        .unwrap()
        .into_inner();
    let attribute = &identities.identity_schemas["toy_thing"].identity_attributes[0];
    assert_eq!(
        (attribute.name.as_str(), attribute.required_for_import),
        ("name", true)
    );
}

#[tokio::test]
async fn blocks_are_validated_and_the_provider_configured() {
    let (_host, mut client) = connected().await;
    let config = encoded(
        &Value::object([("greeting", "hi")].map(|(k, v)| (k, Value::from(v)))),
        &strings(&["greeting"]),
    );
    let validate = wire::validate_provider_config::Request {
        config: config.clone(),
    };
    let answer = client
        .provider
        .validate_provider_config(validate)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&answer.diagnostics), [""; 0]);
    let configure = wire::configure_provider::Request {
        config,
        ..Default::default()
    };
    let answer = client
        .provider
        .configure_provider(configure)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&answer.diagnostics), [""; 0]);

    let validate = |name: &str| wire::validate_resource_config::Request {
        type_name: "toy_thing".to_owned(),
        config: wire_thing(&thing(name, Value::Null, Value::Null)),
        ..Default::default()
    };
    let good = client
        .provider
        .validate_resource_config(validate("good"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&good.diagnostics), [""; 0]);
    let bad = client
        .provider
        .validate_resource_config(validate("bad"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&bad.diagnostics), ["Bad name"]);
    let step = &bad.diagnostics[0].attribute.as_ref().unwrap().steps[0];
    assert_eq!(
        step.selector,
        Some(Selector::AttributeName("name".to_owned()))
    );
}

#[tokio::test]
async fn a_resource_lives_from_plan_to_destroy() {
    let (_host, mut client) = connected().await;
    let config = thing("a", Value::Null, Value::Null);
    let planned = thing("a", Value::Null, Value::Unknown);
    let made = thing("a", Value::Null, "id-a");

    let plan = wire::plan_resource_change::Request {
        type_name: "toy_thing".to_owned(),
        prior_state: wire_thing(&Value::Null),
        proposed_new_state: wire_thing(&config),
        config: wire_thing(&config),
        ..Default::default()
    };
    let plan = client
        .provider
        .plan_resource_change(plan)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&plan.diagnostics), [""; 0]);
    assert_eq!(decoded(plan.planned_state.clone(), &thing_type()), planned);

    let apply = wire::apply_resource_change::Request {
        type_name: "toy_thing".to_owned(),
        planned_state: plan.planned_state,
        config: wire_thing(&config),
        planned_private: plan.planned_private,
        ..Default::default()
    };
    let applied = client
        .provider
        .apply_resource_change(apply)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&applied.diagnostics), [""; 0]);
    assert_eq!(decoded(applied.new_state.clone(), &thing_type()), made);
    assert_eq!(applied.new_identity, identity("a"));

    let upgrade = wire::upgrade_resource_state::Request {
        type_name: "toy_thing".to_owned(),
        version: 0,
        raw_state: Some(wire::RawState {
            json: br#"{"name": "a", "id": "id-a"}"#.as_slice().into(),
            ..Default::default()
        }),
    };
    let upgraded = client
        .provider
        .upgrade_resource_state(upgrade)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decoded(upgraded.upgraded_state, &thing_type()),
        made,
        "a missing attribute is null"
    );

    let read = wire::read_resource::Request {
        type_name: "toy_thing".to_owned(),
        current_state: applied.new_state,
        private: b"{\"k\":1}".as_slice().into(),
        ..Default::default()
    };
    let read = client
        .provider
        .read_resource(read)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(decoded(read.new_state.clone(), &thing_type()), made);
    assert_eq!(&read.private[..], b"{\"k\":1}");
    assert_eq!(read.new_identity, identity("a"));

    let destroy = wire::apply_resource_change::Request {
        type_name: "toy_thing".to_owned(),
        prior_state: read.new_state,
        planned_state: wire_thing(&Value::Null),
        config: wire_thing(&Value::Null),
        ..Default::default()
    };
    let destroyed = client
        .provider
        .apply_resource_change(destroy)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&destroyed.diagnostics), [""; 0]);
    assert_eq!(decoded(destroyed.new_state, &thing_type()), Value::Null);
}

#[tokio::test]
async fn objects_are_imported_moved_and_known_by_identity() {
    let (_host, mut client) = connected().await;
    for (id, by_identity) in [("x", None), ("", identity("x"))] {
        let import = wire::import_resource_state::Request {
            type_name: "toy_thing".to_owned(),
            id: id.to_owned(),
            identity: by_identity,
            ..Default::default()
        };
        let answer = client
            .provider
            .import_resource_state(import)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(errors(&answer.diagnostics), [""; 0]);
        let [imported] = <[_; 1]>::try_from(answer.imported_resources).unwrap();
        assert_eq!(imported.type_name, "toy_thing");
        assert_eq!(
            decoded(imported.state, &thing_type()),
            thing("x", Value::Null, Value::Null)
        );
        assert_eq!(imported.identity, identity("x"));
    }

    let move_from = |json: &'static [u8]| wire::move_resource_state::Request {
        source_type_name: "other_thing".to_owned(),
        target_type_name: "toy_thing".to_owned(),
        source_state: Some(wire::RawState {
            json: json.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let moved = client
        .provider
        .move_resource_state(move_from(br#"{"label":"m"}"#))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&moved.diagnostics), [""; 0]);
    assert_eq!(
        decoded(moved.target_state, &thing_type()),
        thing("m", Value::Null, "id-m")
    );
    let refused = client
        .provider
        .move_resource_state(move_from(b"not json"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&refused.diagnostics), ["Provider bug"]);

    let upgrade = wire::upgrade_resource_identity::Request {
        type_name: "toy_thing".to_owned(),
        version: 0,
        raw_identity: Some(wire::RawState {
            json: br#"{"name":"x"}"#.as_slice().into(),
            ..Default::default()
        }),
    };
    let upgraded = client
        .provider
        .upgrade_resource_identity(upgrade)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(upgraded.upgraded_identity, identity("x"));
}

#[tokio::test]
async fn data_sources_ephemeral_resources_and_functions_answer() {
    let (_host, mut client) = connected().await;
    let echo = strings(&["echo", "text"]);
    let config = encoded(
        &Value::object([("text", Value::from("t")), ("echo", Value::Null)]),
        &echo,
    );
    let type_name = "toy_echo".to_owned();
    let validate = wire::validate_data_resource_config::Request {
        type_name: type_name.clone(),
        config: config.clone(),
    };
    let answer = client
        .provider
        .validate_data_resource_config(validate)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&answer.diagnostics), [""; 0]);
    let read = wire::read_data_source::Request {
        type_name,
        config,
        ..Default::default()
    };
    let read = client
        .provider
        .read_data_source(read)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decoded(read.state, &echo),
        Value::object([("text", Value::from("t")), ("echo", Value::from("t"))])
    );

    let secret = strings(&["name", "value"]);
    let config = encoded(
        &Value::object([("name", Value::from("n")), ("value", Value::Null)]),
        &secret,
    );
    let type_name = "toy_secret".to_owned();
    let validate = wire::validate_ephemeral_resource_config::Request {
        type_name: type_name.clone(),
        config: config.clone(),
    };
    let answer = client
        .provider
        .validate_ephemeral_resource_config(validate)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&answer.diagnostics), [""; 0]);
    let open = wire::open_ephemeral_resource::Request {
        type_name: type_name.clone(),
        config,
        ..Default::default()
    };
    let opened = client
        .provider
        .open_ephemeral_resource(open)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decoded(opened.result, &secret).attribute("value"),
        Some(&Value::from("secret of n"))
    );
    assert_eq!(opened.renew_at.unwrap().seconds, 4_102_444_800);
    let renew = wire::renew_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private: opened.private.clone(),
    };
    let renewed = client
        .provider
        .renew_ephemeral_resource(renew)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&renewed.diagnostics), [""; 0]);
    let close = wire::close_ephemeral_resource::Request {
        type_name,
        private: opened.private,
    };
    let closed = client
        .provider
        .close_ephemeral_resource(close)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&closed.diagnostics), [""; 0]);
}

#[tokio::test]
async fn functions_compute_or_blame_an_argument() {
    let (_host, mut client) = connected().await;
    let string = |text: &str| encoded(&Value::from(text), &Type::String).unwrap();
    let call = |arguments: Vec<DynamicValue>| wire::call_function::Request {
        name: "join".to_owned(),
        arguments,
    };

    let joined = call(vec![string("-"), string("a"), string("b")]);
    let joined = client
        .provider
        .call_function(joined)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(joined.error, None);
    assert_eq!(decoded(joined.result, &Type::String), Value::from("a-b"));

    let wrong_type = encoded(&Value::from(true), &Type::Bool).unwrap();
    for arguments in [vec![string("-")], vec![string("-"), wrong_type]] {
        let refused = client
            .provider
            .call_function(call(arguments))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(refused.result, None);
        assert_eq!(refused.error.unwrap().function_argument, Some(1));
    }
}

#[tokio::test]
async fn bytes_that_are_no_value_are_a_diagnostic() {
    let (_host, mut client) = connected().await;
    let garbage = Some(DynamicValue {
        msgpack: b"\xc1\xff".as_slice().into(),
        ..DynamicValue::default()
    });
    let read = wire::read_resource::Request {
        type_name: "toy_thing".to_owned(),
        current_state: garbage,
        ..Default::default()
    };
    let answer = client
        .provider
        .read_resource(read)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&answer.diagnostics), ["Provider bug"]);
}

#[tokio::test]
async fn messages_of_many_megabytes_pass_both_ways() {
    let (_host, mut client) = connected().await;
    let state = thing("n".repeat(20 * 1024 * 1024), Value::Null, "id");
    let read = wire::read_resource::Request {
        type_name: "toy_thing".to_owned(),
        current_state: wire_thing(&state),
        ..Default::default()
    };
    let answer = client
        .provider
        .read_resource(read)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(decoded(answer.new_state, &thing_type()), state);
}
