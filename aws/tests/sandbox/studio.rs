//! Studio: domains, user profiles and spaces, made and changed.

use std::sync::OnceLock;

use aws_sdk_sagemaker::types::AppType;
use cloister_aws::{Aws, observe};
use cloister_composite::{ErrorClass, Observation, Readiness};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, await_ready, check, identifying_tags, kind, make, parent, part_tags, patiently,
        read, remove, with,
    },
    faults::sweep,
    networks::vpc,
    support::Sandbox,
};

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "sagemaker.amazonaws.com"}}]}"#;

/// What a domain needs.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) vpc_id: String,
    pub(crate) subnet_ids: Vec<String>,
    pub(crate) group_ids: Vec<String>,
    pub(crate) role_arn: String,
}

/// A VPC with subnets in three zones, two security groups, and a role that SageMaker may assume.
pub(crate) async fn ground(sandbox: &Sandbox, aws: &Aws) -> Ground {
    let vpc = vpc(sandbox, aws, "studio").await;
    let mut subnet_ids = Vec::new();
    for (index, zone) in ["a", "b", "c"].into_iter().enumerate() {
        let settings = json!({
            "vpc_id": vpc.id, "cidr": format!("10.20.{index}.0/24"), "availability_zone": format!("us-east-1{zone}"),
            "tags": part_tags("studio", &format!("subnet/{zone}")),
        });
        subnet_ids.push(parent(sandbox, aws, "ec2:subnet", &settings).await.id);
    }
    let mut group_ids = Vec::new();
    for name in ["apps", "people"] {
        let request = sandbox.ec2().create_security_group().vpc_id(&vpc.id);
        let made = request.group_name(name).description("a test").send().await;
        group_ids.push(made.unwrap().group_id.unwrap());
    }
    let request = sandbox.iam().create_role().role_name("studio");
    let role = request.assume_role_policy_document(TRUST).send().await;
    Ground {
        vpc_id: vpc.id,
        subnet_ids,
        group_ids,
        role_arn: role.unwrap().role.unwrap().arn,
    }
}

/// Settings of the domain of composite `name`, in the first two subnets.
pub(crate) fn domain_settings(ground: &Ground, name: &str) -> Value {
    json!({
        "name": name,
        "auth_mode": "IAM",
        "vpc_id": ground.vpc_id,
        "subnet_ids": [ground.subnet_ids[0], ground.subnet_ids[1]],
        "network_access": "VpcOnly",
        "user_settings": {
            "execution_role": ground.role_arn,
            "security_group_ids": [ground.group_ids[0]],
        },
        "space_settings": {"execution_role": ground.role_arn, "security_group_ids": [ground.group_ids[0]]},
        "domain_settings": {"security_group_ids": [ground.group_ids[0]]},
        "tags": part_tags(name, "domain"),
    })
}

/// A domain in service.
pub(crate) async fn domain(sandbox: &Sandbox, aws: &Aws, ground: &Ground) -> Observation {
    parent(
        sandbox,
        aws,
        "sagemaker:domain",
        &domain_settings(ground, "studio"),
    )
    .await
}

fn profile_settings(domain: &Observation, name: &str) -> Value {
    json!({"domain_id": domain.id, "name": name, "tags": part_tags(name, "profile")})
}

fn space_settings(domain: &Observation, owner: &str, name: &str) -> Value {
    json!({
        "domain_id": domain.id, "name": name, "owner_profile": owner, "sharing": "Private",
        "app_type": "JupyterLab", "tags": part_tags(name, "space"),
    })
}

/// A profile in service.
pub(crate) async fn profile(
    sandbox: &Sandbox,
    aws: &Aws,
    domain: &Observation,
    name: &str,
) -> Observation {
    parent(
        sandbox,
        aws,
        "sagemaker:user-profile",
        &profile_settings(domain, name),
    )
    .await
}

/// A space in service.
pub(crate) async fn space(
    sandbox: &Sandbox,
    aws: &Aws,
    domain: &Observation,
    owner: &str,
    name: &str,
) -> Observation {
    parent(
        sandbox,
        aws,
        "sagemaker:space",
        &space_settings(domain, owner, name),
    )
    .await
}

/// Somebody starts `JupyterLab` in a space; the sandbox has started it when this returns.
pub(crate) async fn app(sandbox: &Sandbox, domain: &Observation, space: &str) {
    let request = sandbox.sagemaker().create_app().domain_id(&domain.id);
    let request = request.space_name(space).app_name("default");
    request.app_type(AppType::JupyterLab).send().await.unwrap();
}

fn nested(mut settings: Value, pointer: &str, value: Value) -> Value {
    *settings.pointer_mut(pointer).unwrap() = value;
    settings
}

#[tokio::test]
async fn a_domain_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.skip(60);
    let settings = domain_settings(&ground, "studio");
    let users = json!({
        "execution_role": ground.role_arn,
        "security_group_ids": [ground.group_ids[1], ground.group_ids[0]],
        "sharing": "Allowed",
        "landing_uri": "studio::",
        "portal_hidden_tools": ["JumpStart", "Endpoints"],
        "portal_hidden_apps": ["Canvas"],
        "session_name_mode": "USER_IDENTITY",
        "space_storage": {"default_gb": 10, "max_gb": 20},
        "jupyter_lab": {
            "resources": {"instance_type": "ml.t3.large"},
            "idle": {"minutes": 120, "min_minutes": 60, "max_minutes": 240},
        },
        "code_editor": {"idle": {"minutes": 90}},
    });
    let whole = json!({
        "security_group_ids": [ground.group_ids[1]],
        "docker": {"enabled": true, "trusted_accounts": ["222222222222", "111111111111"]},
        "amazon_q": "ENABLED",
        "execution_role_identity": "USER_PROFILE_NAME",
    });
    let outside = with(
        settings.clone(),
        "network_access",
        json!("PublicInternetOnly"),
    );
    check(
        &sandbox,
        &Specimen {
            kind: "sagemaker:domain",
            changes: vec![
                with(settings.clone(), "subnet_ids", json!(ground.subnet_ids)),
                with(settings.clone(), "user_settings", users),
                with(settings.clone(), "domain_settings", whole),
                nested(
                    settings.clone(),
                    "/space_settings/security_group_ids",
                    json!(ground.group_ids),
                ),
                with(settings.clone(), "tag_propagation", json!(true)),
                outside,
            ],
            replacements: vec![with(settings.clone(), "name", json!("other"))],
            settings,
            disposal: json!({"home_efs": "delete"}),
        },
    )
    .await;
}

#[tokio::test]
async fn a_profile_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.skip(60);
    let domain = domain(&sandbox, aws, &ground).await;
    let mut settings = profile_settings(&domain, "ada");
    settings["execution_role"] = json!(ground.role_arn);
    check(
        &sandbox,
        &Specimen {
            kind: "sagemaker:user-profile",
            changes: vec![
                with(
                    settings.clone(),
                    "security_group_ids",
                    json!(ground.group_ids),
                ),
                with(settings.clone(), "portal_hidden_apps", json!(["Canvas"])),
            ],
            replacements: vec![with(settings.clone(), "name", json!("bob"))],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_space_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.skip(60);
    let domain = domain(&sandbox, aws, &ground).await;
    for name in ["ada", "bob"] {
        profile(&sandbox, aws, &domain, name).await;
    }
    let settings = space_settings(&domain, "ada", "lab");
    let large = json!({"instance_type": "ml.t3.large"});
    check(
        &sandbox,
        &Specimen {
            kind: "sagemaker:space",
            changes: vec![
                with(settings.clone(), "display_name", json!("The lab")),
                with(settings.clone(), "resources", large),
                with(settings.clone(), "remote_access", json!("ENABLED")),
            ],
            replacements: vec![
                with(settings.clone(), "owner_profile", json!("bob")),
                with(settings.clone(), "app_type", json!("CodeEditor")),
                with(settings.clone(), "sharing", json!("Shared")),
            ],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_domain_survives_a_fault_at_every_call() {
    let shared: OnceLock<Ground> = OnceLock::new();
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        if shared.get().is_none() {
            shared.set(ground(sandbox, aws).await).unwrap();
        }
        domain_settings(shared.get().unwrap(), name)
    };
    sweep("sagemaker:domain", settings, json!({"home_efs": "delete"})).await;
}

#[tokio::test]
async fn a_profile_survives_a_fault_at_every_call() {
    let shared: OnceLock<Observation> = OnceLock::new();
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        if shared.get().is_none() {
            let ground = ground(sandbox, aws).await;
            shared.set(domain(sandbox, aws, &ground).await).unwrap();
        }
        profile_settings(shared.get().unwrap(), name)
    };
    sweep("sagemaker:user-profile", settings, Value::Null).await;
}

#[tokio::test]
async fn a_space_survives_a_fault_at_every_call() {
    let shared: OnceLock<Observation> = OnceLock::new();
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        if shared.get().is_none() {
            let ground = ground(sandbox, aws).await;
            let domain = domain(sandbox, aws, &ground).await;
            profile(sandbox, aws, &domain, "ada").await;
            shared.set(domain).unwrap();
        }
        space_settings(shared.get().unwrap(), "ada", name)
    };
    sweep("sagemaker:space", settings, Value::Null).await;
}

#[tokio::test]
async fn more_subnets_and_other_groups_leave_the_homes_where_they_are() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domain = domain(&sandbox, aws, &ground).await;
    let mut settings = domain_settings(&ground, "studio");
    settings["subnet_ids"] = json!(ground.subnet_ids);
    settings["domain_settings"]["security_group_ids"] = json!([ground.group_ids[1]]);
    settings["user_settings"]["security_group_ids"] = json!([ground.group_ids[1]]);
    let changed = ["subnet_ids", "domain_settings", "user_settings"].map(str::to_owned);
    let domains = &*kind("sagemaker:domain");
    domains
        .update(aws, &domain.id, &settings, &changed)
        .await
        .unwrap();
    let after = await_ready(&sandbox, domains, aws, &domain.id).await;
    assert_eq!(after.outputs, domain.outputs);
    assert!(
        domain.outputs.contains_key("home_efs_id"),
        "{:?}",
        domain.outputs
    );

    let homes = observe(aws, "efs:file-system", &domain.outputs["home_efs_id"]).await;
    let homes = homes.unwrap().unwrap();
    assert_eq!(homes["mount_targets"].as_array().unwrap().len(), 3);
    assert_eq!(homes["life_cycle_state"], "available");
}

#[tokio::test]
async fn a_subnet_cannot_be_taken_from_apps_that_run() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domain = domain(&sandbox, aws, &ground).await;
    profile(&sandbox, aws, &domain, "ada").await;
    space(&sandbox, aws, &domain, "ada", "lab").await;
    app(&sandbox, &domain, "lab").await;
    let mut settings = domain_settings(&ground, "studio");
    settings["subnet_ids"] = json!([ground.subnet_ids[0]]);
    let domains = kind("sagemaker:domain");
    let changed = ["subnet_ids".to_owned()];
    let refused = domains.update(aws, &domain.id, &settings, &changed).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::Refused, Some("subnet_ids"))
    );
    assert!(
        refused
            .message
            .contains("app JupyterLab/default of space lab (InService)"),
        "{refused}"
    );

    let id = format!("{}|lab|JupyterLab|default", domain.id);
    let seen = observe(aws, "sagemaker:app", &id).await.unwrap().unwrap();
    assert_eq!(
        (&seen["status"], &seen["space_name"]),
        (&json!("InService"), &json!("lab"))
    );
    let none = format!("{}|ada|JupyterLab|default", domain.id);
    assert_eq!(observe(aws, "sagemaker:app", &none).await.unwrap(), None);
}

#[tokio::test]
async fn what_sagemaker_never_takes_back_is_refused_before_it_is_asked() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domain = domain(&sandbox, aws, &ground).await;
    let domains = kind("sagemaker:domain");
    for (setting, about) in [
        ("domain_settings", "domain_settings/security_group_ids"),
        ("space_settings", "space_settings"),
    ] {
        let mut settings = domain_settings(&ground, "studio");
        settings.as_object_mut().unwrap().remove(setting);
        let changed = [setting.to_owned()];
        let refused = domains.update(aws, &domain.id, &settings, &changed).await;
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.class, refused.setting.as_deref()),
            (ErrorClass::Refused, Some(about))
        );
    }
    assert_eq!(sandbox.calls("sagemaker:UpdateDomain"), 0);
}

#[tokio::test]
async fn a_domain_that_aws_broke_is_made_again() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domains = &*kind("sagemaker:domain");
    let settings = domain_settings(&ground, "studio");
    sandbox.spoil(&json!([{"operation": "sagemaker:CreateDomain", "fault": "fail"}]));
    let broken = domains.create(aws, &settings, "token").await.unwrap();
    let seen = read(domains, aws, &broken.id).await.unwrap();
    assert!(
        matches!(&seen.readiness, Readiness::Broken(why) if why.contains("KMS key 'null'")),
        "{seen:?}"
    );
    assert_eq!(seen.settings["status"], "Failed", "a plan replaces it");
    remove(&sandbox, domains, aws, &broken.id, &Value::Null).await;
    let made = make(&sandbox, domains, aws, &settings, "token").await;
    assert_ne!(made.id, broken.id);
}

#[tokio::test]
async fn a_failed_domain_of_an_earlier_run_makes_room_first() {
    let sandbox = Sandbox::start();
    sandbox.quotas(&json!({"sagemaker:domain": 1}));
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domains = &*kind("sagemaker:domain");
    let settings = domain_settings(&ground, "studio");
    sandbox.spoil(&json!([{"operation": "sagemaker:CreateDomain", "fault": "fail"}]));
    let failed = domains.create(aws, &settings, "token").await.unwrap();
    let foreign = with(
        settings.clone(),
        "tags",
        json!(part_tags("other", "domain")),
    );
    let refused = domains.create(aws, &foreign, "token").await.unwrap_err();
    assert_eq!(
        refused.class,
        ErrorClass::Exhausted,
        "another's is left alone: {refused}"
    );

    let busy = domains.create(aws, &settings, "token").await.unwrap_err();
    assert_eq!(
        (busy.class, busy.subject.as_str()),
        (ErrorClass::Busy, failed.id.as_str())
    );
    let made = make(&sandbox, domains, aws, &settings, "token").await;
    assert_ne!(made.id, failed.id);
    let found = domains
        .find(aws, &settings, &identifying_tags(&settings))
        .await;
    assert_eq!(found.unwrap().map(|domain| domain.id), Some(made.id));
}

#[tokio::test]
async fn an_exhausted_quota_is_named() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.quotas(&json!({"sagemaker:domain": 1, "sagemaker:user-profile": 0}));
    let domain = domain(&sandbox, aws, &ground).await;
    for (name, settings, quota, code) in [
        (
            "sagemaker:domain",
            domain_settings(&ground, "second"),
            "Total domains",
            "L-B683BCB0",
        ),
        (
            "sagemaker:user-profile",
            profile_settings(&domain, "ada"),
            "user profiles",
            "L-AC46C40F",
        ),
    ] {
        let refused = kind(name)
            .create(aws, &settings, "token")
            .await
            .unwrap_err();
        assert_eq!(refused.class, ErrorClass::Exhausted, "{refused}");
        assert!(
            refused.message.contains(quota) && refused.message.contains(code),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_profile_of_somebody_else_is_not_taken() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domain = domain(&sandbox, aws, &ground).await;
    let request = sandbox
        .sagemaker()
        .create_user_profile()
        .domain_id(&domain.id);
    request.user_profile_name("ada").send().await.unwrap();
    let profiles = kind("sagemaker:user-profile");
    let settings = profile_settings(&domain, "Ada");
    let refused = patiently(&sandbox, || profiles.create(aws, &settings, "token")).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::AlreadyExists, Some("name"))
    );
    let found = profiles
        .find(aws, &settings, &identifying_tags(&settings))
        .await;
    assert_eq!(found.unwrap(), None);
}
