//! Kinds that are only looked at: roles, users, groups, managed policies, VPC endpoints.

use cloister_aws::{Aws, Settings, Target, observe};
use cloister_composite::ErrorClass;
use serde_json::{Value, json};

use crate::support::Sandbox;

const ACCOUNT: &str = "111122223333";

/// A document whose encoding takes every sort of character.
fn document() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "ReadOwn", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/${aws:userid}/*",
        "Condition": {"StringLike": {"aws:PrincipalTag/a b": ["100%", "a+b", "\u{e9}"]}},
    }]})
}

fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "sts:AssumeRole",
    }]})
}

async fn found(aws: &Aws, kind: &str, id: &str) -> Value {
    observe(aws, kind, id).await.unwrap().expect("it exists")
}

async fn make_policy(sandbox: &Sandbox, name: &str) -> String {
    let request = sandbox.iam().create_policy();
    let request = request
        .policy_name(name)
        .path("/team/")
        .policy_document(document().to_string());
    let made = request.send().await.unwrap().policy.unwrap();
    made.arn.unwrap()
}

#[tokio::test]
async fn a_role_shows_its_policies_its_boundary_and_who_may_assume_it() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let attached = make_policy(&sandbox, "attached").await;
    let boundary = make_policy(&sandbox, "boundary").await;
    iam.create_role()
        .role_name("cloister-data")
        .path("/team/")
        .assume_role_policy_document(trust().to_string())
        .permissions_boundary(&boundary)
        .send()
        .await
        .unwrap();
    let inline = document().to_string();
    let request = iam
        .put_role_policy()
        .role_name("cloister-data")
        .policy_name("own");
    request.policy_document(inline).send().await.unwrap();
    let request = iam.attach_role_policy().role_name("cloister-data");
    request.policy_arn(&attached).send().await.unwrap();

    let arn = format!("arn:aws:iam::{ACCOUNT}:role/team/cloister-data");
    let role = found(&aws, "iam:role", "cloister-data").await;
    assert_eq!(role["arn"], arn.as_str());
    assert_eq!(role["path"], "/team/");
    assert_eq!(role["trust_policy"], trust());
    assert_eq!(role["permissions_boundary"], boundary.as_str());
    assert_eq!(role["inline_policies"], json!({"own": document()}));
    assert_eq!(role["attached_policies"], json!([attached]));

    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/cloister-data/ada");
    for id in [&arn, &session] {
        assert_eq!(found(&aws, "iam:role", id).await, role, "{id}");
    }
    for other in [
        format!("arn:aws:iam::{ACCOUNT}:role/cloister-data"),
        "arn:aws:iam::444455556666:role/team/cloister-data".to_owned(),
    ] {
        assert_eq!(
            observe(&aws, "iam:role", &other).await.unwrap(),
            None,
            "{other}"
        );
    }
    let policy = found(&aws, "iam:policy", &attached).await;
    assert_eq!(policy["policy"], document());
    assert_eq!(policy["version_id"], "v1");
}

#[tokio::test]
async fn a_user_shows_its_groups_and_they_their_policies() {
    let sandbox = Sandbox::start();
    let (aws, iam) = (sandbox.aws().await, sandbox.iam());
    let attached = make_policy(&sandbox, "attached").await;
    iam.create_user().user_name("ada").send().await.unwrap();
    iam.create_group()
        .group_name("readers")
        .send()
        .await
        .unwrap();
    let request = iam.add_user_to_group().user_name("ada");
    request.group_name("readers").send().await.unwrap();
    let request = iam.attach_user_policy().user_name("ada");
    request.policy_arn(&attached).send().await.unwrap();
    let inline = document().to_string();
    let request = iam
        .put_group_policy()
        .group_name("readers")
        .policy_name("shared");
    request.policy_document(inline).send().await.unwrap();

    let user = found(
        &aws,
        "iam:user",
        &format!("arn:aws:iam::{ACCOUNT}:user/ada"),
    )
    .await;
    assert_eq!(user["groups"], json!(["readers"]));
    assert_eq!(user["attached_policies"], json!([attached]));
    assert_eq!(user["inline_policies"], json!({}));
    let group = found(&aws, "iam:group", "readers").await;
    assert_eq!(group["inline_policies"], json!({"shared": document()}));
    assert_eq!(group["attached_policies"], json!([]));
}

#[tokio::test]
async fn an_endpoint_shows_its_vpc_its_service_and_its_policy() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let id = sandbox.variable("s3_endpoint_id");
    let endpoint = found(&aws, "ec2:vpc-endpoint", &id).await;
    assert_eq!(endpoint["id"], id.as_str());
    assert_eq!(endpoint["vpc_id"], sandbox.variable("vpc_id").as_str());
    assert_eq!(endpoint["service_name"], "com.amazonaws.us-east-1.s3");
    assert_eq!(endpoint["state"], "available");
    assert!(endpoint["policy"]["Statement"].is_array(), "{endpoint}");
}

#[tokio::test]
async fn a_refusal_names_the_permission_that_is_missing() {
    let sandbox = Sandbox::start();
    let role = sandbox.variable("workload_role_arn");
    let lent = sandbox.lend(&json!({"role_arn": role}));
    let text = |name: &str| lent[name].as_str().expect("a text").to_owned();
    let settings = Settings {
        access_key: Some(text("access_key_id")),
        secret_key: Some(text("secret_access_key").into()),
        token: Some(text("session_token").into()),
        ..Settings::default()
    };
    let accounts = sandbox.accounts(settings);
    let aws = accounts.session(&Target::default()).await.unwrap();
    let refused = observe(&aws, "iam:role", &role).await.unwrap_err();
    assert_eq!(
        (refused.class, refused.operation.as_str()),
        (ErrorClass::Denied, "iam:GetRole")
    );
}
