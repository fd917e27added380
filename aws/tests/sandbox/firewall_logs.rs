//! `network-firewall:logging`.

use std::collections::HashMap;

use aws_sdk_networkfirewall::types::{
    LogDestinationConfig, LogDestinationType, LogType, LoggingConfiguration,
};
use cloister_aws::Aws;
use cloister_composite::{Observation, changed_settings};
use serde_json::{Value, json};

use crate::{
    contract::{Specimen, assert_no_difference, check, kind, parent, read, remove, with},
    faults::sweep,
    firewalls::{firewall, firewall_settings, ground},
    logs::log_group_settings,
    support::Sandbox,
};

async fn log_group(sandbox: &Sandbox, aws: &Aws, name: &str) -> String {
    parent(sandbox, aws, "logs:log-group", &log_group_settings(name))
        .await
        .id
}

fn destinations(all: &[(&str, &str)]) -> Value {
    let destinations = all
        .iter()
        .map(|(log_type, group)| json!({"log_type": log_type, "log_group": group}));
    destinations.collect()
}

fn logging_settings(firewall: &Observation, all: &[(&str, &str)]) -> Value {
    json!({"firewall_arn": firewall.outputs["arn"], "destinations": destinations(all)})
}

#[tokio::test]
async fn the_logging_of_a_firewall_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let settings = firewall_settings(&ground, "net", 1);
    let one = firewall(&sandbox, aws, &settings).await;
    let two = firewall(&sandbox, aws, &with(settings, "name", json!("second"))).await;
    let alerts = log_group(&sandbox, aws, "alerts").await;
    let flows = log_group(&sandbox, aws, "flows").await;
    let both = [("FLOW", flows.as_str()), ("ALERT", alerts.as_str())];
    let settings = logging_settings(&one, &both);
    let change = |all: &[(&str, &str)]| with(settings.clone(), "destinations", destinations(all));
    check(
        &sandbox,
        &Specimen {
            kind: "network-firewall:logging",
            changes: vec![
                change(&[("ALERT", &alerts)]),
                change(&[("FLOW", &flows)]),
                change(&[("FLOW", &alerts), ("ALERT", &flows)]),
                change(&[("TLS", &alerts), ("FLOW", &flows)]),
            ],
            replacements: vec![logging_settings(&two, &both)],
            settings: settings.clone(),
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn logs_that_somebody_sends_elsewhere_show_and_are_brought_back() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let made = firewall(&sandbox, aws, &firewall_settings(&ground, "net", 1)).await;
    let elsewhere = LogDestinationConfig::builder()
        .log_type(LogType::Alert)
        .log_destination_type(LogDestinationType::S3)
        .set_log_destination(Some(HashMap::from([(
            "bucketName".to_owned(),
            sandbox.variable("trail_bucket"),
        )])))
        .build()
        .unwrap();
    let logging = LoggingConfiguration::builder().log_destination_configs(elsewhere);
    let request = sandbox.network_firewall().update_logging_configuration();
    let request = request.firewall_name(&made.id);
    let request = request.logging_configuration(logging.build().unwrap());
    request.send().await.unwrap();

    let alerts = log_group(&sandbox, aws, "alerts").await;
    let wanted = logging_settings(&made, &[("ALERT", &alerts)]);
    let loggings = &*kind("network-firewall:logging");
    let arn = &made.outputs["arn"];
    let found = read(loggings, aws, arn).await.unwrap();
    let shown = loggings.align(&wanted, found.settings);
    let bucket = format!("S3:{}", sandbox.variable("trail_bucket"));
    assert_eq!(shown["destinations"], destinations(&[("ALERT", &bucket)]));
    let changed = changed_settings(&wanted, &shown);
    loggings.update(aws, arn, &wanted, &changed).await.unwrap();
    assert_no_difference(loggings, aws, arn, &wanted).await;
}

#[tokio::test]
async fn a_firewall_takes_its_logging_along() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let settings = firewall_settings(&ground, "net", 1);
    let made = firewall(
        &sandbox,
        aws,
        &with(settings, "delete_protection", json!(true)),
    )
    .await;
    let alerts = log_group(&sandbox, aws, "alerts").await;
    let logging = logging_settings(&made, &[("ALERT", &alerts), ("FLOW", &alerts)]);
    parent(&sandbox, aws, "network-firewall:logging", &logging).await;
    let firewalls = &*kind("network-firewall:firewall");
    remove(&sandbox, firewalls, aws, &made.id, &Value::Null).await;
    assert_eq!(read(firewalls, aws, &made.id).await, None);
    let loggings = &*kind("network-firewall:logging");
    assert_eq!(read(loggings, aws, &made.outputs["arn"]).await, None);
}

#[tokio::test]
async fn the_logging_of_a_firewall_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let ground = ground(sandbox, aws, name).await;
        let made = firewall(sandbox, aws, &firewall_settings(&ground, name, 1)).await;
        let group = log_group(sandbox, aws, name).await;
        logging_settings(&made, &[("ALERT", &group), ("FLOW", &group)])
    };
    sweep("network-firewall:logging", settings, Value::Null).await;
}
