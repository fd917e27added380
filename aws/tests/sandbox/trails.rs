//! `cloudtrail:trail`.

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, Tags};
use serde_json::{Value, json};

use crate::{
    contract::{Specimen, assert_no_difference, check, kind, parent, part_tags, read},
    faults::sweep,
    keys::key_policy,
    logs::log_group_settings,
    support::Sandbox,
};

const ACCOUNT: &str = "111122223333";
const SERVICE: &str = "cloudtrail.amazonaws.com";

/// Makes a bucket of this name that lets CloudTrail deliver.
async fn make_bucket(aws: &Aws, name: &str) {
    let bucket = json!({"name": name, "tags": part_tags(name, "bucket")});
    kind("s3:bucket")
        .create(aws, &bucket, "token")
        .await
        .unwrap();
    let allow = |action: &str, resource: String| json!({"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": action, "Resource": resource});
    let statements = [
        allow("s3:GetBucketAcl", format!("arn:aws:s3:::{name}")),
        allow("s3:PutObject", format!("arn:aws:s3:::{name}/*")),
    ];
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let settings = json!({"bucket": name, "policy": policy});
    let policies = kind("s3:bucket-policy");
    policies.create(aws, &settings, "token").await.unwrap();
}

/// Makes a key with which CloudTrail may encrypt; its ARN.
async fn make_key(aws: &Aws) -> String {
    let encrypt = json!({"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "kms:GenerateDataKey*",
        "Resource": "*"});
    let settings = json!({"policy": key_policy(&[encrypt]), "tags": part_tags("audit", "key")});
    let keys = kind("kms:key");
    let made = keys.create(aws, &settings, "token").await.unwrap();
    made.outputs["arn"].clone()
}

fn selector(name: &str, fields: &Value) -> Value {
    json!({"name": name, "fields": fields})
}

fn equals(field: &str, value: &str) -> Value {
    json!({"field": field, "equals": [value]})
}

/// Settings of a trail that is part `trail` of composite `name`.
fn trail_settings(name: &str, bucket: &str, key: &str) -> Value {
    json!({
        "name": name,
        "bucket": bucket,
        "kms_key_arn": key,
        "multi_region": true,
        "file_validation": true,
        "logging": true,
        "selectors": [
            selector("Management", &json!([equals("eventCategory", "Management")])),
            selector("Objects", &json!([
                equals("eventCategory", "Data"),
                equals("resources.type", "AWS::S3::Object"),
                {"field": "resources.ARN", "not_starts_with": [format!("arn:aws:s3:::{bucket}/")]},
            ])),
        ],
        "tags": part_tags(name, "trail"),
    })
}

fn with(settings: &Value, changes: &[(&str, Value)]) -> Value {
    let mut settings = settings.clone();
    for (name, value) in changes {
        settings[name] = value.clone();
    }
    settings
}

fn without(settings: &Value, names: &[&str]) -> Value {
    let mut settings = settings.clone();
    let fields = settings.as_object_mut().expect("settings are an object");
    fields.retain(|name, _| !names.contains(&name.as_str()));
    settings
}

#[tokio::test]
async fn a_trail_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    for bucket in ["logs", "other-logs"] {
        make_bucket(&aws, bucket).await;
    }
    let (key, other_key) = (make_key(&aws).await, make_key(&aws).await);
    let settings = trail_settings("audit", "logs", &key);
    let network = selector(
        "Denied at an endpoint",
        &json!([
            equals("eventCategory", "NetworkActivity"),
            equals("eventSource", "s3.amazonaws.com"),
            equals("errorCode", "VpceAccessDenied"),
        ]),
    );
    let basic = json!([{"read_write_type": "WriteOnly", "management": true, "excluded_sources": ["kms.amazonaws.com"],
        "resources": [{"kind": "AWS::S3::Object", "arns": ["arn:aws:s3:::data/"]}]}]);
    check(
        &sandbox,
        &Specimen {
            kind: "cloudtrail:trail",
            changes: vec![
                with(&settings, &[("bucket", json!("other-logs"))]),
                with(&settings, &[("prefix", json!("audit/logs"))]),
                with(&settings, &[("kms_key_arn", json!(other_key))]),
                without(&settings, &["kms_key_arn"]),
                with(
                    &without(&settings, &["multi_region"]),
                    &[("global_events", json!(false))],
                ),
                without(&settings, &["file_validation"]),
                without(&settings, &["logging"]),
                with(&settings, &[("selectors", json!([network]))]),
                with(
                    &without(&settings, &["selectors"]),
                    &[("basic_selectors", basic)],
                ),
                without(&settings, &["selectors"]),
            ],
            replacements: vec![with(&settings, &[("name", json!("other"))])],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_trail_survives_a_fault_at_every_call() {
    let settings = async |_: &Sandbox, aws: &Aws, name: &str| {
        make_bucket(aws, "logs").await;
        without(&trail_settings(name, "logs", ""), &["kms_key_arn"])
    };
    sweep("cloudtrail:trail", settings, Value::Null).await;
}

#[tokio::test]
async fn a_trail_writes_to_a_log_group_and_stops() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    make_bucket(&aws, "logs").await;
    let group = log_group_settings("audit");
    let group = parent(&sandbox, &aws, "logs:log-group", &group).await;
    let role = sandbox.variable("workload_role_arn");
    let bare = without(&trail_settings("audit", "logs", ""), &["kms_key_arn"]);
    let settings = with(
        &bare,
        &[
            ("log_group_arn", json!(group.outputs["arn"])),
            ("log_role_arn", json!(role)),
        ],
    );
    let trails = kind("cloudtrail:trail");
    trails.create(&aws, &settings, "token").await.unwrap();
    assert_no_difference(&*trails, &aws, "audit", &settings).await;
    let changed = ["log_group_arn", "log_role_arn"].map(str::to_owned);
    let stopped = trails.update(&aws, "audit", &bare, &changed);
    stopped.await.unwrap();
    assert_no_difference(&*trails, &aws, "audit", &bare).await;
}

#[tokio::test]
async fn a_trail_is_gone_on_with_by_its_own_and_by_nobody_else() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    make_bucket(&aws, "logs").await;
    let key = make_key(&aws).await;
    let trails = kind("cloudtrail:trail");
    let settings = trail_settings("audit", "logs", &key);
    let begun = without(&settings, &["selectors", "logging", "kms_key_arn"]);
    let made = trails.create(&aws, &begun, "token").await.unwrap();
    let went_on = trails.create(&aws, &settings, "token").await.unwrap();
    assert_eq!(went_on.id, made.id);
    assert_no_difference(&*trails, &aws, &made.id, &settings).await;

    let theirs = with(&settings, &[("tags", json!(part_tags("other", "trail")))]);
    let refused = trails.create(&aws, &theirs, "token").await.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::AlreadyExists, Some("name"))
    );
    let find = async |tags: &Tags| trails.find(&aws, &settings, tags).await.unwrap();
    assert_eq!(find(&part_tags("other", "trail")).await, None);
    assert_eq!(
        find(&part_tags("audit", "trail")).await,
        read(&*trails, &aws, "audit").await
    );
}

#[tokio::test]
async fn a_refusal_names_the_setting_that_it_is_about() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    make_bucket(&aws, "logs").await;
    let key = make_key(&aws).await;
    let settings = trail_settings("audit", "logs", &key);
    let missing = format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:none");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/none");
    for (changes, class, setting) in [
        (
            vec![("organization", json!(true))],
            ErrorClass::Refused,
            "organization",
        ),
        (
            vec![("bucket", json!("none"))],
            ErrorClass::Propagation,
            "bucket",
        ),
        (
            vec![
                ("log_group_arn", json!(missing)),
                ("log_role_arn", json!(role)),
            ],
            ErrorClass::Propagation,
            "log_group_arn",
        ),
    ] {
        let settings = with(&settings, &changes);
        let trails = kind("cloudtrail:trail");
        let refused = trails.create(&aws, &settings, "token").await.unwrap_err();
        assert_eq!(
            (refused.class, refused.setting.as_deref()),
            (class, Some(setting)),
            "{refused}"
        );
        assert_eq!(read(&*trails, &aws, "audit").await, None);
    }
}
