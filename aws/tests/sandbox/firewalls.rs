//! `network-firewall:rule-group`, `network-firewall:firewall-policy` and `network-firewall:firewall`.

use cloister_aws::{Aws, Firewall, FirewallDesired};
use cloister_composite::{
    Changing, ErasedKind, ErrorClass, Observation, PartKind, Readiness, changed_settings,
};
use serde_json::{Value, json};

use crate::{
    contract::{
        Specimen, assert_no_difference, await_ready, check, kind, parent, part_tags, patiently,
        read, remove, with,
    },
    faults::sweep,
    networks::{subnet_settings, vpc},
    support::Sandbox,
};

const SURICATA: &str =
    "pass tls $HOME_NET any -> any 443 (tls.sni; content:\"lib.test\"; sid:1; rev:1;)\n";

fn domains(targets: &[&str]) -> Value {
    let kinds = ["TLS_SNI", "HTTP_HOST"];
    json!({"domains": {"targets": targets, "kinds": kinds, "action": "ALLOWLIST"}})
}

/// Settings of the allow list of composite `name`.
fn group_settings(name: &str) -> Value {
    json!({
        "name": format!("{name}-allowed"),
        "capacity": 100,
        "rules": domains(&[".lib.test", ".amazonaws.com"]),
        "home_net": ["10.20.0.0/16"],
        "strict_order": true,
        "tags": part_tags(name, "firewall/allowed"),
    })
}

/// Settings of the firewall policy of composite `name`, with `groups`.
fn policy_settings(name: &str, groups: &[&Observation]) -> Value {
    let arns: Vec<&str> = groups
        .iter()
        .map(|group| group.outputs["arn"].as_str())
        .collect();
    json!({
        "name": format!("{name}-policy"),
        "rule_group_arns": arns,
        "stateful_defaults": ["aws:drop_established", "aws:alert_established"],
        "strict_order": true,
        "tags": part_tags(name, "firewall/policy"),
    })
}

/// What a firewall stands on.
pub(crate) struct Ground {
    vpc: Observation,
    /// In three zones.
    subnets: Vec<Observation>,
    policy: Observation,
}

pub(crate) async fn ground(sandbox: &Sandbox, aws: &Aws, name: &str) -> Ground {
    let vpc = vpc(sandbox, aws, name).await;
    let mut subnets = Vec::new();
    for (number, zone) in ["a", "b", "c"].iter().enumerate() {
        let mut settings = subnet_settings(&vpc, name);
        settings["cidr"] = json!(format!("10.20.{}.0/24", number + 10));
        settings["availability_zone"] = json!(format!("us-east-1{zone}"));
        settings["tags"] = json!(part_tags(name, &format!("firewall/subnet/{zone}")));
        subnets.push(parent(sandbox, aws, "ec2:subnet", &settings).await);
    }
    let group = group_settings(name);
    let group = parent(sandbox, aws, "network-firewall:rule-group", &group).await;
    let policy = policy_settings(name, &[&group]);
    let policy = parent(sandbox, aws, "network-firewall:firewall-policy", &policy).await;
    Ground {
        vpc,
        subnets,
        policy,
    }
}

/// Settings of a firewall in the first `zones` zones.
pub(crate) fn firewall_settings(ground: &Ground, name: &str, zones: usize) -> Value {
    json!({
        "name": format!("{name}-firewall"),
        "vpc_id": ground.vpc.id,
        "subnet_ids": ids(&ground.subnets[..zones]),
        "policy_arn": ground.policy.outputs["arn"],
        "tags": part_tags(name, "firewall"),
    })
}

fn ids(subnets: &[Observation]) -> Vec<&str> {
    subnets.iter().map(|subnet| subnet.id.as_str()).collect()
}

/// A firewall that is ready.
pub(crate) async fn firewall(sandbox: &Sandbox, aws: &Aws, settings: &Value) -> Observation {
    parent(sandbox, aws, "network-firewall:firewall", settings).await
}

#[tokio::test]
async fn a_rule_group_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let settings = group_settings("net");
    let change = |name: &str, value: Value| with(settings.clone(), name, value);
    let mut bare = settings.clone();
    bare.as_object_mut().unwrap().remove("home_net");
    let mut loose = settings.clone();
    loose.as_object_mut().unwrap().remove("strict_order");
    check(
        &sandbox,
        &Specimen {
            kind: "network-firewall:rule-group",
            changes: vec![
                change(
                    "rules",
                    domains(&[".kaggle.com", ".lib.test", ".amazonaws.com"]),
                ),
                change("rules", json!({"suricata": SURICATA})),
                change("home_net", json!(["10.20.0.0/16", "10.10.0.0/16"])),
                bare,
            ],
            replacements: vec![
                change("name", json!("net-other")),
                change("capacity", json!(200)),
                loose,
            ],
            settings: settings.clone(),
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_firewall_policy_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let group = async |name: &str, strict: bool| {
        let settings = with(group_settings(name), "strict_order", json!(strict));
        parent(&sandbox, aws, "network-firewall:rule-group", &settings).await
    };
    let (one, two) = (group("two", true).await, group("one", true).await);
    let by_action = group("by-action", false).await;
    let settings = policy_settings("net", &[&one, &two]);
    let swapped = policy_settings("net", &[&two, &one]);
    let reordered = json!(["aws:alert_established", "aws:drop_established"]);
    let mut loose = policy_settings("net", &[&by_action]);
    for name in ["strict_order", "stateful_defaults"] {
        loose.as_object_mut().unwrap().remove(name);
    }
    let mut bare = settings.clone();
    bare.as_object_mut().unwrap().remove("rule_group_arns");
    let forwards = json!({"packets": ["aws:forward_to_sfe"], "fragments": ["aws:forward_to_sfe"]});
    let drops = with(forwards.clone(), "fragments", json!(["aws:drop"]));
    check(
        &sandbox,
        &Specimen {
            kind: "network-firewall:firewall-policy",
            changes: vec![
                swapped,
                policy_settings("net", &[&two]),
                with(settings.clone(), "stateful_defaults", reordered),
                with(
                    settings.clone(),
                    "stateful_defaults",
                    json!(["aws:drop_strict"]),
                ),
                with(settings.clone(), "stateless", forwards),
                with(settings.clone(), "stateless", drops),
                bare,
            ],
            replacements: vec![with(settings.clone(), "name", json!("other")), loose],
            settings,
            ..Specimen::default()
        },
    )
    .await;
}

#[tokio::test]
async fn a_firewall_keeps_the_contract() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let (one, other) = (
        ground(&sandbox, aws, "one").await,
        ground(&sandbox, aws, "other").await,
    );
    let settings = firewall_settings(&one, "net", 2);
    let change = |name: &str, value: Value| with(settings.clone(), name, value);
    let all_on = |mut settings: Value| {
        for name in [
            "delete_protection",
            "subnet_change_protection",
            "policy_change_protection",
        ] {
            settings[name] = json!(true);
        }
        settings
    };
    let swapped = json!([one.subnets[2].id, one.subnets[0].id]);
    let moved = firewall_settings(&other, "net", 1);
    check(
        &sandbox,
        &Specimen {
            kind: "network-firewall:firewall",
            changes: vec![
                change("description", json!("the way out")),
                all_on(settings.clone()),
                // Protections do not keep out those who set them.
                all_on(change("policy_arn", json!(other.policy.outputs["arn"]))),
                all_on(change("subnet_ids", json!(ids(&one.subnets)))),
                change("subnet_ids", swapped),
                change("delete_protection", json!(true)),
            ],
            replacements: vec![all_on(change("name", json!("net-other"))), moved],
            settings: settings.clone(),
            ..Specimen::default()
        },
    )
    .await;
}

/// The zones that routes can lead to.
fn zones(firewall: &Observation) -> Vec<&str> {
    firewall
        .outputs
        .keys()
        .filter_map(|name| name.strip_prefix("endpoint-"))
        .collect()
}

async fn change(sandbox: &Sandbox, aws: &Aws, id: &str, before: &Value, after: &Value) {
    let firewalls = kind("network-firewall:firewall");
    let changed = changed_settings(after, before);
    patiently(sandbox, || firewalls.update(aws, id, after, &changed))
        .await
        .unwrap();
}

#[tokio::test]
async fn zones_come_and_go_in_place_and_endpoints_with_them() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let firewalls = &*kind("network-firewall:firewall");
    let one = firewall_settings(&ground, "net", 1);
    let made = firewalls.create(aws, &one, "token").await.unwrap();
    assert_eq!(made.readiness, Readiness::Pending);
    assert_eq!(zones(&made), [""; 0], "no route may lead to it yet");
    let made = await_ready(&sandbox, firewalls, aws, &made.id).await;
    assert_eq!(zones(&made), ["us-east-1a"]);

    let three = firewall_settings(&ground, "net", 3);
    change(&sandbox, aws, &made.id, &one, &three).await;
    let grown = read(firewalls, aws, &made.id).await.unwrap();
    assert_eq!(grown.readiness, Readiness::Pending);
    assert_eq!(zones(&grown), ["us-east-1a"]);
    let grown = await_ready(&sandbox, firewalls, aws, &made.id).await;
    assert_eq!(zones(&grown), ["us-east-1a", "us-east-1b", "us-east-1c"]);
    let endpoint = Firewall::endpoint("us-east-1a");
    assert_eq!(
        grown.outputs[endpoint.as_str()],
        made.outputs[endpoint.as_str()],
        "a zone keeps its endpoint"
    );

    change(&sandbox, aws, &made.id, &three, &one).await;
    let shrinking = read(firewalls, aws, &made.id).await.unwrap();
    assert_eq!(
        zones(&shrinking),
        ["us-east-1a"],
        "no new route to what goes"
    );
    assert_no_difference(firewalls, aws, &made.id, &one).await;
    let shrunk = await_ready(&sandbox, firewalls, aws, &made.id).await;
    assert_eq!(shrunk.outputs, made.outputs);
}

#[tokio::test]
async fn a_change_over_somebody_elses_is_made_on_what_that_one_left() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let settings = firewall_settings(&ground, "net", 1);
    let made = firewall(&sandbox, aws, &settings).await;
    let stale = Firewall::read(aws, std::slice::from_ref(&made.id))
        .await
        .unwrap();
    let stale = stale.into_iter().next().flatten().unwrap();
    let request = sandbox.network_firewall().update_firewall_description();
    let request = request.firewall_name(&made.id).description("theirs");
    request.send().await.unwrap();

    let ours = with(settings, "description", json!("ours"));
    let desired: FirewallDesired = serde_json::from_value(ours.clone()).unwrap();
    let changed = ["description".to_owned()];
    let changing = Changing {
        desired: &desired,
        observed: &stale,
        changed: &changed,
    };
    let refused = Firewall::update(aws, changing).await.unwrap_err();
    assert_eq!(
        (refused.class, refused.code.as_deref()),
        (ErrorClass::Busy, Some("InvalidTokenException")),
        "the engine reads again and tries again"
    );
    let firewalls = &*kind("network-firewall:firewall");
    firewalls
        .update(aws, &made.id, &ours, &changed)
        .await
        .unwrap();
    assert_no_difference(firewalls, aws, &made.id, &ours).await;
}

/// A route of somebody else's to the firewall's endpoint in the first zone; the table's id.
async fn route_to(sandbox: &Sandbox, vpc: &Observation, firewall: &Observation) -> String {
    let ec2 = sandbox.ec2();
    let table = ec2
        .create_route_table()
        .vpc_id(&vpc.id)
        .send()
        .await
        .unwrap();
    let table = table.route_table.unwrap().route_table_id.unwrap();
    let request = ec2.create_route().route_table_id(&table);
    let request = request.destination_cidr_block("0.0.0.0/0");
    let endpoint = Firewall::endpoint("us-east-1a");
    let request = request.vpc_endpoint_id(&firewall.outputs[endpoint.as_str()]);
    request.send().await.unwrap();
    table
}

#[tokio::test]
async fn a_delete_waits_for_routes_and_names_their_tables() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let two = firewall_settings(&ground, "net", 2);
    let made = firewall(&sandbox, aws, &two).await;
    let table = route_to(&sandbox, &ground.vpc, &made).await;
    let says = format!("0.0.0.0/0 in {table} to vpce-");

    let firewalls = &*kind("network-firewall:firewall");
    let refused = firewalls
        .delete(aws, &made.id, &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(refused.class, ErrorClass::Busy);
    assert!(refused.message.contains(&says), "{refused}");

    let without = with(two.clone(), "subnet_ids", json!([ground.subnets[1].id]));
    let changed = ["subnet_ids".to_owned()];
    let refused = firewalls
        .update(aws, &made.id, &without, &changed)
        .await
        .unwrap_err();
    assert_eq!(refused.class, ErrorClass::Busy);
    assert!(refused.message.contains(&says), "{refused}");

    let request = sandbox.ec2().delete_route().route_table_id(&table);
    request
        .destination_cidr_block("0.0.0.0/0")
        .send()
        .await
        .unwrap();
    remove(&sandbox, firewalls, aws, &made.id, &Value::Null).await;
    assert_eq!(read(firewalls, aws, &made.id).await, None);
}

#[tokio::test]
async fn a_delete_names_endpoints_that_others_made() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let (net, other) = (
        ground(&sandbox, aws, "net").await,
        ground(&sandbox, aws, "other").await,
    );
    let made = firewall(&sandbox, aws, &firewall_settings(&net, "net", 1)).await;
    let subnet = aws_sdk_networkfirewall::types::SubnetMapping::builder()
        .subnet_id(&other.subnets[0].id)
        .build()
        .unwrap();
    let request = sandbox.network_firewall().create_vpc_endpoint_association();
    let request = request
        .firewall_arn(&made.outputs["arn"])
        .vpc_id(&other.vpc.id);
    let answer = request.subnet_mapping(subnet).send().await.unwrap();
    let association = answer.vpc_endpoint_association.unwrap();
    let firewalls = kind("network-firewall:firewall");
    let refused = firewalls
        .delete(aws, &made.id, &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(refused.class, ErrorClass::Busy);
    let arn = association.vpc_endpoint_association_arn;
    assert!(refused.message.contains(&arn), "{refused}");
}

#[tokio::test]
async fn what_is_being_deleted_is_waited_for_and_made_again() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let settings = firewall_settings(&ground, "net", 1);
    let made = firewall(&sandbox, aws, &settings).await;
    let firewalls = &*kind("network-firewall:firewall");
    let going = firewalls
        .delete(aws, &made.id, &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(going.class, ErrorClass::Busy);
    let endpoint = &made.outputs[Firewall::endpoint("us-east-1a").as_str()];
    assert!(going.message.contains(endpoint), "{going}");
    let found = firewalls
        .find(aws, &settings, &cloister_composite::Tags::new())
        .await;
    assert_eq!(found.unwrap(), None, "what goes is not gone on with");
    let refused = firewalls.create(aws, &settings, "token").await.unwrap_err();
    assert_eq!(refused.class, ErrorClass::Busy, "{refused}");
    let again = firewall(&sandbox, aws, &settings).await;
    assert_ne!(again.outputs["id"], made.outputs["id"]);
}

#[tokio::test]
async fn names_of_others_are_not_taken_and_a_leftover_is_mended() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    let group = group_settings("net");
    let mut policy = policy_settings("net", &[]);
    policy.as_object_mut().unwrap().remove("rule_group_arns");
    let settings = [
        (
            "network-firewall:rule-group",
            with(group, "rules", json!({"suricata": SURICATA})),
        ),
        (
            "network-firewall:firewall-policy",
            with(policy, "stateful_defaults", json!(["aws:drop_strict"])),
        ),
        (
            "network-firewall:firewall",
            firewall_settings(&ground, "net", 1),
        ),
    ];
    firewall(&sandbox, aws, &firewall_settings(&ground, "net", 2)).await;
    for (name, settings) in settings {
        let kind = &*kind(name);
        let foreign = with(settings.clone(), "tags", json!(part_tags("theirs", "part")));
        let refused = kind.create(aws, &foreign, "token").await.unwrap_err();
        assert_eq!(
            (refused.class, refused.setting.as_deref()),
            (ErrorClass::AlreadyExists, Some("name")),
            "{name}"
        );
        let mended = kind.create(aws, &settings, "token").await.unwrap();
        assert_no_difference(kind, aws, &mended.id, &settings).await;
    }
}

#[tokio::test]
async fn a_way_around_the_rules_that_somebody_opens_shows() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let group = parent(
        &sandbox,
        aws,
        "network-firewall:rule-group",
        &group_settings("net"),
    )
    .await;
    let settings = policy_settings("net", &[&group]);
    let made = parent(&sandbox, aws, "network-firewall:firewall-policy", &settings).await;
    let client = sandbox.network_firewall();
    let request = client
        .describe_firewall_policy()
        .firewall_policy_name(&made.id);
    let found = request.send().await.unwrap();
    let mut document = found.firewall_policy.unwrap();
    document.stateless_default_actions = vec!["aws:pass".to_owned()];
    let request = client
        .update_firewall_policy()
        .firewall_policy_name(&made.id);
    let request = request
        .update_token(found.update_token)
        .firewall_policy(document);
    request.send().await.unwrap();

    let policies = &*kind("network-firewall:firewall-policy");
    let found = read(policies, aws, &made.id).await.unwrap();
    let shown = policies.align(&settings, found.settings);
    let changed = changed_settings(&settings, &shown);
    assert_eq!(changed, ["stateless"]);
    assert_eq!(shown["stateless"]["packets"], json!(["aws:pass"]));
    policies
        .update(aws, &made.id, &settings, &changed)
        .await
        .unwrap();
    assert_no_difference(policies, aws, &made.id, &settings).await;
}

#[tokio::test]
async fn what_is_in_use_stays_and_says_so() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws, "net").await;
    firewall(&sandbox, aws, &firewall_settings(&ground, "net", 1)).await;
    for (name, id, says) in [
        (
            "network-firewall:rule-group",
            "net-allowed",
            "used by 1 firewall policies",
        ),
        (
            "network-firewall:firewall-policy",
            "net-policy",
            "used by 1 firewalls",
        ),
    ] {
        let refused = kind(name).delete(aws, id, &Value::Null).await.unwrap_err();
        assert_eq!(refused.class, ErrorClass::Busy);
        assert!(refused.message.contains(says), "{refused}");
    }
}

#[tokio::test]
async fn rules_that_take_more_than_the_capacity_are_refused() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let groups: &dyn ErasedKind<Aws> = &*kind("network-firewall:rule-group");
    let settings = with(group_settings("net"), "capacity", json!(3));
    let refused = groups.create(aws, &settings, "token").await.unwrap_err();
    assert_eq!(
        (refused.class, refused.setting.as_deref()),
        (ErrorClass::Refused, Some("rules")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_rule_group_survives_a_fault_at_every_call() {
    let settings = async |_: &Sandbox, _: &Aws, name: &str| group_settings(name);
    sweep("network-firewall:rule-group", settings, Value::Null).await;
}

#[tokio::test]
async fn a_firewall_policy_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let group = group_settings(name);
        let group = parent(sandbox, aws, "network-firewall:rule-group", &group).await;
        policy_settings(name, &[&group])
    };
    sweep("network-firewall:firewall-policy", settings, Value::Null).await;
}

#[tokio::test]
async fn a_firewall_survives_a_fault_at_every_call() {
    let settings = async |sandbox: &Sandbox, aws: &Aws, name: &str| {
        let ground = ground(sandbox, aws, name).await;
        let settings = firewall_settings(&ground, name, 2);
        with(settings, "delete_protection", json!(true))
    };
    sweep("network-firewall:firewall", settings, Value::Null).await;
}
