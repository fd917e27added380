//! The calls of the protocol about things that are not there: each answers with
//! one error diagnostic, and with no gRPC status.

use cloister_proto::tfplugin6 as wire;
use futures::{StreamExt as _, TryStreamExt as _};
use tonic::Request;

use super::wire::{connected, errors};

macro_rules! check_refusals {
    ($provider:ident: $($call:ident($request:ident.$field:ident) => $summary:literal,)+) => {$(
        let mut request = wire::$request::Request::default();
        "no_such".clone_into(&mut request.$field);
        let answer = $provider.$call(request).await.unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics), [$summary], stringify!($call));
    )+};
}

#[tokio::test]
async fn an_unknown_name_is_a_diagnostic_in_every_call() {
    let (_host, client) = connected().await;
    let mut provider = client.provider;
    check_refusals! { provider:
        validate_resource_config(validate_resource_config.type_name) => "Unknown resource",
        upgrade_resource_state(upgrade_resource_state.type_name) => "Unknown resource",
        upgrade_resource_identity(upgrade_resource_identity.type_name) => "Unknown resource",
        read_resource(read_resource.type_name) => "Unknown resource",
        plan_resource_change(plan_resource_change.type_name) => "Unknown resource",
        apply_resource_change(apply_resource_change.type_name) => "Unknown resource",
        import_resource_state(import_resource_state.type_name) => "Unknown resource",
        move_resource_state(move_resource_state.target_type_name) => "Unknown resource",
        validate_data_resource_config(validate_data_resource_config.type_name) => "Unknown data source",
        read_data_source(read_data_source.type_name) => "Unknown data source",
        validate_ephemeral_resource_config(validate_ephemeral_resource_config.type_name) => "Unknown ephemeral resource",
        open_ephemeral_resource(open_ephemeral_resource.type_name) => "Unknown ephemeral resource",
        renew_ephemeral_resource(renew_ephemeral_resource.type_name) => "Unknown ephemeral resource",
        close_ephemeral_resource(close_ephemeral_resource.type_name) => "Unknown ephemeral resource",
        generate_resource_config(generate_resource_config.type_name) => "Configuration cannot be generated",
        validate_list_resource_config(validate_list_resource_config.type_name) => "Unknown list resource",
        validate_action_config(validate_action_config.type_name) => "Unknown action",
        plan_action(plan_action.action_type) => "Unknown action",
        validate_state_store_config(validate_state_store.type_name) => "Unknown state store",
        configure_state_store(configure_state_store.type_name) => "Unknown state store",
        lock_state(lock_state.type_name) => "Unknown state store",
        unlock_state(unlock_state.type_name) => "Unknown state store",
        get_states(get_states.type_name) => "Unknown state store",
        delete_state(delete_state.type_name) => "Unknown state store",
    }
}

#[tokio::test]
async fn an_unknown_function_is_an_error_of_the_function() {
    let (_host, mut client) = connected().await;
    let request = wire::call_function::Request {
        name: "no_such".to_owned(),
        arguments: vec![],
    };
    let answer = client
        .provider
        .call_function(request)
        .await
        .unwrap()
        .into_inner();
    assert!(answer.error.unwrap().text.starts_with("Unknown function: "));
}

#[tokio::test]
async fn the_streams_of_absent_features_carry_one_error_and_end() {
    let (_host, client) = connected().await;
    let mut provider = client.provider;
    let list = wire::list_resource::Request {
        type_name: "no_such".to_owned(),
        ..Default::default()
    };
    let events: Vec<_> = provider
        .list_resource(list)
        .await
        .unwrap()
        .into_inner()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(errors(&events[0].diagnostic), ["Unknown list resource"]);
    assert_eq!(events.len(), 1);

    let invoke = wire::invoke_action::Request {
        action_type: "no_such".to_owned(),
        ..Default::default()
    };
    let events: Vec<_> = provider
        .invoke_action(invoke)
        .await
        .unwrap()
        .into_inner()
        .try_collect()
        .await
        .unwrap();
    let Some(wire::invoke_action::event::Type::Completed(completed)) = &events[0].r#type else {
        panic!("{events:?}")
    };
    assert_eq!(errors(&completed.diagnostics), ["Unknown action"]);

    let read = wire::read_state_bytes::Request {
        type_name: "no_such".to_owned(),
        ..Default::default()
    };
    let events: Vec<_> = provider
        .read_state_bytes(read)
        .await
        .unwrap()
        .into_inner()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(errors(&events[0].diagnostics), ["Unknown state store"]);

    let meta = wire::RequestChunkMeta {
        type_name: "no_such".to_owned(),
        ..Default::default()
    };
    let chunk = wire::write_state_bytes::RequestChunk {
        meta: Some(meta),
        ..Default::default()
    };
    let chunks = futures::stream::iter([chunk]).chain(futures::stream::pending());
    let written = provider
        .write_state_bytes(Request::new(chunks))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&written.diagnostics), ["Unknown state store"]);
}
