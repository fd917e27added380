//! Drift of the firewall and of the ways to it.

use cloister_tests::rig::studio_domain;
use serde_json::{Value, json};

use super::{Drift, check};
use crate::studio_domain::fixture::Standing;

const ANYWHERE: &str = "0.0.0.0/0";

fn firewall(it: &Standing<'_>, operation: &str, parameters: &Value) -> Value {
    it.aws.call("network-firewall", operation, parameters)
}

/// What a policy or a group of rules is called, and how it is described and changed.
struct Document {
    part: &'static str,
    name: &'static str,
    member: &'static str,
    calls: [&'static str; 2],
}

const RULES: Document = Document {
    part: "network/firewall/rules",
    name: "RuleGroupName",
    member: "RuleGroup",
    calls: ["describe_rule_group", "update_rule_group"],
};
const POLICY: Document = Document {
    part: "network/firewall/policy",
    name: "FirewallPolicyName",
    member: "FirewallPolicy",
    calls: ["describe_firewall_policy", "update_firewall_policy"],
};

/// Changes one value of a document and leaves the rest as it is.
fn rewrite(it: &Standing<'_>, document: &Document, pointer: &str, value: Value) {
    let [describe, update] = document.calls;
    let mut request = json!({document.name: it.id(document.part)});
    if document.member == RULES.member {
        request["Type"] = json!("STATEFUL");
    }
    let described = firewall(it, describe, &request);
    let mut changed = described[document.member].clone();
    *changed.pointer_mut(pointer).expect("it is described") = value;
    request[document.member] = changed;
    request["UpdateToken"] = described["UpdateToken"].clone();
    firewall(it, update, &request);
}

const FIREWALL: [Drift; 8] = [
    Drift {
        what: "one more domain is let through",
        made: |it| {
            rewrite(
                it,
                &RULES,
                "/RulesSource/RulesSourceList/Targets",
                json!([".lib.test", ".example.com"]),
            );
        },
        shown: &["network/firewall/rules: rules"],
    },
    Drift {
        what: "what no rule passes is let through",
        made: |it| {
            rewrite(
                it,
                &POLICY,
                "/StatefulDefaultActions",
                json!(["aws:alert_established"]),
            );
        },
        shown: &["network/firewall/policy: stateful_defaults"],
    },
    Drift {
        what: "the policy has no rules",
        made: |it| {
            rewrite(it, &POLICY, "/StatefulRuleGroupReferences", json!([]));
        },
        shown: &["network/firewall/policy: rule_group_arns"],
    },
    Drift {
        what: "nobody logs what is let through",
        made: |it| {
            let arn = json!({"FirewallName": it.id("network/firewall")});
            let described = firewall(it, "describe_logging_configuration", &arn);
            let mut logging = described["LoggingConfiguration"].clone();
            let destinations = logging["LogDestinationConfigs"].as_array_mut();
            destinations.expect("destinations are a list").pop();
            let less =
                json!({"FirewallName": it.id("network/firewall"), "LoggingConfiguration": logging});
            firewall(it, "update_logging_configuration", &less);
        },
        shown: &["network/firewall/logging: destinations"],
    },
    Drift {
        what: "nobody can delete the firewall",
        made: |it| {
            let on = json!({"FirewallName": it.id("network/firewall"), "DeleteProtection": true});
            firewall(it, "update_firewall_delete_protection", &on);
        },
        shown: &["network/firewall: delete_protection"],
    },
    Drift {
        what: "a tag of the firewall is changed",
        made: |it| {
            let name = json!({"FirewallName": it.id("network/firewall")});
            let described = firewall(it, "describe_firewall", &name);
            let tags = json!({
                "ResourceArn": described["Firewall"]["FirewallArn"], "Tags": [{"Key": "stage", "Value": "production"}],
            });
            firewall(it, "tag_resource", &tags);
        },
        shown: &["network/firewall: tags/stage"],
    },
    Drift {
        what: "a Studio subnet has a way past the firewall",
        made: |it| {
            it.ec2(
                "replace_route",
                &json!({
                    "RouteTableId": it.id("network/us-east-1a/studio/table"), "DestinationCidrBlock": ANYWHERE,
                    "NatGatewayId": it.id("network/us-east-1a/nat-gateway"),
                }),
            );
        },
        shown: &["network/us-east-1a/studio/routes: routes"],
    },
    Drift {
        what: "answers come back past the firewall",
        made: |it| {
            let studio = json!({"SubnetIds": [it.id("network/us-east-1a/studio")]});
            let answer = it.ec2("describe_subnets", &studio);
            it.ec2(
                "delete_route",
                &json!({
                    "RouteTableId": it.id("network/us-east-1a/nat/table"),
                    "DestinationCidrBlock": answer["Subnets"][0]["CidrBlock"],
                }),
            );
        },
        shown: &["network/us-east-1a/nat/routes: routes"],
    },
];

#[test]
fn the_firewall_is_mended() {
    let network = r#"{ cidr = "10.20.0.0/16", egress = "firewall", allowed_domains = [".lib.test"], az_count = 1 }"#;
    let config = studio_domain()
        .with("network", network)
        .with("tags", r#"{ stage = "test" }"#);
    check(&config, &FIREWALL);
}
