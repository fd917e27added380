//! Sessions: whose credentials are reached, and what is said when they are not the right ones.

use std::sync::Arc;

use cloister_aws::{AccountRole, Accounts, AssumeRole, Environment, Settings, Target};
use cloister_composite::{ErrorClass, PartError};
use serde_json::json;

use crate::support::Sandbox;

const HOME: &str = "111122223333";
const MEMBER: &str = "444455556666";
const LEADING: &str = "arn:aws:iam::444455556666:role/CloisterProvisioner";

fn member(role_arn: Option<&str>) -> Target {
    Target {
        account: Some(AccountRole {
            id: MEMBER.into(),
            role_arn: role_arn.map(str::to_owned),
            external_id: None,
        }),
        region: None,
    }
}

async fn refusal(accounts: &Accounts, target: &Target) -> PartError {
    accounts.session(target).await.expect_err("it is refused")
}

#[tokio::test]
async fn one_session_per_account_and_region_is_opened_and_kept() {
    let sandbox = Sandbox::start();
    let accounts = sandbox.accounts(Settings::default());
    let here = Target::default();
    let home = accounts.session(&here).await.unwrap();
    assert_eq!((home.account_id(), home.region()), (HOME, "us-east-1"));
    assert!(
        home.caller_arn()
            .contains(":assumed-role/PlatformAdministrator/"),
        "{}",
        home.caller_arn()
    );
    assert!(Arc::ptr_eq(&home, &accounts.session(&here).await.unwrap()));
    let elsewhere = Target {
        region: Some("eu-west-1".into()),
        ..here
    };
    assert_eq!(
        accounts.session(&elsewhere).await.unwrap().region(),
        "eu-west-1"
    );
    assert_eq!(
        sandbox.calls("sts:GetCallerIdentity"),
        1,
        "credentials are asked once whose they are"
    );

    let there = accounts.session(&member(Some(LEADING))).await.unwrap();
    assert_eq!(there.account_id(), MEMBER);
    assert_eq!(there.caller_identity().await.unwrap().account_id, MEMBER);
    assert_eq!(sandbox.calls("sts:AssumeRole"), 1);
}

#[tokio::test]
async fn the_wrong_account_is_refused_before_anything_is_done_there() {
    let sandbox = Sandbox::start();
    let plain = sandbox.accounts(Settings::default());
    let other = refusal(&plain, &member(None)).await;
    assert_eq!(other.class, ErrorClass::Credentials);
    assert!(
        other
            .message
            .contains("account `444455556666` was asked for"),
        "{other}"
    );

    let forbidding = Settings {
        forbidden_account_ids: vec![HOME.into()],
        ..Settings::default()
    };
    let forbidden = refusal(&sandbox.accounts(forbidding), &Target::default()).await;
    assert_eq!(forbidden.class, ErrorClass::Credentials);
    assert!(
        forbidden.message.contains("`forbidden_account_ids` names"),
        "{forbidden}"
    );

    let allowing = Settings {
        allowed_account_ids: vec![HOME.into()],
        ..Settings::default()
    };
    let accounts = sandbox.accounts(allowing);
    accounts.session(&Target::default()).await.unwrap();
    let not_allowed = refusal(&accounts, &member(Some(LEADING))).await;
    assert!(
        not_allowed
            .message
            .contains("`allowed_account_ids` does not name"),
        "{not_allowed}"
    );

    let unknown = refusal(
        &plain,
        &member(Some("arn:aws:iam::444455556666:role/Nobody")),
    )
    .await;
    assert_eq!(unknown.class, ErrorClass::Credentials);
    assert!(
        unknown.message.contains("could not be taken on"),
        "{unknown}"
    );
}

#[tokio::test]
async fn roles_are_taken_on_one_after_the_other() {
    let sandbox = Sandbox::start();
    let settings = Settings {
        assume_role: vec![AssumeRole {
            role_arn: LEADING.into(),
            session_name: Some("chained".into()),
            ..AssumeRole::default()
        }],
        ..Settings::default()
    };
    let aws = sandbox
        .accounts(settings)
        .session(&Target::default())
        .await
        .unwrap();
    assert_eq!(aws.account_id(), MEMBER);
    assert!(
        aws.caller_arn().ends_with("/CloisterProvisioner/chained"),
        "{}",
        aws.caller_arn()
    );
}

#[tokio::test]
async fn expired_credentials_and_absent_ones_say_what_they_are() {
    let sandbox = Sandbox::start();
    let expired = sandbox.lend(&json!({
        "role_arn": "arn:aws:iam::111122223333:role/PlatformAdministrator",
        "expired": true,
    }));
    let text = |name: &str| expired[name].as_str().expect("a text").to_owned();
    let settings = Settings {
        access_key: Some(text("access_key_id")),
        secret_key: Some(text("secret_access_key").into()),
        token: Some(text("session_token").into()),
        ..Settings::default()
    };
    let error = refusal(&sandbox.accounts(settings), &Target::default()).await;
    assert_eq!(
        (error.class, error.code.as_deref()),
        (ErrorClass::Credentials, Some("ExpiredToken")),
        "{error}"
    );

    let without = sandbox
        .environment()
        .into_iter()
        .filter(|(name, _)| !name.contains("KEY") && !name.contains("TOKEN"));
    let accounts = Accounts::open(Settings::default(), Environment::of(without)).unwrap();
    let error = refusal(&accounts, &Target::default()).await;
    assert_eq!(error.class, ErrorClass::Credentials);
    assert!(
        error.message.starts_with("no AWS credentials were found"),
        "{error}"
    );
}

#[tokio::test]
async fn a_region_that_cannot_be_is_refused_by_name() {
    let sandbox = Sandbox::start();
    let accounts = sandbox.accounts(Settings::default());
    let error = refusal(
        &accounts,
        &Target {
            region: Some("mars-1".into()),
            ..Target::default()
        },
    )
    .await;
    assert_eq!(
        (error.class, error.setting.as_deref()),
        (ErrorClass::Refused, Some("region"))
    );
    assert_eq!(sandbox.calls("sts:GetCallerIdentity"), 0);
}

#[tokio::test]
async fn a_named_profile_gives_credentials_and_region() {
    let sandbox = Sandbox::start();
    let environment: std::collections::BTreeMap<_, _> = sandbox.environment().into_iter().collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let keys = [
        ("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
        ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
        ("aws_session_token", "AWS_SESSION_TOKEN"),
    ];
    let lines: Vec<String> = keys
        .iter()
        .map(|(key, name)| format!("{key} = {}", environment[*name]))
        .collect();
    let lines = lines.join("\n");
    std::fs::write(&file, format!("[work]\nregion = eu-west-2\n{lines}")).unwrap();
    let endpoint = [(
        "AWS_ENDPOINT_URL".to_owned(),
        environment["AWS_ENDPOINT_URL"].clone(),
    )];
    let settings = |profile: &str| Settings {
        profile: Some(profile.into()),
        shared_credentials_files: vec![file.to_string_lossy().into_owned()],
        ..Settings::default()
    };
    let open =
        |profile| Accounts::open(settings(profile), Environment::of(endpoint.clone())).unwrap();
    let aws = open("work").session(&Target::default()).await.unwrap();
    assert_eq!((aws.account_id(), aws.region()), (HOME, "eu-west-2"));
    let error = refusal(&open("play"), &Target::default()).await;
    assert_eq!(error.setting.as_deref(), Some("profile"), "{error}");
}
