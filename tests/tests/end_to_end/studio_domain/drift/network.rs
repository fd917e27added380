//! Drift of the VPC, its ways, its groups and its endpoints.

use cloister_tests::rig::studio_domain;
use serde_json::json;

use super::{Drift, check};
use crate::studio_domain::fixture::Standing;

const STUDIO: &str = "network/us-east-1a/studio";
const TABLE: &str = "network/us-east-1a/studio/table";
const ANYWHERE: &str = "0.0.0.0/0";

/// A rule by which everybody gets in.
fn open(it: &Standing<'_>, group: &str) -> serde_json::Value {
    json!({"GroupId": it.id(group), "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]},
    ]})
}

fn change_endpoint(it: &Standing<'_>, part: &str, mut parameters: serde_json::Value) {
    parameters["VpcEndpointId"] = json!(it.id(part));
    it.ec2("modify_vpc_endpoint", &parameters);
}

const GROUND: [Drift; 12] = [
    Drift {
        what: "the VPC gives no names",
        made: |it| {
            let off =
                json!({"VpcId": it.id("network/vpc"), "EnableDnsHostnames": {"Value": false}});
            it.ec2("modify_vpc_attribute", &off);
        },
        shown: &["network/vpc: dns_hostnames"],
    },
    Drift {
        what: "the VPC resolves no names",
        made: |it| {
            let off = json!({"VpcId": it.id("network/vpc"), "EnableDnsSupport": {"Value": false}});
            it.ec2("modify_vpc_attribute", &off);
        },
        shown: &["network/vpc: dns_support"],
    },
    Drift {
        what: "a tag of the VPC is changed",
        made: |it| it.tag("network/vpc", "stage", "production"),
        shown: &["network/vpc: tags/stage"],
    },
    Drift {
        what: "the VPC's default group lets somebody in",
        made: |it| {
            it.ec2(
                "authorize_security_group_ingress",
                &open(it, "network/default-group"),
            );
        },
        shown: &["network/default-group: ingress"],
    },
    Drift {
        what: "what starts in a Studio subnet gets a public address",
        made: |it| {
            let public = json!({"SubnetId": it.id(STUDIO), "MapPublicIpOnLaunch": {"Value": true}});
            it.ec2("modify_subnet_attribute", &public);
        },
        shown: &["network/us-east-1a/studio: map_public_ip"],
    },
    Drift {
        what: "a tag is put on a subnet",
        made: |it| it.tag(STUDIO, "owner", "somebody"),
        shown: &["network/us-east-1a/studio: tags/owner"],
    },
    Drift {
        what: "a route past the NAT gateway is added to a Studio table",
        made: |it| {
            it.ec2(
                "create_route",
                &json!({
                    "RouteTableId": it.id(TABLE), "DestinationCidrBlock": "203.0.113.0/24",
                    "GatewayId": it.id("network/internet-gateway"),
                }),
            );
        },
        shown: &["network/us-east-1a/studio/routes: routes"],
    },
    Drift {
        what: "the way out of a Studio table is another one",
        made: |it| {
            it.ec2(
                "replace_route",
                &json!({
                    "RouteTableId": it.id(TABLE), "DestinationCidrBlock": ANYWHERE,
                    "GatewayId": it.id("network/internet-gateway"),
                }),
            );
        },
        shown: &["network/us-east-1a/studio/routes: routes"],
    },
    Drift {
        what: "the way out of a Studio table is gone",
        made: |it| {
            let route = json!({"RouteTableId": it.id(TABLE), "DestinationCidrBlock": ANYWHERE});
            it.ec2("delete_route", &route);
        },
        shown: &["network/us-east-1a/studio/routes: routes"],
    },
    Drift {
        what: "a Studio table is taken off its subnet",
        made: |it| {
            let table = json!({"RouteTableIds": [it.id(TABLE)]});
            let answer = it.ec2("describe_route_tables", &table);
            let association =
                &answer["RouteTables"][0]["Associations"][0]["RouteTableAssociationId"];
            it.ec2(
                "disassociate_route_table",
                &json!({"AssociationId": association}),
            );
        },
        shown: &["network/us-east-1a/studio/table: subnet_ids"],
    },
    Drift {
        what: "the flow log is gone",
        made: |it| {
            let flow_log = json!({"FlowLogIds": [it.id("network/flow-log")]});
            it.ec2("delete_flow_logs", &flow_log);
        },
        shown: &["network/flow-log: (new)"],
    },
    Drift {
        what: "a NAT gateway is gone",
        made: |it| {
            let gateway = json!({"NatGatewayId": it.id("network/us-east-1b/nat-gateway")});
            it.ec2("delete_nat_gateway", &gateway);
        },
        shown: &[
            "network/us-east-1b/nat-gateway: (new)",
            "network/us-east-1b/studio/routes: routes",
        ],
    },
];

const DOORS: [Drift; 11] = [
    Drift {
        what: "the apps' group lets somebody in",
        made: |it| {
            it.ec2(
                "authorize_security_group_ingress",
                &open(it, "groups/studio"),
            );
        },
        shown: &["groups/studio/rules: ingress"],
    },
    Drift {
        what: "the apps' group lets nothing out",
        made: |it| {
            let group = json!({"GroupIds": [it.id("groups/studio")]});
            let answer = it.ec2("describe_security_groups", &group);
            let rules = &answer["SecurityGroups"][0]["IpPermissionsEgress"];
            it.ec2(
                "revoke_security_group_egress",
                &json!({"GroupId": it.id("groups/studio"), "IpPermissions": rules}),
            );
        },
        shown: &["groups/studio/rules: egress"],
    },
    Drift {
        what: "the endpoints' group talks first",
        made: |it| {
            it.ec2(
                "authorize_security_group_egress",
                &open(it, "groups/endpoints"),
            );
        },
        shown: &["groups/endpoints/rules: egress"],
    },
    Drift {
        what: "the endpoints' group lets the apps no longer in",
        made: |it| {
            let group = json!({"GroupIds": [it.id("groups/endpoints")]});
            let answer = it.ec2("describe_security_groups", &group);
            let rules = &answer["SecurityGroups"][0]["IpPermissions"];
            it.ec2(
                "revoke_security_group_ingress",
                &json!({"GroupId": it.id("groups/endpoints"), "IpPermissions": rules}),
            );
        },
        shown: &["groups/endpoints/rules: ingress"],
    },
    Drift {
        what: "an endpoint lets everything through",
        made: |it| {
            change_endpoint(it, "endpoints/sts", json!({"ResetPolicy": true}));
        },
        shown: &["endpoints/sts: policy"],
    },
    Drift {
        what: "an endpoint is not found by name",
        made: |it| {
            change_endpoint(it, "endpoints/ssm", json!({"PrivateDnsEnabled": false}));
        },
        shown: &["endpoints/ssm: private_dns"],
    },
    Drift {
        what: "an endpoint is in another group",
        made: |it| {
            let groups = json!({
                "AddSecurityGroupIds": [it.id("network/default-group")],
                "RemoveSecurityGroupIds": [it.id("groups/endpoints")],
            });
            change_endpoint(it, "endpoints/logs", groups);
        },
        shown: &["endpoints/logs: security_group_ids"],
    },
    Drift {
        what: "an endpoint has left a zone",
        made: |it| {
            let subnets = json!({"RemoveSubnetIds": [it.id(STUDIO)]});
            change_endpoint(it, "endpoints/monitoring", subnets);
        },
        shown: &["endpoints/monitoring: subnet_ids"],
    },
    Drift {
        what: "a Studio table does not lead to S3",
        made: |it| {
            let tables = json!({"RemoveRouteTableIds": [it.id(TABLE)]});
            change_endpoint(it, "endpoints/s3", tables);
        },
        shown: &["endpoints/s3: route_table_ids"],
    },
    Drift {
        what: "a tag of an endpoint is changed",
        made: |it| it.tag("endpoints/kms", "stage", "production"),
        shown: &["endpoints/kms: tags/stage"],
    },
    Drift {
        what: "the endpoint that a key policy names is gone",
        made: |it| {
            let endpoint = json!({"VpcEndpointIds": [it.id("endpoints/kms")]});
            it.ec2("delete_vpc_endpoints", &endpoint);
        },
        shown: &["endpoints/kms: (new)", "keys/data: policy"],
    },
];

#[test]
fn the_network_and_its_ways_out_are_mended() {
    let config = studio_domain()
        .with("network", r#"{ cidr = "10.20.0.0/16", egress = "nat" }"#)
        .with("tags", r#"{ stage = "test" }"#);
    check(&config, &GROUND);
}

#[test]
fn groups_and_endpoints_are_mended() {
    check(
        &studio_domain().with("tags", r#"{ stage = "test" }"#),
        &DOORS,
    );
}
