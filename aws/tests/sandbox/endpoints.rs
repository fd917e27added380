//! `ec2:vpc-endpoint`.

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, Observation};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, check, identifying_tags, kind, make, parent, part_tags,
        patiently, read, remove, with,
    },
    faults::sweep,
    groups::group,
    networks::{subnet_settings, vpc},
    support::Sandbox,
};

const S3: &str = "com.amazonaws.us-east-1.s3";

/// A policy that lets one bucket's objects be read.
fn policy(bucket: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"],
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
        }],
    })
}

fn gateway_settings(vpc: &Observation, name: &str) -> Value {
    json!({
        "vpc_id": vpc.id, "service": S3, "endpoint_type": "Gateway", "private_dns": false,
        "tags": part_tags(name, "endpoint/s3"),
    })
}

async fn table(sandbox: &Sandbox, vpc: &Observation) -> String {
    let made = sandbox.ec2().create_route_table().vpc_id(&vpc.id).send();
    let table = made.await.unwrap().route_table.unwrap();
    table.route_table_id.unwrap()
}

#[tokio::test]
async fn a_gateway_endpoint_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        vpc(&sandbox, aws, "one").await,
        vpc(&sandbox, aws, "other").await,
    );
    let (first, second) = (table(&sandbox, &one).await, table(&sandbox, &one).await);
    let settings = gateway_settings(&one, "net");
    let open = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"},
    });
    let dynamodb = json!("com.amazonaws.us-east-1.dynamodb");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:vpc-endpoint",
            changes: vec![
                with(settings.clone(), "route_table_ids", json!([second, first])),
                with(settings.clone(), "route_table_ids", json!([first])),
                with(settings.clone(), "policy", policy("data")),
                with(settings.clone(), "policy", open),
            ],
            replacements: vec![
                with(settings.clone(), "service", dynamodb),
                with(settings.clone(), "vpc_id", json!(other.id)),
            ],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_gateway_endpoint_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let settings = gateway_settings(&vpc(sandbox, aws, name).await, name);
        with(settings, "policy", policy("data"))
    };
    sweep("ec2:vpc-endpoint", settings, Value::Null).await;
}

/// A VPC with a subnet in each of two zones and a security group, and settings of an endpoint in the first.
async fn interface_settings(sandbox: &Sandbox, aws: &Aws, name: &str) -> (Value, [String; 2]) {
    let vpc = vpc(sandbox, aws, name).await;
    let first = subnet_settings(&vpc, name);
    let mut second = with(first.clone(), "availability_zone", json!("us-east-1b"));
    second["cidr"] = json!("10.20.2.0/24");
    second["tags"] = json!(part_tags(name, "subnet/b"));
    let first = parent(sandbox, aws, "ec2:subnet", &first).await.id;
    let second = parent(sandbox, aws, "ec2:subnet", &second).await.id;
    let group = group(sandbox, aws, &vpc, name).await;
    let settings = json!({
        "vpc_id": vpc.id, "service": "com.amazonaws.us-east-1.kms", "endpoint_type": "Interface",
        "subnet_ids": [first], "security_group_ids": [group.id], "private_dns": true,
        "tags": part_tags(name, "endpoint/kms"),
    });
    (settings, [first, second])
}

#[tokio::test]
async fn an_interface_endpoint_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let (settings, [first, second]) = interface_settings(&sandbox, aws, "net").await;
    let vpc = settings["vpc_id"].as_str().unwrap().to_owned();
    let request = sandbox.ec2().create_security_group().vpc_id(vpc);
    let request = request.group_name("another").description("another");
    let other = request.send().await.unwrap().group_id.unwrap();
    let both = with(settings.clone(), "subnet_ids", json!([second, first]));
    let mut everything = with(both.clone(), "policy", policy("data"));
    everything["security_group_ids"] = json!([other]);
    everything["private_dns"] = json!(false);
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:vpc-endpoint",
            changes: vec![
                with(settings.clone(), "private_dns", json!(false)),
                with(settings.clone(), "policy", policy("data")),
                both,
                with(settings.clone(), "subnet_ids", json!([second])),
                everything,
            ],
            replacements: vec![with(
                settings.clone(),
                "service",
                json!("com.amazonaws.us-east-1.logs"),
            )],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn an_interface_endpoint_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        interface_settings(sandbox, aws, name).await.0
    };
    sweep("ec2:vpc-endpoint", settings, Value::Null).await;
}

#[tokio::test]
async fn an_endpoint_tells_its_names_and_its_prefix_list() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let endpoints = &*kind("ec2:vpc-endpoint");
    let (settings, _) = interface_settings(&sandbox, aws, "net").await;
    let made = make(&sandbox, endpoints, aws, &settings, "token").await;
    let name = &made.outputs["dns_name"];
    assert!(
        name.starts_with(&made.id) && name.ends_with(".kms.us-east-1.vpce.amazonaws.com"),
        "{name}"
    );
    assert_eq!(made.outputs.get("prefix_list_id"), None);

    let vpc = vpc(&sandbox, aws, "net").await;
    let settings = gateway_settings(&vpc, "gateway");
    let made = endpoints.create(aws, &settings, "token-s3").await.unwrap();
    assert_eq!(made.outputs["prefix_list_id"], "pl-63a5400a");
    let arn = format!(
        "arn:aws:ec2:us-east-1:{}:vpc-endpoint/{}",
        aws.account_id(),
        made.id
    );
    assert_eq!(made.outputs["arn"], arn);
    assert_eq!(read(endpoints, aws, &made.id).await, Some(made));
}

#[tokio::test]
async fn an_endpoint_is_gone_when_its_network_interfaces_are() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let endpoints = &*kind("ec2:vpc-endpoint");
    let (settings, _) = interface_settings(&sandbox, aws, "net").await;
    let made = make(&sandbox, endpoints, aws, &settings, "token").await;
    let interface = made.live["network_interface_ids"][0].as_str().unwrap();
    let held = endpoints.delete(aws, &made.id, &Value::Null).await;
    let held = held.unwrap_err();
    assert_eq!(held.class, ErrorClass::Busy);
    assert!(held.message.contains(interface), "{held}");

    // The endpoint is gone, and what it used is not free yet.
    let left = patiently(&sandbox, || async {
        let found = read(endpoints, aws, &made.id).await.unwrap();
        let deleted = found.live["state"] == "deleted";
        deleted.then_some(found).ok_or_else(|| held.clone())
    });
    let left = left.await.unwrap();
    assert_eq!(left.live["network_interface_ids"], json!([interface]));
    let tags = identifying_tags(&settings);
    let found = endpoints.find(aws, &settings, &tags).await.unwrap();
    assert_eq!(found, None, "nobody goes on with what is gone");
    remove(&sandbox, endpoints, aws, &made.id, &Value::Null).await;
    assert_eq!(read(endpoints, aws, &made.id).await, None);
    let group = settings["security_group_ids"][0].as_str().unwrap();
    kind("ec2:security-group")
        .delete(aws, group, &Value::Null)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_refusal_names_the_setting() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let vpc = vpc(&sandbox, aws, "net").await;
    let table = table(&sandbox, &vpc).await;
    let endpoints = kind("ec2:vpc-endpoint");
    let settings = with(
        gateway_settings(&vpc, "net"),
        "route_table_ids",
        json!([table]),
    );
    let made = endpoints.create(aws, &settings, "one").await.unwrap();
    assert_no_difference(&*endpoints, aws, &made.id, &settings).await;
    let empty = json!({"Version": "2012-10-17", "Statement": []});
    for (settings, setting) in [
        (settings.clone(), "route_table_ids"),
        (with(settings.clone(), "policy", empty), "policy"),
        (
            with(settings, "service", json!("com.amazonaws.us-east-1.none")),
            "service",
        ),
    ] {
        let refused = endpoints.create(aws, &settings, setting).await.unwrap_err();
        assert_eq!(refused.setting.as_deref(), Some(setting), "{refused}");
    }
}
