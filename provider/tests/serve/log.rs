//! What a host finds on stderr.

use cloister_proto::go_plugin::Empty;
use cloister_proto::tfplugin6::{configure_provider, get_provider_schema};
use serde_json::Value;

use super::host::Host;
use super::wire::{apply_request, errors};

/// The log of a run at `level` that configures the provider and ends.
async fn log_at(level: &str) -> Vec<Value> {
    let mut host = Host::start_with(|command| {
        command.env("TF_LOG_PROVIDER", level);
    })
    .await;
    let mut client = host.connect().await;
    client
        .provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
    let configure = configure_provider::Request {
        terraform_version: "1.11.4".to_owned(),
        ..configure_provider::Request::default()
    };
    client.provider.configure_provider(configure).await.unwrap();
    client.controller.shutdown(Empty {}).await.unwrap();
    let stderr = host.stderr().await;
    stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

#[tokio::test]
async fn every_call_is_logged_with_its_name_and_duration() {
    let log = log_at("debug").await;
    let calls: Vec<&Value> = log
        .iter()
        .filter(|line| line["@message"] == "call answered")
        .collect();
    let names: Vec<&str> = calls
        .iter()
        .map(|line| line["tf_rpc"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["GetProviderSchema", "ConfigureProvider"]);
    for line in calls {
        assert_eq!(line["@level"], "debug");
        assert!(line["tf_req_duration_ms"].is_u64());
        assert_eq!(
            line["@timestamp"].as_str().unwrap().len(),
            "2006-01-02T15:04:05.000000Z".len()
        );
    }
}

#[tokio::test]
async fn the_level_of_the_user_is_kept() {
    let warnings = log_at("warn").await;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["@message"], "configured");
    assert_eq!(
        warnings[0]["tf_rpc"], "ConfigureProvider",
        "a line names the call it comes from"
    );
    assert_eq!(warnings[0]["version"], "1.11.4");
    assert_eq!(log_at("off").await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_panic_is_a_diagnostic_and_a_line_that_terraform_takes_for_one() {
    let mut host = Host::start_with(|command| {
        command.env("TF_LOG_PROVIDER", "error");
    })
    .await;
    let mut client = host.connect().await;
    let answer = client
        .provider
        .apply_resource_change(apply_request("panic"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&answer.diagnostics), ["Provider bug"]);
    let detail = &answer.diagnostics[0].detail;
    assert!(
        detail.starts_with("`ApplyResourceChange` stopped in the middle: the toy is broken"),
        "{detail}"
    );
    client
        .provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
    client.controller.shutdown(Empty {}).await.unwrap();

    let stderr = host.stderr().await;
    assert!(
        stderr
            .lines()
            .any(|line| line == "panic: the toy is broken"),
        "{stderr}"
    );
    let logged = stderr
        .lines()
        .find_map(|line| serde_json::from_str::<Value>(line).ok())
        .unwrap();
    assert_eq!(logged["@level"], "error");
    assert_eq!(logged["panic"], "the toy is broken");
}
