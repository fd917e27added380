//! Every way out of a Studio subnet passes the firewall, from its first moment on.

use std::collections::{BTreeMap, BTreeSet};

use cloister_tests::rig::{Resource, Sandbox, studio_domain};
use serde_json::{Value, json};

use super::fixture::{Standing, census};

const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

/// A domain behind a firewall over these zones.
fn behind_firewall(zones: &[&str]) -> Resource {
    let network = format!(
        r#"{{
    cidr               = "10.20.0.0/16"
    availability_zones = {zones:?}
    egress             = "firewall"
    allowed_domains    = [".lib.test"]
  }}"#
    );
    studio_domain().with("network", network)
}

/// A call that went through, with what it asked for.
struct Asked {
    operation: String,
    request: Value,
}

/// All calls that went through, in their order: the log of calls has the order, CloudTrail what was asked for.
fn asked(sandbox: &Sandbox) -> Vec<Asked> {
    let mut requests = BTreeMap::new();
    let mut page = json!({});
    loop {
        let answer = sandbox.aws().call("cloudtrail", "lookup_events", &page);
        for event in answer["Events"].as_array().into_iter().flatten() {
            let text = event["CloudTrailEvent"].as_str().unwrap_or_default();
            let mut event: Value = serde_json::from_str(text).expect("an event is JSON");
            let id = event["requestID"].as_str().unwrap_or_default().to_owned();
            requests.insert(id, event["requestParameters"].take());
        }
        match &answer["NextToken"] {
            Value::Null => break,
            token => page = json!({"NextToken": token}),
        }
    }
    let calls = sandbox.calls().into_iter();
    calls
        .filter(|call| call.error.is_none())
        .filter_map(|call| {
            let request = requests.remove(&call.request_id)?;
            let operation = call.operation;
            Some(Asked { operation, request })
        })
        .collect()
}

/// The firewall's endpoint in each zone, as AWS tells it.
fn endpoints(it: &Standing<'_>) -> BTreeMap<String, Value> {
    let firewall = json!({"FirewallName": it.id("network/firewall")});
    let answer = it
        .aws
        .call("network-firewall", "describe_firewall", &firewall);
    let states = &answer["FirewallStatus"]["SyncStates"];
    let states = states.as_object().expect("a state for each zone").iter();
    states
        .map(|(zone, state)| (zone.clone(), state["Attachment"]["EndpointId"].clone()))
        .collect()
}

/// Where a subnet's table sends what is for everywhere.
fn way_out(it: &Standing<'_>, subnet: &str) -> Value {
    let filter = json!({"Filters": [{"Name": "association.subnet-id", "Values": [it.id(subnet)]}]});
    let answer = it.aws.call("ec2", "describe_route_tables", &filter);
    let routes = answer["RouteTables"][0]["Routes"].as_array();
    let mut routes = routes.expect("a table has routes").clone();
    routes.retain(|route| route["DestinationCidrBlock"] == "0.0.0.0/0");
    assert_eq!(routes.len(), 1, "{subnet}: {answer}");
    // The endpoint of a firewall stands where gateways do.
    let id = ["GatewayId", "VpcEndpointId", "NatGatewayId"];
    let id = id.iter().find_map(|name| routes[0].get(*name));
    id.expect("a route has a target").clone()
}

/// Each zone has its own way through its own firewall endpoint.
fn each_zone_has_its_own_way(it: &Standing<'_>, zones: &[&str]) {
    let endpoints = endpoints(it);
    assert_eq!(endpoints.keys().collect::<Vec<_>>(), zones);
    for zone in zones {
        let studio = way_out(it, &format!("network/{zone}/studio"));
        assert_eq!(studio, endpoints[*zone], "{zone}");
        let firewall = way_out(it, &format!("network/{zone}/firewall"));
        assert_eq!(firewall, it.id(&format!("network/{zone}/nat-gateway")));
        let nat = way_out(it, &format!("network/{zone}/nat"));
        assert_eq!(nat, it.id("network/internet-gateway"));
    }
}

/// From all calls: no Studio subnet ever had another table than its own, nor that table another way out than the
/// firewall's endpoint, which came when the firewall filtered and recorded.
fn no_moment_is_unfiltered(it: &Standing<'_>, zones: &[&str], asked: &[Asked]) {
    let place = |operation: &str| asked.iter().position(|one| one.operation == operation);
    let endpoints = endpoints(it);
    for zone in zones {
        let subnet = it.id(&format!("network/{zone}/studio"));
        let table = it.id(&format!("network/{zone}/studio/table"));
        let tables = asked.iter().filter(|one| one.request["subnetId"] == subnet);
        let tables: Vec<_> = tables.map(|one| &one.request["routeTableId"]).collect();
        assert_eq!(tables, [table], "{zone}");

        let routed =
            |one: &Asked| one.operation.ends_with("Route") && one.request["routeTableId"] == table;
        let ways = asked.iter().filter(|one| routed(one));
        let ways: Vec<_> = ways.map(|one| &one.request["vpcEndpointId"]).collect();
        assert_eq!(ways, [&endpoints[*zone]], "{zone}");

        let opened = asked.iter().position(routed);
        assert!(opened > place("network-firewall:CreateFirewallPolicy"));
        assert!(opened > place("network-firewall:UpdateLoggingConfiguration"));
        assert!(opened > place("ec2:CreateFlowLogs"));
    }
}

/// The tables that the domain made for its subnets.
fn tables(it: &Standing<'_>, zones: &[&str]) -> BTreeSet<String> {
    let of_zone = |zone: &&str| {
        ["studio", "firewall", "nat"]
            .map(|class| it.id(&format!("network/{zone}/{class}/table")).to_owned())
    };
    zones.iter().flat_map(of_zone).collect()
}

/// The tables to which routes were added. A VPC's main table, in which a subnet is before it has its own, must not be
/// among them.
fn routed(asked: &[Asked]) -> BTreeSet<String> {
    let added = asked
        .iter()
        .filter(|one| one.operation == "ec2:CreateRoute");
    let tables = added.filter_map(|one| one.request["routeTableId"].as_str());
    tables.map(str::to_owned).collect()
}

#[test]
fn each_zone_leaves_through_its_own_endpoint_and_never_past_it() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &behind_firewall(&ZONES));
    each_zone_has_its_own_way(&standing, &ZONES);
    let asked = asked(&sandbox);
    no_moment_is_unfiltered(&standing, &ZONES, &asked);
    assert_eq!(routed(&asked), tables(&standing, &ZONES));
    let opened = asked
        .iter()
        .rposition(|one| one.operation == "ec2:CreateRoute");
    let users = asked
        .iter()
        .position(|one| one.operation == "sagemaker:CreateUserProfile");
    assert!(opened < users, "nobody starts an app before that");
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}

#[test]
fn a_third_zone_comes_and_goes_without_an_unfiltered_moment() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let mut standing = Standing::of(&sandbox, &behind_firewall(&ZONES[..2]));
    each_zone_has_its_own_way(&standing, &ZONES[..2]);
    let made = standing.state.clone();
    let mut known = BTreeSet::new();
    for zones in [&ZONES[..], &ZONES[..2]] {
        standing.change(&behind_firewall(zones));
        each_zone_has_its_own_way(&standing, zones);
        known.append(&mut tables(&standing, zones));
        let asked = asked(&sandbox);
        no_moment_is_unfiltered(&standing, zones, &asked);
        assert_eq!(routed(&asked), known);
        for same in ["domain_id", "home_efs_id", "vpc_id"] {
            assert_eq!(standing.state[same], made[same]);
        }
    }
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}
