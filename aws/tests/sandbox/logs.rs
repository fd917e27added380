//! `logs:log-group` and `ec2:flow-log`.

use cloister_aws::Aws;
use cloister_composite::ErrorClass;
use serde_json::{Value, json};

use crate::{
    buckets::bucket_settings,
    contract::{Specimen, check, kind, parent, part_tags, read, with},
    faults::sweep,
    keys::{key_policy, key_settings},
    networks::vpc,
    support::Sandbox,
};

/// Settings of a log group that is part `logs` of composite `name`.
pub(crate) fn log_group_settings(name: &str) -> Value {
    json!({
        "name": format!("/cloister/{name}"),
        "retention_days": 30,
        "tags": part_tags(name, "logs"),
    })
}

/// A key that CloudWatch Logs may use.
async fn logs_key(aws: &Aws) -> String {
    let statement = json!({
        "Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
    });
    let settings = with(key_settings("logs"), "policy", key_policy(&[statement]));
    let made = kind("kms:key").create(aws, &settings, "token").await;
    made.unwrap().outputs["arn"].clone()
}

#[tokio::test]
async fn a_log_group_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let key = logs_key(&aws).await;
    let settings = log_group_settings("contract");
    let mut bare = settings.clone();
    bare.as_object_mut().unwrap().remove("retention_days");
    check(
        &sandbox,
        &Specimen {
            kind: "logs:log-group",
            changes: vec![
                with(settings.clone(), "kms_key_arn", json!(key)),
                with(settings.clone(), "retention_days", json!(365)),
                bare,
            ],
            replacements: vec![with(settings.clone(), "name", json!("/cloister/other"))],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_key_that_the_service_may_not_use_is_named() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let made = kind("kms:key")
        .create(&aws, &key_settings("logs"), "token")
        .await
        .unwrap();
    let settings = with(
        log_group_settings("locked"),
        "kms_key_arn",
        json!(made.outputs["arn"]),
    );
    let refused = kind("logs:log-group")
        .create(&aws, &settings, "token")
        .await
        .unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::Propagation, Some("kms_key_arn"))
    );
}

#[tokio::test]
async fn a_retained_group_is_left_as_it_is_and_taken_up_again() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let groups = kind("logs:log-group");
    let settings = log_group_settings("kept");
    let made = groups.create(&aws, &settings, "token").await.unwrap();
    let before = read(&*groups, &aws, &made.id).await;
    groups
        .delete(&aws, &made.id, &json!({"retain": true}))
        .await
        .unwrap();
    assert_eq!(read(&*groups, &aws, &made.id).await, before);

    let other = with(settings.clone(), "retention_days", json!(7));
    let again = groups.create(&aws, &other, "token").await.unwrap();
    assert_eq!(again.settings, other);
    let foreign = with(settings, "tags", json!(part_tags("another", "logs")));
    let refused = groups.create(&aws, &foreign, "token").await.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::AlreadyExists, Some("name"))
    );
}

const FORMAT: &str = "${version} ${vpc-id} ${srcaddr} ${dstaddr} ${action} ${log-status}";

/// Settings of a flow log to a log group; both and the VPC are made first.
pub(crate) async fn flow_log_settings(sandbox: &Sandbox, aws: &Aws, name: &str) -> Value {
    let vpc = vpc(sandbox, aws, name).await;
    let group = log_group_settings(name);
    let group = parent(sandbox, aws, "logs:log-group", &group).await;
    json!({
        "vpc_id": vpc.id, "traffic_type": "ALL", "log_group_arn": group.outputs["arn"],
        "role_arn": "arn:aws:iam::111122223333:role/flow-logs", "format": FORMAT, "aggregation_seconds": 60,
        "tags": part_tags(name, "flow-log"),
    })
}

#[tokio::test]
async fn a_flow_log_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let other = vpc(&sandbox, aws, "other").await;
    let settings = flow_log_settings(&sandbox, aws, "net").await;
    parent(
        &sandbox,
        aws,
        "s3:bucket",
        &bucket_settings("cloister-flows"),
    )
    .await;
    let mut to_bucket = with(
        settings.clone(),
        "bucket_arn",
        json!("arn:aws:s3:::cloister-flows/vpc"),
    );
    for name in ["log_group_arn", "role_arn"] {
        to_bucket.as_object_mut().unwrap().remove(name);
    }
    let role = json!("arn:aws:iam::111122223333:role/other");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:flow-log",
            replacements: vec![
                with(settings.clone(), "traffic_type", json!("REJECT")),
                with(settings.clone(), "aggregation_seconds", json!(600)),
                with(settings.clone(), "format", json!("${version} ${action}")),
                with(settings.clone(), "role_arn", role),
                with(settings.clone(), "vpc_id", json!(other.id)),
                to_bucket,
            ],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_flow_log_survives_a_fault_at_every_call() {
    sweep("ec2:flow-log", flow_log_settings, Value::Null).await;
}

#[tokio::test]
async fn a_flow_log_to_a_bucket_that_is_not_there_names_the_setting() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let mut settings = flow_log_settings(&sandbox, aws, "net").await;
    for name in ["log_group_arn", "role_arn"] {
        settings.as_object_mut().unwrap().remove(name);
    }
    let nowhere = with(settings, "bucket_arn", json!("arn:aws:s3:::cloister-none"));
    let refused = kind("ec2:flow-log").create(aws, &nowhere, "token").await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::Refused, Some("bucket_arn"))
    );
    assert!(refused.message.contains("cloister-none"), "{refused}");
}
