//! `iam:role` and `iam:role-policies`.

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, PartError, changed_settings};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, check, identifying_tags, kind, parent, part_tags, read,
        with,
    },
    faults::sweep,
    support::Sandbox,
};

const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const POWER_USER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

pub(crate) fn trust(service: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"],
    }]})
}

pub(crate) fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": [action], "Resource": "*"}})
}

/// A document whose length is that of `allow` and some `more`.
pub(crate) fn long(more: usize) -> Value {
    allow(&format!("s3:Get{}", "x".repeat(more)))
}

fn deny_all() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
}

/// Settings of a role that is part `role` of composite `name`.
pub(crate) fn role_settings(name: &str) -> Value {
    json!({
        "name": name,
        "trust": trust("sagemaker.amazonaws.com"),
        "tags": part_tags(name, "role"),
    })
}

fn policies_settings(role: &str) -> Value {
    json!({
        "role": role,
        "inline": {"read": allow("s3:GetObject"), "write": allow("s3:PutObject")},
        "attached": [READ_ONLY],
    })
}

#[tokio::test]
async fn a_role_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let settings = role_settings("cloister-contract");
    let change = |name: &str, value: Value| with(settings.clone(), name, value);
    check(
        &sandbox,
        &Specimen {
            kind: "iam:role",
            changes: vec![
                change("trust", trust("ec2.amazonaws.com")),
                change("boundary_arn", json!(POWER_USER)),
                change("boundary_arn", json!(READ_ONLY)),
                change("description", json!("runs notebooks")),
                change("max_session_seconds", json!(7200)),
                change("max_session_seconds", json!(3600)),
            ],
            replacements: vec![
                change("path", json!("/team/")),
                change("name", json!("cloister-contract-2")),
            ],
            settings: settings.clone(),
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn the_policies_of_a_role_keep_the_contract() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    for name in ["cloister-one", "cloister-two"] {
        parent(&sandbox, &aws, "iam:role", &role_settings(name)).await;
    }
    let settings = policies_settings("cloister-one");
    let change = |name: &str, value: Value| with(settings.clone(), name, value);
    let renamed = json!({"own": allow("s3:GetObject"), "write": allow("s3:PutObject")});
    check(
        &sandbox,
        &Specimen {
            kind: "iam:role-policies",
            changes: vec![
                change("inline", renamed),
                change("inline", json!({"write": allow("s3:DeleteObject")})),
                change("attached", json!([READ_ONLY, POWER_USER])),
                change("attached", json!([POWER_USER])),
                json!({"role": "cloister-one"}),
            ],
            replacements: vec![policies_settings("cloister-two")],
            settings: settings.clone(),
            disposal: json!({"freeze": deny_all()}),
        },
    )
    .await;
    assert_no_difference(
        &*kind("iam:role-policies"),
        &aws,
        "cloister-two",
        &json!({"role": "cloister-two"}),
    )
    .await;
}

#[tokio::test]
async fn a_role_with_every_setting_shows_no_difference() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let mut settings = role_settings("cloister-whole");
    settings["path"] = json!("/team/");
    settings["boundary_arn"] = json!(POWER_USER);
    settings["description"] = json!("runs notebooks");
    settings["max_session_seconds"] = json!(7200);
    let roles = kind("iam:role");
    let made = roles.create(&aws, &settings, "token").await.unwrap();
    assert_no_difference(&*roles, &aws, "cloister-whole", &settings).await;
    assert_eq!(
        read(&*roles, &aws, "cloister-whole").await,
        Some(made.clone()),
        "what create returns is what is there"
    );
    let arn = "arn:aws:iam::111122223333:role/team/cloister-whole";
    assert_eq!(made.outputs["arn"], arn);
    assert_eq!(made.outputs["name"], "cloister-whole");
    assert!(made.outputs["id"].starts_with("AROA"), "{:?}", made.outputs);
}

#[tokio::test]
async fn only_a_role_with_the_parts_tags_is_gone_on_with() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let roles = kind("iam:role");
    let settings = role_settings("cloister-taken");
    let made = parent(&sandbox, &aws, "iam:role", &settings).await;

    let mut other = role_settings("cloister-taken");
    other["tags"] = json!(part_tags("somebody-else", "role"));
    let refused = roles.create(&aws, &other, "token").await.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::AlreadyExists, Some("name"))
    );
    let tags = identifying_tags(&other);
    assert_eq!(roles.find(&aws, &other, &tags).await.unwrap(), None);

    // A run with other settings made it, and its answer was lost.
    let changed = with(settings.clone(), "description", json!("other words"));
    let changed = with(changed, "trust", trust("ec2.amazonaws.com"));
    let again = roles.create(&aws, &changed, "token").await.unwrap();
    assert_eq!(again.outputs, made.outputs, "it is the same role");
    assert_no_difference(&*roles, &aws, "cloister-taken", &changed).await;

    let moved = with(settings, "path", json!("/team/"));
    let refused = roles.create(&aws, &moved, "token").await.unwrap_err();
    assert_eq!(refused.setting.as_deref(), Some("path"), "{refused}");
}

#[tokio::test]
async fn a_role_stays_while_it_holds_policies_and_says_which() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let name = "cloister-held";
    parent(&sandbox, &aws, "iam:role", &role_settings(name)).await;
    parent(
        &sandbox,
        &aws,
        "iam:role-policies",
        &policies_settings(name),
    )
    .await;
    let roles = kind("iam:role");
    let refused = roles.delete(&aws, name, &Value::Null).await.unwrap_err();
    assert_eq!(refused.class, ErrorClass::Busy);
    for policy in ["`read`", "`write`", READ_ONLY] {
        assert!(refused.message.contains(policy), "{refused}");
    }
    let policies = kind("iam:role-policies");
    policies.delete(&aws, name, &Value::Null).await.unwrap();
    roles.delete(&aws, name, &Value::Null).await.unwrap();
    assert_eq!(read(&*policies, &aws, name).await, None);
}

#[tokio::test]
async fn a_policy_that_somebody_adds_shows_and_is_removed() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let name = "cloister-drift";
    parent(&sandbox, &aws, "iam:role", &role_settings(name)).await;
    let settings = policies_settings(name);
    parent(&sandbox, &aws, "iam:role-policies", &settings).await;
    let request = iam.put_role_policy().role_name(name).policy_name("extra");
    let request = request.policy_document(allow("*").to_string());
    request.send().await.unwrap();
    let request = iam.attach_role_policy().role_name(name);
    request.policy_arn(POWER_USER).send().await.unwrap();

    let policies = kind("iam:role-policies");
    let found = read(&*policies, &aws, name).await.unwrap();
    let shown = policies.align(&settings, found.settings);
    assert_eq!(changed_settings(&settings, &shown), ["attached", "inline"]);
    assert_eq!(shown["inline"]["extra"], allow("*"));
    assert_eq!(shown["inline"]["read"], settings["inline"]["read"]);
    let changed = ["attached".to_owned(), "inline".to_owned()];
    policies
        .update(&aws, name, &settings, &changed)
        .await
        .unwrap();
    assert_no_difference(&*policies, &aws, name, &settings).await;
}

#[tokio::test]
async fn inline_policies_that_are_too_long_together_are_refused_before_any_is_put() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let name = "cloister-long";
    parent(&sandbox, &aws, "iam:role", &role_settings(name)).await;
    let policies = kind("iam:role-policies");
    let settings = json!({"role": name, "inline": {"a": long(5000), "b": long(5200)}});
    let refused: PartError = policies.create(&aws, &settings, "token").await.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::Refused, Some("inline"))
    );
    let length = long(5000).to_string().len() + long(5200).to_string().len();
    let says = format!("have {length} characters without white space, and a role can hold 10240");
    assert!(refused.message.contains(&says), "{refused}");
    assert_no_difference(&*policies, &aws, name, &json!({"role": name})).await;
}

#[tokio::test]
async fn long_policies_make_room_for_each_other() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let name = "cloister-room";
    parent(&sandbox, &aws, "iam:role", &role_settings(name)).await;
    let policies = kind("iam:role-policies");
    let with_inline = |inline: Value| json!({"role": name, "inline": inline});
    let mut before = with_inline(json!({"a": long(3000), "b": long(6000)}));
    parent(&sandbox, &aws, "iam:role-policies", &before).await;
    for inline in [
        json!({"a": long(6000), "b": long(3000)}),
        json!({"c": long(8000), "b": long(1000)}),
    ] {
        let after = with_inline(inline);
        let changed = changed_settings(&after, &before);
        policies.update(&aws, name, &after, &changed).await.unwrap();
        assert_no_difference(&*policies, &aws, name, &after).await;
        before = after;
    }
}

async fn frozen(aws: &Aws, name: &str, settings: &Value) -> Value {
    let policies = kind("iam:role-policies");
    policies.create(aws, settings, "token").await.unwrap();
    let disposal = json!({"freeze": deny_all()});
    for _ in 0..2 {
        policies.before_delete(aws, name, &disposal).await.unwrap();
    }
    let found = read(&*policies, aws, name).await.unwrap();
    policies.delete(aws, name, &disposal).await.unwrap();
    assert_no_difference(&*policies, aws, name, &json!({"role": name})).await;
    found.settings["inline"].clone()
}

#[tokio::test]
async fn a_role_is_frozen_before_it_is_taken_down() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let name = "cloister-frozen";
    parent(&sandbox, &aws, "iam:role", &role_settings(name)).await;
    let mut settings = policies_settings(name);
    let mut expected = settings["inline"].clone();
    expected["cloister-freeze"] = deny_all();
    assert_eq!(frozen(&aws, name, &settings).await, expected);

    settings["inline"] = json!({"a": long(10_000), "b": long(10)});
    let expected = json!({"a": deny_all(), "b": long(10)});
    assert_eq!(
        frozen(&aws, name, &settings).await,
        expected,
        "the longest policy makes room"
    );
}

#[tokio::test]
async fn a_role_survives_a_fault_at_every_call() {
    sweep(
        "iam:role",
        async |_, _, name| role_settings(name),
        Value::Null,
    )
    .await;
}

#[tokio::test]
async fn the_policies_of_a_role_survive_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        parent(sandbox, aws, "iam:role", &role_settings(name)).await;
        policies_settings(name)
    };
    sweep("iam:role-policies", settings, Value::Null).await;
}
