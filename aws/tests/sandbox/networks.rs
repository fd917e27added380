//! VPCs, subnets, gateways and routes.

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, Observation};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, check, identifying_tags, kind, make, parent, part_tags,
        remove, with,
    },
    faults::sweep,
    support::Sandbox,
};

/// Settings of the VPC of composite `name`.
pub(crate) fn vpc_settings(name: &str) -> Value {
    json!({"cidr": "10.20.0.0/16", "dns_hostnames": true, "tags": part_tags(name, "vpc")})
}

/// A VPC for other parts.
pub(crate) async fn vpc(sandbox: &Sandbox, aws: &Aws, name: &str) -> Observation {
    parent(sandbox, aws, "ec2:vpc", &vpc_settings(name)).await
}

#[tokio::test]
async fn a_vpc_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let settings = vpc_settings("net");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:vpc",
            changes: vec![
                json!({"cidr": "10.20.0.0/16", "tags": part_tags("net", "vpc")}),
                json!({"cidr": "10.20.0.0/16", "dns_support": false, "tags": part_tags("net", "vpc")}),
            ],
            replacements: vec![with(settings.clone(), "cidr", json!("10.30.0.0/16"))],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_vpc_survives_a_fault_at_every_call() {
    let settings = async |_: &Sandbox, _: &Aws, name: &str| vpc_settings(name);
    sweep("ec2:vpc", settings, Value::Null).await;
}

#[tokio::test]
async fn two_vpcs_with_the_same_tags_are_both_named() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let vpcs = &*kind("ec2:vpc");
    let settings = vpc_settings("net");
    let one = make(&sandbox, vpcs, aws, &settings, "token").await;
    let two = make(&sandbox, vpcs, aws, &settings, "token").await;
    let tags = identifying_tags(&settings);
    let refused = vpcs.find(aws, &settings, &tags).await.unwrap_err();
    assert_eq!(refused.class, ErrorClass::Refused);
    for id in [&one.id, &two.id] {
        assert!(refused.subject.contains(id.as_str()), "{refused}");
    }
}

/// Settings of subnet `a` of composite `name`.
pub(crate) fn subnet_settings(vpc: &Observation, name: &str) -> Value {
    json!({
        "vpc_id": vpc.id, "cidr": "10.20.1.0/24", "availability_zone": "us-east-1a",
        "tags": part_tags(name, "subnet/a"),
    })
}

#[tokio::test]
async fn a_subnet_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        vpc(&sandbox, aws, "one").await,
        vpc(&sandbox, aws, "other").await,
    );
    let settings = subnet_settings(&one, "net");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:subnet",
            changes: vec![with(settings.clone(), "map_public_ip", json!(true))],
            replacements: vec![
                with(settings.clone(), "cidr", json!("10.20.2.0/24")),
                with(settings.clone(), "availability_zone", json!("us-east-1b")),
                with(settings.clone(), "vpc_id", json!(other.id)),
            ],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_subnet_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        subnet_settings(&vpc(sandbox, aws, name).await, name)
    };
    sweep("ec2:subnet", settings, Value::Null).await;
}

#[tokio::test]
async fn a_range_that_another_subnet_has_is_refused() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let vpc = vpc(&sandbox, aws, "net").await;
    let subnets = kind("ec2:subnet");
    let made = subnets
        .create(aws, &subnet_settings(&vpc, "net"), "token")
        .await;
    let again = subnets
        .create(aws, &subnet_settings(&vpc, "net"), "token")
        .await;
    assert_eq!(made.unwrap().id, again.unwrap().id, "its own is met again");
    let mut overlapping = subnet_settings(&vpc, "net");
    overlapping["cidr"] = json!("10.20.0.0/20");
    for settings in [subnet_settings(&vpc, "other"), overlapping] {
        let refused = subnets.create(aws, &settings, "token").await.unwrap_err();
        assert_eq!(
            (refused.class, refused.setting.as_deref()),
            (ErrorClass::AlreadyExists, Some("cidr"))
        );
    }
}

#[tokio::test]
async fn what_keeps_a_subnet_and_its_vpc_is_named_and_what_sagemaker_forgot_is_deleted() {
    let sandbox = Sandbox::start();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let vpc = vpc(&sandbox, aws, "net").await;
    let subnet = parent(&sandbox, aws, "ec2:subnet", &subnet_settings(&vpc, "net")).await;
    let interface = async |description: &str| {
        let request = ec2.create_network_interface().subnet_id(&subnet.id);
        let made = request.description(description).send().await.unwrap();
        made.network_interface
            .unwrap()
            .network_interface_id
            .unwrap()
    };
    let forgotten = interface("SageMaker training job").await;
    let foreign = interface("a database").await;

    let subnets = kind("ec2:subnet");
    let kept = subnets
        .delete(aws, &subnet.id, &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(kept.class, ErrorClass::Busy);
    assert!(
        kept.message.contains(&foreign) && kept.message.contains("a database"),
        "{kept}"
    );
    assert!(!kept.message.contains(&forgotten), "{kept}");
    let left = ec2.describe_network_interfaces().send().await.unwrap();
    let left: Vec<_> = left
        .network_interfaces()
        .iter()
        .filter_map(|one| one.network_interface_id())
        .collect();
    assert_eq!(left, [foreign.as_str()]);

    let kept = kind("ec2:vpc")
        .delete(aws, &vpc.id, &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(kept.class, ErrorClass::Busy);
    for held in [&subnet.id, &foreign] {
        assert!(kept.message.contains(held.as_str()), "{kept}");
    }
}

#[tokio::test]
async fn what_guard_duty_made_goes_with_its_vpc() {
    let sandbox = Sandbox::start();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let vpc = vpc(&sandbox, aws, "net").await;
    let group = ec2
        .create_security_group()
        .group_name("GuardDutyManagedSecurityGroup-vpc-1")
        .description("made by GuardDuty")
        .vpc_id(&vpc.id);
    group.send().await.unwrap();
    let tag = aws_sdk_ec2::types::Tag::builder()
        .key("GuardDutyManaged")
        .value("true");
    let tags = aws_sdk_ec2::types::TagSpecification::builder()
        .resource_type(aws_sdk_ec2::types::ResourceType::VpcEndpoint)
        .tags(tag.build());
    let endpoint = ec2
        .create_vpc_endpoint()
        .vpc_id(&vpc.id)
        .service_name("com.amazonaws.us-east-1.s3")
        .tag_specifications(tags.build());
    endpoint.send().await.unwrap();
    remove(&sandbox, &*kind("ec2:vpc"), aws, &vpc.id, &Value::Null).await;
}

/// Settings of the internet gateway of composite `name`.
pub(crate) fn internet_gateway_settings(vpc: &Observation, name: &str) -> Value {
    json!({"vpc_id": vpc.id, "tags": part_tags(name, "internet-gateway")})
}

#[tokio::test]
async fn an_internet_gateway_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        vpc(&sandbox, aws, "one").await,
        vpc(&sandbox, aws, "other").await,
    );
    let settings = internet_gateway_settings(&one, "net");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:internet-gateway",
            changes: vec![with(settings.clone(), "vpc_id", json!(other.id))],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn an_internet_gateway_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        internet_gateway_settings(&vpc(sandbox, aws, name).await, name)
    };
    sweep("ec2:internet-gateway", settings, Value::Null).await;
}

#[tokio::test]
async fn a_gateway_that_somebody_detached_is_attached_again() {
    let sandbox = Sandbox::start();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let vpc = vpc(&sandbox, aws, "net").await;
    let settings = internet_gateway_settings(&vpc, "net");
    let made = parent(&sandbox, aws, "ec2:internet-gateway", &settings).await;
    let request = ec2.detach_internet_gateway().internet_gateway_id(&made.id);
    request.vpc_id(&vpc.id).send().await.unwrap();
    let gateways = kind("ec2:internet-gateway");
    let detached = with(settings.clone(), "vpc_id", json!(""));
    assert_no_difference(&*gateways, aws, &made.id, &detached).await;
    let changed = ["vpc_id".to_owned()];
    gateways
        .update(aws, &made.id, &settings, &changed)
        .await
        .unwrap();
    assert_no_difference(&*gateways, aws, &made.id, &settings).await;
}

#[tokio::test]
async fn a_default_group_keeps_the_contract_and_a_rule_that_somebody_adds_shows_and_goes() {
    let sandbox = Sandbox::start_slow();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let (one, other) = (
        vpc(&sandbox, aws, "one").await,
        vpc(&sandbox, aws, "other").await,
    );
    let settings = json!({"vpc_id": one.id});
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:default-security-group",
            replacements: vec![json!({"vpc_id": other.id})],
            settings: settings.clone(),
            ..Specimen::default()
        },
    )
    .await;

    let groups = kind("ec2:default-security-group");
    let group = parent(&sandbox, aws, "ec2:default-security-group", &settings).await;
    let id = &group.id;
    let request = ec2.authorize_security_group_ingress().group_id(id);
    let request = request.ip_protocol("tcp").from_port(22).to_port(22);
    request.cidr_ip("0.0.0.0/0").send().await.unwrap();
    let mut drifted = settings.clone();
    drifted["ingress"] =
        json!([{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr": "0.0.0.0/0"}]);
    assert_no_difference(&*groups, aws, id, &drifted).await;
    let changed = ["ingress".to_owned()];
    groups.update(aws, id, &settings, &changed).await.unwrap();
    assert_no_difference(&*groups, aws, id, &settings).await;
}

#[tokio::test]
async fn a_default_group_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| json!({"vpc_id": vpc(sandbox, aws, name).await.id});
    sweep("ec2:default-security-group", settings, Value::Null).await;
}
