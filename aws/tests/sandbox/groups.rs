//! Security groups and their rules.

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, Observation};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, check, kind, make, parent, part_tags, read, remove, with,
    },
    faults::sweep,
    networks::{subnet_settings, vpc},
    support::Sandbox,
};

/// Settings of security group `group` of composite `name`.
pub(crate) fn group_settings(vpc: &Observation, name: &str) -> Value {
    json!({
        "vpc_id": vpc.id, "name": format!("cloister-{name}"), "description": "notebooks of a lab",
        "tags": part_tags(name, "group"),
    })
}

/// A security group for other parts.
pub(crate) async fn group(
    sandbox: &Sandbox,
    aws: &Aws,
    vpc: &Observation,
    name: &str,
) -> Observation {
    parent(
        sandbox,
        aws,
        "ec2:security-group",
        &group_settings(vpc, name),
    )
    .await
}

#[tokio::test]
async fn a_security_group_keeps_the_contract() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        vpc(&sandbox, aws, "one").await,
        vpc(&sandbox, aws, "other").await,
    );
    let settings = group_settings(&one, "net");
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:security-group",
            replacements: vec![
                with(settings.clone(), "name", json!("cloister-renamed")),
                with(settings.clone(), "description", json!("other words")),
                with(settings.clone(), "vpc_id", json!(other.id)),
            ],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_security_group_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        group_settings(&vpc(sandbox, aws, name).await, name)
    };
    sweep("ec2:security-group", settings, Value::Null).await;
}

#[tokio::test]
async fn another_parts_group_keeps_its_name() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let vpc = vpc(&sandbox, aws, "net").await;
    let settings = group_settings(&vpc, "net");
    group(&sandbox, aws, &vpc, "net").await;
    let foreign = with(settings.clone(), "tags", json!(part_tags("other", "group")));
    let described = with(settings, "description", json!("other words"));
    for taken in [foreign, described] {
        let refused = kind("ec2:security-group")
            .create(aws, &taken, "token")
            .await;
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.class, refused.setting.as_deref()),
            (ErrorClass::AlreadyExists, Some("name"))
        );
    }
}

#[tokio::test]
async fn a_group_goes_although_rules_of_others_name_it_and_an_interface_holds_it_by_name() {
    let sandbox = Sandbox::start();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let vpc = vpc(&sandbox, aws, "net").await;
    let (named, other) = (
        group(&sandbox, aws, &vpc, "named").await,
        group(&sandbox, aws, &vpc, "other").await,
    );
    let kept = json!({"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr": "10.0.0.0/8"});
    let naming = json!({"protocol": "-1", "group_id": named.id, "description": "from outside"});
    let rules = json!({"group_id": other.id, "ingress": [kept, naming], "egress": [naming]});
    parent(&sandbox, aws, "ec2:security-group-rules", &rules).await;
    let subnet = parent(&sandbox, aws, "ec2:subnet", &subnet_settings(&vpc, "net")).await;
    let request = ec2.create_network_interface().subnet_id(&subnet.id);
    let request = request.groups(&named.id).description("a database");
    let made = request.send().await.unwrap().network_interface.unwrap();
    let interface = made.network_interface_id.unwrap();

    let groups = kind("ec2:security-group");
    let held = groups.delete(aws, &named.id, &Value::Null).await;
    let held = held.unwrap_err();
    assert_eq!(held.class, ErrorClass::Busy);
    assert!(
        held.message.contains(&interface) && held.message.contains("a database"),
        "{held}"
    );
    let left = json!({"group_id": other.id, "ingress": [kept]});
    let all_rules = kind("ec2:security-group-rules");
    assert_no_difference(&*all_rules, aws, &other.id, &left).await;

    let request = ec2.delete_network_interface();
    let request = request.network_interface_id(interface);
    request.send().await.unwrap();
    remove(&sandbox, &*groups, aws, &named.id, &Value::Null).await;
    assert_eq!(read(&*groups, aws, &named.id).await, None);
}

/// Rules of every sort, in no order of AWS's.
fn rules_settings(group: &Observation, peer: &Observation) -> Value {
    json!({
        "group_id": group.id,
        "ingress": [
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "group_id": peer.id, "description": "peers"},
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr": "10.20.0.0/16"},
            {"protocol": "-1", "group_id": group.id},
        ],
        "egress": [
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "prefix_list_id": "pl-63a5400a", "description": "S3"},
            {"protocol": "udp", "from_port": 53, "to_port": 53, "cidr": "10.20.0.2/32", "description": "names"},
        ],
    })
}

#[tokio::test]
async fn rules_keep_the_contract() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let vpc = vpc(&sandbox, aws, "net").await;
    let (own, peer) = (
        group(&sandbox, aws, &vpc, "own").await,
        group(&sandbox, aws, &vpc, "peer").await,
    );
    let settings = rules_settings(&own, &peer);
    let mut described = settings.clone();
    described["ingress"][0]["description"] = json!("other peers");
    described["ingress"][1]["description"] = json!("the network");
    described["egress"][0]["description"] = json!("objects");
    let mut fewer = settings.clone();
    fewer["ingress"].as_array_mut().unwrap().pop();
    fewer["egress"] = json!([{"protocol": "-1", "cidr": "0.0.0.0/0"}]);
    check(
        &sandbox,
        &Specimen {
            kind: "ec2:security-group-rules",
            changes: vec![described, fewer, json!({"group_id": own.id})],
            replacements: vec![json!({"group_id": peer.id})],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn rules_survive_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let vpc = vpc(sandbox, aws, name).await;
        let own = group(sandbox, aws, &vpc, &format!("{name}-own")).await;
        let peer = group(sandbox, aws, &vpc, &format!("{name}-peer")).await;
        rules_settings(&own, &peer)
    };
    sweep("ec2:security-group-rules", settings, Value::Null).await;
}

#[tokio::test]
async fn a_rule_that_somebody_added_shows_and_goes() {
    let sandbox = Sandbox::start();
    let (aws, ec2) = (&*sandbox.aws().await, sandbox.ec2());
    let vpc = vpc(&sandbox, aws, "net").await;
    let (own, peer) = (
        group(&sandbox, aws, &vpc, "own").await,
        group(&sandbox, aws, &vpc, "peer").await,
    );
    let settings = rules_settings(&own, &peer);
    let rules = kind("ec2:security-group-rules");
    make(&sandbox, &*rules, aws, &settings, "token").await;
    let request = ec2.authorize_security_group_ingress().group_id(&own.id);
    let request = request.ip_protocol("tcp").cidr_ip("0.0.0.0/0");
    let request = request.from_port(22).to_port(22);
    request.send().await.unwrap();
    let found = read(&*rules, aws, &own.id).await.unwrap();
    let foreign = json!({"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr": "0.0.0.0/0"});
    let ingress = found.settings["ingress"].as_array().unwrap();
    assert!(
        ingress.len() == 4 && ingress.contains(&foreign),
        "{ingress:?}"
    );
    let changed = ["ingress".to_owned()];
    rules
        .update(aws, &own.id, &settings, &changed)
        .await
        .unwrap();
    assert_no_difference(&*rules, aws, &own.id, &settings).await;
}
