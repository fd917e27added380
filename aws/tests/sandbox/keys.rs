//! `kms:key` and `kms:alias`.

use cloister_composite::ErrorClass;
use serde_json::{Value, json};

use crate::{
    contract::{Specimen, assert_no_difference, check, kind, part_tags, read, with},
    support::Sandbox,
};

/// A key policy in the order in which people write it.
pub(crate) fn key_policy(extra: &[Value]) -> Value {
    let mut statements = vec![json!({
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": ["kms:*"],
        "Resource": "*",
    })];
    statements.extend_from_slice(extra);
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Settings of a key that is part `key` of composite `name`.
pub(crate) fn key_settings(name: &str) -> Value {
    json!({
        "description": "data at rest",
        "policy": key_policy(&[]),
        "rotation": {"enabled": true},
        "tags": part_tags(name, "key"),
    })
}

#[tokio::test]
async fn a_key_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let settings = key_settings("logs");
    let decrypt = json!({
        "Sid": "Use", "Effect": "Allow", "Principal": "*", "Action": ["kms:Decrypt", "kms:Encrypt"], "Resource": "*",
        "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}},
    });
    let mut bare = settings.clone();
    bare.as_object_mut().unwrap().remove("rotation");
    check(
        &sandbox,
        &Specimen {
            kind: "kms:key",
            changes: vec![
                with(settings.clone(), "description", json!("other words")),
                with(settings.clone(), "policy", key_policy(&[decrypt])),
                with(
                    settings.clone(),
                    "rotation",
                    json!({"enabled": true, "period_days": 90}),
                ),
                with(settings.clone(), "rotation", json!({"enabled": false})),
                bare,
                with(settings.clone(), "enabled", json!(false)),
            ],
            settings,
            disposal: json!({"deletion_window_days": 7}),
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_key_is_found_by_its_tags_until_it_is_pending_deletion() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let keys = kind("kms:key");
    let settings = key_settings("logs");
    let tags = part_tags("logs", "key");
    assert_eq!(keys.find(&*aws, &settings, &tags).await.unwrap(), None);
    keys.create(&aws, &key_settings("other"), "token")
        .await
        .unwrap();
    let made = keys.create(&aws, &settings, "token").await.unwrap();
    assert_eq!(
        keys.find(&aws, &settings, &tags)
            .await
            .unwrap()
            .map(|key| key.id),
        Some(made.id.clone())
    );
    let twin = keys.create(&aws, &settings, "token").await.unwrap();
    assert_eq!(
        keys.find(&aws, &settings, &tags).await.unwrap_err().class,
        ErrorClass::Refused
    );
    keys.delete(&aws, &twin.id, &Value::Null).await.unwrap();
    keys.delete(&aws, &made.id, &Value::Null).await.unwrap();
    assert_eq!(keys.find(&aws, &settings, &tags).await.unwrap(), None);
}

#[tokio::test]
async fn a_retained_key_stays_usable_and_is_no_part_any_more() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let keys = kind("kms:key");
    let (settings, tags) = (key_settings("logs"), part_tags("logs", "key"));
    let made = keys.create(&aws, &settings, "token").await.unwrap();
    for _ in 0..2 {
        keys.delete(&aws, &made.id, &json!({"retain": true}))
            .await
            .unwrap();
        let kept = json!({
            "cloister:owner": "terraform",
            "cloister:retained-from": "s3_locked_bucket/us-east-1/logs",
        });
        let expected = with(settings.clone(), "tags", kept);
        assert_no_difference(&*keys, &aws, &made.id, &expected).await;
        assert_eq!(keys.find(&aws, &settings, &tags).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_alias_keeps_the_contract_and_another_keys_alias_is_not_taken() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let keys = kind("kms:key");
    let one = keys
        .create(&aws, &key_settings("one"), "token")
        .await
        .unwrap()
        .id;
    let two = keys
        .create(&aws, &key_settings("two"), "token")
        .await
        .unwrap()
        .id;
    let to = |key: &str| json!({"name": "alias/cloister-logs", "target_key_id": key});
    check(
        &sandbox,
        &Specimen {
            kind: "kms:alias",
            settings: to(&one),
            changes: vec![to(&two)],
            replacements: vec![with(to(&one), "name", json!("alias/cloister-other"))],
            ..Specimen::default()
        },
    )
    .await;

    let aliases = kind("kms:alias");
    let made = aliases.create(&aws, &to(&one), "token").await.unwrap();
    assert_eq!(
        aliases.create(&aws, &to(&one), "token").await.unwrap(),
        made,
        "a repeat meets its own"
    );
    let refused = aliases.create(&aws, &to(&two), "token").await.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::AlreadyExists, Some("name"))
    );
    let none = cloister_composite::Tags::new();
    assert_eq!(aliases.find(&aws, &to(&two), &none).await.unwrap(), None);
    assert_eq!(
        aliases.find(&aws, &to(&one), &none).await.unwrap(),
        read(&*aliases, &aws, &made.id).await
    );
}
