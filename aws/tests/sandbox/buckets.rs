//! `s3:bucket` and `s3:bucket-policy`.

use cloister_aws::{AccountRole, Settings, Target};
use cloister_composite::{ErrorClass, Tags};
use serde_json::{Value, json};

use crate::{
    contract::{Specimen, assert_no_difference, check, kind, parent, part_tags, read, with},
    keys::key_settings,
    support::Sandbox,
};

const ALL_BLOCKED: [&str; 4] = [
    "block_public_acls",
    "ignore_public_acls",
    "block_public_policy",
    "restrict_public_buckets",
];

fn blocked(switches: [bool; 4]) -> Value {
    ALL_BLOCKED
        .iter()
        .zip(switches)
        .map(|(name, on)| ((*name).to_owned(), json!(on)))
        .collect::<Value>()
}

/// Settings of a bucket that is part `bucket` of composite `name`.
pub(crate) fn bucket_settings(name: &str) -> Value {
    json!({
        "name": name,
        "versioning": "Enabled",
        "public_access_block": blocked([true; 4]),
        "ownership": "BucketOwnerEnforced",
        "tags": part_tags(name, "bucket"),
    })
}

#[tokio::test]
async fn a_bucket_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let key = kind("kms:key")
        .create(&aws, &key_settings("logs"), "token")
        .await
        .unwrap();
    let log_bucket = sandbox.variable("trail_bucket");
    let settings = bucket_settings("cloister-contract");
    let encryption =
        json!({"algorithm": "aws:kms", "kms_key_arn": key.outputs["arn"], "bucket_key": true});
    let rules = json!([
        {"id": "z-old", "prefix": "logs/", "expire_days": 400, "noncurrent_expire_days": 30, "abort_multipart_days": 7,
         "transitions": [{"days": 90, "storage_class": "GLACIER"}],
         "noncurrent_transitions": [{"days": 30, "storage_class": "STANDARD_IA"}]},
        {"id": "a-uploads", "abort_multipart_days": 1},
    ]);
    let mut bare = settings.clone();
    for name in ["versioning", "public_access_block", "ownership"] {
        bare.as_object_mut().unwrap().remove(name);
    }
    check(
        &sandbox,
        &Specimen {
            kind: "s3:bucket",
            changes: vec![
                with(settings.clone(), "versioning", json!("Suspended")),
                with(settings.clone(), "encryption", encryption.clone()),
                with(
                    settings.clone(),
                    "encryption",
                    json!({"algorithm": "AES256", "bucket_key": false}),
                ),
                with(
                    settings.clone(),
                    "public_access_block",
                    blocked([true, true, false, true]),
                ),
                with(settings.clone(), "ownership", json!("ObjectWriter")),
                with(settings.clone(), "lifecycle", rules),
                with(
                    settings.clone(),
                    "access_log",
                    json!({"bucket": log_bucket, "prefix": "access/"}),
                ),
                bare,
            ],
            replacements: vec![with(settings.clone(), "name", json!("cloister-other"))],
            settings,
            disposal: json!({"empty": false}),
        },
    )
    .await;
}

#[tokio::test]
async fn a_bucket_made_with_every_setting_shows_no_difference() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let key = kind("kms:key")
        .create(&aws, &key_settings("logs"), "token")
        .await
        .unwrap();
    let mut settings = bucket_settings("cloister-whole");
    settings["encryption"] =
        json!({"algorithm": "aws:kms", "kms_key_arn": key.outputs["arn"], "bucket_key": true});
    settings["lifecycle"] = json!([{"id": "uploads", "abort_multipart_days": 7}]);
    settings["access_log"] =
        json!({"bucket": sandbox.variable("trail_bucket"), "prefix": "access/"});
    let buckets = kind("s3:bucket");
    let made = buckets.create(&aws, &settings, "token").await.unwrap();
    assert_no_difference(&*buckets, &aws, "cloister-whole", &settings).await;
    assert_eq!(
        read(&*buckets, &aws, "cloister-whole").await,
        Some(made),
        "what create returns is what is there"
    );
    let live = cloister_aws::observe(&aws, "s3:bucket", "cloister-whole")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(live["region"], "us-east-1");
    assert_eq!(live["arn"], "arn:aws:s3:::cloister-whole");
    assert_eq!(live["account_id"], "111122223333");
}

#[tokio::test]
async fn only_a_bucket_with_the_parts_tags_is_found_or_gone_on_with() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let buckets = kind("s3:bucket");
    let settings = bucket_settings("cloister-taken");
    let tags = part_tags("cloister-taken", "bucket");
    assert_eq!(buckets.find(&aws, &settings, &tags).await.unwrap(), None);
    let made = buckets.create(&aws, &settings, "token").await.unwrap();
    assert_eq!(
        buckets.find(&aws, &settings, &tags).await.unwrap(),
        Some(made.clone())
    );
    assert_eq!(
        buckets.create(&aws, &settings, "token").await.unwrap(),
        made,
        "a repeat goes on with its own"
    );

    let other = part_tags("somebody-else", "bucket");
    assert_eq!(buckets.find(&aws, &settings, &other).await.unwrap(), None);
    let refused = buckets
        .create(&aws, &with(settings, "tags", json!(other)), "token")
        .await
        .unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::AlreadyExists, Some("name"))
    );
}

#[tokio::test]
async fn a_bucket_of_another_account_is_refused_with_the_reason() {
    let sandbox = Sandbox::start();
    let accounts = sandbox.accounts(Settings::default());
    let home = accounts.session(&Target::default()).await.unwrap();
    let member = AccountRole {
        id: "444455556666".into(),
        role_arn: Some("arn:aws:iam::444455556666:role/CloisterProvisioner".into()),
        external_id: None,
    };
    let foreign = accounts
        .session(&Target {
            account: Some(member),
            region: None,
        })
        .await
        .unwrap();
    let buckets = kind("s3:bucket");
    buckets
        .create(&foreign, &bucket_settings("cloister-foreign"), "token")
        .await
        .unwrap();
    let refused = buckets
        .create(&home, &bucket_settings("cloister-foreign"), "token")
        .await
        .unwrap_err();
    assert_eq!(refused.class, ErrorClass::AlreadyExists, "{refused}");
    assert!(
        refused.message.contains("another account has it"),
        "{refused}"
    );
    assert_eq!(refused.setting.as_deref(), Some("name"));
}

#[tokio::test]
async fn a_bucket_with_objects_stays_unless_it_is_to_be_emptied() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let buckets = kind("s3:bucket");
    buckets
        .create(&aws, &bucket_settings("cloister-full"), "token")
        .await
        .unwrap();
    for key in ["a", "b", "a"] {
        sandbox.put_object("cloister-full", key).await.unwrap();
    }
    let kept = buckets
        .delete(&aws, "cloister-full", &json!({"empty": false}))
        .await
        .unwrap_err();
    assert_eq!(kept.class, ErrorClass::Refused);
    assert!(
        kept.message
            .starts_with("the bucket holds 3 object versions;"),
        "{kept}"
    );
    buckets
        .delete(&aws, "cloister-full", &json!({"empty": true}))
        .await
        .unwrap();
    assert_eq!(read(&*buckets, &aws, "cloister-full").await, None);
}

fn lock(bucket: &str, endpoint: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "OnlyThroughTheEndpoint",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": [format!("arn:aws:s3:::{bucket}/*")],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": [endpoint]}},
    }]})
}

#[tokio::test]
async fn a_bucket_policy_keeps_the_contract_and_its_layout_is_no_difference() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    for name in ["cloister-policy", "cloister-other"] {
        parent(&sandbox, &aws, "s3:bucket", &bucket_settings(name)).await;
    }
    let endpoint = sandbox.variable("s3_endpoint_id");
    let of = |policy: Value| json!({"bucket": "cloister-policy", "policy": policy});
    let mut policy = lock("cloister-policy", &endpoint);
    policy["Statement"][0]["Action"] = json!("s3:GetObject");
    let settings = of(lock("cloister-policy", &endpoint));
    check(
        &sandbox,
        &Specimen {
            kind: "s3:bucket-policy",
            settings: settings.clone(),
            changes: vec![of(policy)],
            replacements: vec![
                json!({"bucket": "cloister-other", "policy": lock("cloister-other", &endpoint)}),
            ],
            ..Specimen::default()
        },
    )
    .await;

    let policies = kind("s3:bucket-policy");
    let found = policies.find(&aws, &settings, &Tags::new()).await.unwrap();
    assert_eq!(found, None);
    policies.create(&aws, &settings, "token").await.unwrap();
    let relaxed = json!({"relax": {"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::cloister-policy/*",
        "Condition": {"Bool": {"aws:SecureTransport": "never"}},
    }]}});
    policies
        .before_delete(&aws, "cloister-policy", &relaxed)
        .await
        .unwrap();
    let live = read(&*policies, &aws, "cloister-policy").await.unwrap();
    assert_eq!(
        policies.align(&of(relaxed["relax"].clone()), live.settings),
        of(relaxed["relax"].clone())
    );
}
