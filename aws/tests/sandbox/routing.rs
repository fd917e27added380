//! Route tables, routes, public addresses and NAT gateways.

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, Observation, Tags};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, check, kind, make, parent, part_tags, patiently, read, with,
    },
    faults::sweep,
    networks::{internet_gateway_settings, subnet_settings, vpc},
    support::Sandbox,
};

/// A VPC with an internet gateway, two subnets and a public address.
struct Ground {
    vpc: Observation,
    gateway: Observation,
    subnets: [Observation; 2],
    address: Observation,
}

async fn ground(sandbox: &Sandbox, aws: &Aws, name: &str) -> Ground {
    let vpc = vpc(sandbox, aws, name).await;
    let gateway = internet_gateway_settings(&vpc, name);
    let first = subnet_settings(&vpc, name);
    let mut second = with(first.clone(), "cidr", json!("10.20.2.0/24"));
    second["tags"] = json!(part_tags(name, "subnet/b"));
    Ground {
        gateway: parent(sandbox, aws, "ec2:internet-gateway", &gateway).await,
        subnets: [
            parent(sandbox, aws, "ec2:subnet", &first).await,
            parent(sandbox, aws, "ec2:subnet", &second).await,
        ],
        address: parent(sandbox, aws, "ec2:elastic-ip", &elastic_ip_settings(name)).await,
        vpc,
    }
}

fn elastic_ip_settings(name: &str) -> Value {
    json!({"tags": part_tags(name, "nat/address")})
}

fn table_settings(ground: &Ground, name: &str) -> Value {
    json!({
        "vpc_id": ground.vpc.id, "subnet_ids": [ground.subnets[0].id],
        "tags": part_tags(name, "route-table"),
    })
}

fn nat_settings(ground: &Ground, name: &str) -> Value {
    json!({
        "subnet_id": ground.subnets[0].id, "allocation_id": ground.address.id,
        "tags": part_tags(name, "nat"),
    })
}

/// A table for routes, with the way out through the internet gateway.
async fn routes_settings(sandbox: &Sandbox, aws: &Aws, ground: &Ground, name: &str) -> Value {
    let table = table_settings(ground, name);
    let table = parent(sandbox, aws, "ec2:route-table", &table).await;
    json!({
        "route_table_id": table.id,
        "routes": [{"destination": "0.0.0.0/0", "gateway_id": ground.gateway.id}],
    })
}

#[tokio::test]
async fn a_route_table_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        ground(&sandbox, aws, "one").await,
        ground(&sandbox, aws, "other").await,
    );
    let settings = table_settings(&one, "net");
    let [first, second] = &one.subnets;
    let mut moved = settings.clone();
    moved["vpc_id"] = json!(other.vpc.id);
    moved["subnet_ids"] = json!([other.subnets[0].id]);
    let mut bare = settings.clone();
    bare.as_object_mut().unwrap().remove("subnet_ids");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:route-table",
            changes: vec![
                // In the order that AWS does not keep.
                with(settings.clone(), "subnet_ids", json!([second.id, first.id])),
                with(settings.clone(), "subnet_ids", json!([second.id])),
                bare,
            ],
            replacements: vec![moved],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_route_table_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let vpc = vpc(sandbox, aws, name).await;
        let subnet = parent(sandbox, aws, "ec2:subnet", &subnet_settings(&vpc, name)).await;
        json!({"vpc_id": vpc.id, "subnet_ids": [subnet.id], "tags": part_tags(name, "route-table")})
    };
    sweep("ec2:route-table", settings, Value::Null).await;
}

#[tokio::test]
async fn a_subnet_is_moved_from_the_table_that_it_used() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let tables = &*kind("ec2:route-table");
    let settings = table_settings(&ground, "net");
    let before = make(&sandbox, tables, aws, &settings, "one").await;
    let after = make(&sandbox, tables, aws, &settings, "other").await;
    assert_no_difference(tables, aws, &after.id, &settings).await;
    let left = read(tables, aws, &before.id).await.unwrap();
    assert_eq!(left.settings.get("subnet_ids"), None);
    assert_eq!(sandbox.calls("ec2:ReplaceRouteTableAssociation"), 1);
    assert_eq!(sandbox.calls("ec2:DisassociateRouteTable"), 0);
}

#[tokio::test]
async fn routes_keep_the_contract() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        ground(&sandbox, aws, "one").await,
        ground(&sandbox, aws, "other").await,
    );
    let nat = parent(&sandbox, aws, "ec2:nat-gateway", &nat_settings(&one, "one")).await;
    let settings = routes_settings(&sandbox, aws, &one, "one").await;
    let through_nat =
        |destination: &str| json!({"destination": destination, "nat_gateway_id": nat.id});
    let internet = settings["routes"][0].clone();
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:routes",
            changes: vec![
                with(
                    settings.clone(),
                    "routes",
                    json!([through_nat("0.0.0.0/0")]),
                ),
                // In the order that AWS does not keep.
                with(
                    settings.clone(),
                    "routes",
                    json!([through_nat("192.0.2.0/24"), internet]),
                ),
                with(settings.clone(), "routes", json!([])),
            ],
            replacements: vec![routes_settings(&sandbox, aws, &other, "other").await],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn routes_survive_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let ground = ground(sandbox, aws, name).await;
        routes_settings(sandbox, aws, &ground, name).await
    };
    sweep("ec2:routes", settings, Value::Null).await;
}

#[tokio::test]
async fn foreign_routes_show_and_go_and_those_of_aws_do_neither() {
    let sandbox = Sandbox::start();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let ground = ground(&sandbox, aws, "net").await;
    let routes = &*kind("ec2:routes");
    let settings = routes_settings(&sandbox, aws, &ground, "net").await;
    let made = make(&sandbox, routes, aws, &settings, "token").await;
    let endpoint = ec2
        .create_vpc_endpoint()
        .vpc_id(&ground.vpc.id)
        .service_name("com.amazonaws.us-east-1.s3")
        .route_table_ids(&made.id);
    endpoint.send().await.unwrap();
    assert_no_difference(routes, aws, &made.id, &settings).await;

    let foreign = ec2
        .create_route()
        .route_table_id(&made.id)
        .destination_cidr_block("198.51.100.0/24")
        .gateway_id(&ground.gateway.id);
    foreign.send().await.unwrap();
    let drifted = read(routes, aws, &made.id).await.unwrap();
    assert_eq!(
        drifted.settings["routes"],
        json!([
            settings["routes"][0],
            {"destination": "198.51.100.0/24", "gateway_id": ground.gateway.id},
        ])
    );
    let changed = ["routes".to_owned()];
    routes
        .update(aws, &made.id, &settings, &changed)
        .await
        .unwrap();
    assert_no_difference(routes, aws, &made.id, &settings).await;

    let request = ec2.detach_internet_gateway();
    let request = request
        .internet_gateway_id(&ground.gateway.id)
        .vpc_id(&ground.vpc.id);
    request.send().await.unwrap();
    let broken = read(routes, aws, &made.id).await.unwrap();
    assert_eq!(broken.settings["routes"][0]["blackhole"], true);
    routes
        .before_delete(aws, &made.id, &Value::Null)
        .await
        .unwrap();
    let left = read(routes, aws, &made.id).await.unwrap();
    assert_eq!(left.settings["routes"], json!([]), "the way out goes first");
}

#[tokio::test]
async fn an_elastic_ip_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let settings = elastic_ip_settings("net");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:elastic-ip",
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn an_elastic_ip_survives_a_fault_at_every_call() {
    let settings = async |_: &Sandbox, _: &Aws, name: &str| elastic_ip_settings(name);
    sweep("ec2:elastic-ip", settings, Value::Null).await;
}

#[tokio::test]
async fn a_nat_gateway_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let spare = json!({"tags": part_tags("net", "nat/spare")});
    let spare = parent(&sandbox, aws, "ec2:elastic-ip", &spare).await;
    let settings = nat_settings(&ground, "net");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:nat-gateway",
            replacements: vec![
                with(settings.clone(), "subnet_id", json!(ground.subnets[1].id)),
                with(settings.clone(), "allocation_id", json!(spare.id)),
            ],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_nat_gateway_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        nat_settings(&ground(sandbox, aws, name).await, name)
    };
    sweep("ec2:nat-gateway", settings, Value::Null).await;
}

#[tokio::test]
async fn an_address_waits_for_its_nat_gateway_and_a_failed_gateway_says_why() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let (addresses, gateways) = (&*kind("ec2:elastic-ip"), &*kind("ec2:nat-gateway"));
    let settings = nat_settings(&ground, "net");
    let made = make(&sandbox, gateways, aws, &settings, "token").await;
    assert_eq!(
        made.outputs["public_ip"],
        ground.address.outputs["public_ip"]
    );
    let held = addresses
        .delete(aws, &ground.address.id, &Value::Null)
        .await;
    let held = held.unwrap_err();
    assert_eq!(held.class, ErrorClass::Busy);
    assert!(
        held.message.contains(&made.outputs["network_interface_id"]),
        "{held}"
    );

    let second = gateways.create(aws, &settings, "another").await.unwrap();
    sandbox.skip(600);
    let failed = read(gateways, aws, &second.id).await.unwrap();
    let cloister_composite::Readiness::Failed(reason) = failed.readiness else {
        panic!("{:?}", failed.readiness);
    };
    assert!(reason.contains("Resource.AlreadyAssociated"), "{reason}");
    let tags = Tags::from([("cloister:part".to_owned(), "nat".to_owned())]);
    let found = gateways.find(aws, &settings, &tags).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(made.id.clone()));

    patiently(&sandbox, || gateways.delete(aws, &made.id, &Value::Null))
        .await
        .unwrap();
    addresses
        .delete(aws, &ground.address.id, &Value::Null)
        .await
        .unwrap();
}
