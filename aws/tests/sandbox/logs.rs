//! `logs:log-group`.

use cloister_composite::ErrorClass;
use serde_json::{Value, json};

use crate::{
    contract::{Specimen, check, kind, part_tags, read, with},
    keys::{key_policy, key_settings},
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
async fn logs_key(aws: &cloister_aws::Aws) -> String {
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
