//! `iam:policy`, as a part.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use cloister_aws::Aws;
use cloister_composite::{ErrorClass, changed_settings};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, check, identifying_tags, kind, parent, part_tags, read,
        with,
    },
    faults::sweep,
    roles::{allow, long, role_settings},
    support::Sandbox,
};

fn arn(path: &str, name: &str) -> String {
    format!("arn:aws:iam::111122223333:policy{path}{name}")
}

/// Settings of a policy that is part `policy` of composite `name`.
fn policy_settings(name: &str) -> Value {
    json!({
        "name": name,
        "policy": allow("s3:GetObject"),
        "tags": part_tags(name, "policy"),
    })
}

async fn versions(iam: &Client, arn: &str) -> BTreeSet<String> {
    let request = iam.list_policy_versions().policy_arn(arn);
    let found = request.send().await.unwrap().versions.unwrap_or_default();
    let ids = found.into_iter().filter_map(|version| version.version_id);
    ids.collect()
}

/// Changes the document to ever other ones.
async fn change_often(aws: &Aws, arn: &str, settings: &Value, times: usize) -> Value {
    let mut wanted = settings.clone();
    for number in 0..times {
        wanted["policy"] = long(number);
        kind("iam:policy")
            .update(aws, arn, &wanted, &["policy".to_owned()])
            .await
            .unwrap();
    }
    wanted
}

#[tokio::test]
async fn a_managed_policy_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let settings = policy_settings("cloister-contract");
    let change = |name: &str, value: Value| with(settings.clone(), name, value);
    check(
        &sandbox,
        &Specimen {
            kind: "iam:policy",
            changes: vec![
                change("policy", allow("s3:PutObject")),
                change("policy", long(3000)),
                change("policy", allow("s3:DeleteObject")),
            ],
            replacements: vec![
                change("path", json!("/team/")),
                change("description", json!("reads objects")),
                change("name", json!("cloister-contract-2")),
            ],
            settings: settings.clone(),
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_managed_policy_with_every_setting_shows_no_difference() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let mut settings = policy_settings("cloister-whole");
    settings["path"] = json!("/team/");
    settings["description"] = json!("reads objects");
    let policies = kind("iam:policy");
    let made = policies.create(&aws, &settings, "token").await.unwrap();
    let id = arn("/team/", "cloister-whole");
    assert_eq!(made.id, id);
    assert_no_difference(&*policies, &aws, &id, &settings).await;
    assert_eq!(
        read(&*policies, &aws, &id).await,
        Some(made.clone()),
        "what create returns is what is there"
    );
    let outputs: Vec<_> = made
        .outputs
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_str()))
        .collect();
    assert_eq!(outputs, [("arn", id.as_str()), ("name", "cloister-whole")]);

    for (name, value) in [
        (
            "policy",
            json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["*"]},
            ]}),
        ),
        ("path", json!("/team/")),
    ] {
        let reworded = with(settings.clone(), name, value);
        assert_no_difference(&*policies, &aws, &id, &reworded).await;
    }
    let mut spelled = policy_settings("cloister-spelled");
    spelled["path"] = json!("/");
    spelled["description"] = json!("");
    let made = policies.create(&aws, &spelled, "token").await.unwrap();
    assert_no_difference(&*policies, &aws, &made.id, &spelled).await;
}

#[tokio::test]
async fn the_oldest_version_that_is_not_in_force_makes_room() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let settings = policy_settings("cloister-versions");
    let made = parent(&sandbox, &aws, "iam:policy", &settings).await;
    let set = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();

    change_often(&aws, &made.id, &settings, 4).await;
    let expected: BTreeSet<String> = set(&["v1", "v2", "v3", "v4", "v5"]);
    assert_eq!(versions(&iam, &made.id).await, expected);
    let request = iam.set_default_policy_version().policy_arn(&made.id);
    request.version_id("v1").send().await.unwrap();
    let wanted = change_often(&aws, &made.id, &settings, 6).await;
    let expected: BTreeSet<String> = set(&["v7", "v8", "v9", "v10", "v11"]);
    assert_eq!(versions(&iam, &made.id).await, expected);
    let policies = kind("iam:policy");
    assert_no_difference(&*policies, &aws, &made.id, &wanted).await;
    policies.delete(&aws, &made.id, &Value::Null).await.unwrap();
    assert_eq!(read(&*policies, &aws, &made.id).await, None);
}

#[tokio::test]
async fn a_version_that_somebody_puts_in_force_shows_and_is_replaced() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let settings = policy_settings("cloister-drift");
    let made = parent(&sandbox, &aws, "iam:policy", &settings).await;
    let request = iam.create_policy_version().policy_arn(&made.id);
    let request = request.policy_document(allow("*").to_string());
    request.set_as_default(true).send().await.unwrap();

    let policies = kind("iam:policy");
    let found = read(&*policies, &aws, &made.id).await.unwrap();
    let shown = policies.align(&settings, found.settings);
    let changed = changed_settings(&settings, &shown);
    assert_eq!(changed, ["policy"]);
    assert_eq!(shown["policy"], allow("*"));
    policies
        .update(&aws, &made.id, &settings, &changed)
        .await
        .unwrap();
    assert_no_difference(&*policies, &aws, &made.id, &settings).await;
}

#[tokio::test]
async fn a_new_version_whose_answer_is_lost_is_not_made_twice() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let settings = policy_settings("cloister-lost");
    let made = parent(&sandbox, &aws, "iam:policy", &settings).await;
    let wanted = with(settings, "policy", allow("s3:PutObject"));
    sandbox.spoil(&json!([{"operation": "iam:CreatePolicyVersion", "fault": "lost"}]));
    let policies = kind("iam:policy");
    policies
        .update(&aws, &made.id, &wanted, &["policy".to_owned()])
        .await
        .unwrap();
    assert_eq!(sandbox.fired(), 1);
    assert_no_difference(&*policies, &aws, &made.id, &wanted).await;
    assert_eq!(versions(&iam, &made.id).await.len(), 2);
}

#[tokio::test]
async fn only_a_managed_policy_with_the_parts_tags_is_gone_on_with() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let policies = kind("iam:policy");
    let settings = policy_settings("cloister-taken");
    let made = parent(&sandbox, &aws, "iam:policy", &settings).await;

    let mut other = settings.clone();
    other["tags"] = json!(part_tags("somebody-else", "policy"));
    let elsewhere = with(settings.clone(), "path", json!("/team/"));
    for refused in [&other, &elsewhere] {
        let error = policies.create(&aws, refused, "token").await.unwrap_err();
        assert_eq!(
            (error.class, error.setting.as_deref()),
            (ErrorClass::AlreadyExists, Some("name"))
        );
        let tags = identifying_tags(refused);
        assert_eq!(policies.find(&aws, refused, &tags).await.unwrap(), None);
    }

    // A run with other settings made it, and its answer was lost.
    let changed = with(settings.clone(), "policy", allow("s3:PutObject"));
    let again = policies.create(&aws, &changed, "token").await.unwrap();
    assert_eq!(again.id, made.id, "it is the same policy");
    assert_no_difference(&*policies, &aws, &made.id, &changed).await;
    let reworded = with(settings, "description", json!("other words"));
    let error = policies.create(&aws, &reworded, "token").await.unwrap_err();
    assert_eq!(error.setting.as_deref(), Some("description"), "{error}");
}

#[tokio::test]
async fn a_managed_policy_stays_while_it_is_attached_and_says_to_whom() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let settings = policy_settings("cloister-held");
    let id = parent(&sandbox, &aws, "iam:policy", &settings).await.id;
    parent(&sandbox, &aws, "iam:role", &role_settings("cloister-role")).await;
    let attached = json!({"role": "cloister-role", "attached": [id]});
    parent(&sandbox, &aws, "iam:role-policies", &attached).await;
    iam.create_user().user_name("ada").send().await.unwrap();
    let request = iam.attach_user_policy().user_name("ada");
    request.policy_arn(&id).send().await.unwrap();
    let request = iam.create_group().group_name("readers");
    request.send().await.unwrap();
    let request = iam.attach_group_policy().group_name("readers");
    request.policy_arn(&id).send().await.unwrap();
    change_often(&aws, &id, &settings, 2).await;

    let policies = kind("iam:policy");
    let refused = policies.delete(&aws, &id, &Value::Null).await.unwrap_err();
    assert_eq!(refused.class, ErrorClass::Busy);
    let says = "It is attached to role `cloister-role`, user `ada`, group `readers`.";
    assert!(refused.message.ends_with(says), "{refused}");

    let request = iam.detach_user_policy().user_name("ada");
    request.policy_arn(&id).send().await.unwrap();
    let request = iam.detach_group_policy().group_name("readers");
    request.policy_arn(&id).send().await.unwrap();
    let holders = kind("iam:role-policies");
    holders
        .delete(&aws, "cloister-role", &Value::Null)
        .await
        .unwrap();
    policies.delete(&aws, &id, &Value::Null).await.unwrap();
    assert_eq!(read(&*policies, &aws, &id).await, None);
}

#[tokio::test]
async fn a_document_that_iam_would_not_take_is_refused_by_its_setting() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let policies = kind("iam:policy");
    let settings = policy_settings("cloister-long");
    let usual = allow("s3:Get").to_string().len();
    let too_long = with(settings.clone(), "policy", long(6145 - usual));
    let broken = with(settings.clone(), "policy", json!({"Statement": "no"}));
    let refused = policies.create(&aws, &too_long, "token").await.unwrap_err();
    let says = "has 6145 characters without white space, and a managed policy can have 6144";
    assert!(refused.message.contains(says), "{refused}");
    assert_eq!(refused.setting.as_deref(), Some("policy"));
    let refused = policies.create(&aws, &broken, "token").await.unwrap_err();
    assert_eq!(refused.setting.as_deref(), Some("policy"), "{refused}");

    let made = parent(&sandbox, &aws, "iam:policy", &settings).await;
    for document in [&too_long, &broken] {
        let changed = ["policy".to_owned()];
        let update = policies.update(&aws, &made.id, document, &changed);
        let refused = update.await.unwrap_err();
        assert_eq!(
            (refused.class, refused.setting.as_deref()),
            (ErrorClass::Refused, Some("policy")),
            "{refused}"
        );
    }
    assert_no_difference(&*policies, &aws, &made.id, &settings).await;
    let longest = with(settings, "policy", long(6144 - usual));
    let changed = ["policy".to_owned()];
    policies
        .update(&aws, &made.id, &longest, &changed)
        .await
        .unwrap();
    assert_no_difference(&*policies, &aws, &made.id, &longest).await;
}

#[tokio::test]
async fn a_boundary_that_is_not_seen_yet_is_waited_for() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let settings = role_settings("cloister-bounded");
    let missing = json!(arn("/", "cloister-missing"));
    let bounded = with(settings.clone(), "boundary_arn", missing);
    let roles = kind("iam:role");
    let unseen = roles.create(&aws, &bounded, "token").await.unwrap_err();
    parent(&sandbox, &aws, "iam:role", &settings).await;
    let changed = ["boundary_arn".to_owned()];
    let update = roles.update(&aws, "cloister-bounded", &bounded, &changed);
    for error in [unseen, update.await.unwrap_err()] {
        assert_eq!(
            (error.class, error.setting.as_deref()),
            (ErrorClass::Propagation, Some("boundary_arn")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_managed_policy_survives_a_fault_at_every_call() {
    let settings = async |_: &Sandbox, _: &Aws, name: &str| policy_settings(name);
    sweep("iam:policy", settings, Value::Null).await;
}
