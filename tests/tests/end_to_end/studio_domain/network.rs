//! A domain in a network that others made, and that they find again as it was.

use cloister_tests::rig::{Aws, Resource, Sandbox, studio_domain};
use serde_json::{Value, json};

use super::fixture::{Standing, census};

/// A VPC with two private subnets, as a network team hands it out.
struct Given {
    vpc: String,
    subnets: Vec<String>,
    table: String,
}

fn text(value: &Value) -> String {
    value.as_str().expect("an id is a text").to_owned()
}

impl Given {
    fn make(aws: &Aws<'_>) -> Self {
        let ec2 = |operation: &str, parameters: Value| aws.call("ec2", operation, &parameters);
        let made = ec2("create_vpc", json!({"CidrBlock": "10.50.0.0/16"}));
        let vpc = text(&made["Vpc"]["VpcId"]);
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            let on = json!({"VpcId": vpc, attribute: {"Value": true}});
            ec2("modify_vpc_attribute", on);
        }
        let made = ec2("create_route_table", json!({"VpcId": vpc}));
        let table = text(&made["RouteTable"]["RouteTableId"]);
        let mut subnets = Vec::new();
        for (zone, cidr) in [
            ("us-east-1a", "10.50.0.0/20"),
            ("us-east-1b", "10.50.16.0/20"),
        ] {
            let place = json!({"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone});
            let made = ec2("create_subnet", place);
            let subnet = text(&made["Subnet"]["SubnetId"]);
            let both = json!({"RouteTableId": table, "SubnetId": subnet});
            ec2("associate_route_table", both);
            subnets.push(subnet);
        }
        Self {
            vpc,
            subnets,
            table,
        }
    }

    /// The network as AWS tells it: every setting, and all that is in it.
    fn look(&self, aws: &Aws<'_>) -> Value {
        let in_vpc = json!({"Filters": [{"Name": "vpc-id", "Values": [self.vpc]}]});
        let all = |operation: &str| aws.call("ec2", operation, &in_vpc);
        let support = |attribute: &str| {
            let which = json!({"VpcId": self.vpc, "Attribute": attribute});
            aws.call("ec2", "describe_vpc_attribute", &which)
        };
        json!([
            all("describe_vpcs"),
            all("describe_subnets"),
            all("describe_route_tables"),
            all("describe_network_acls"),
            all("describe_security_groups"),
            all("describe_vpc_endpoints"),
            all("describe_network_interfaces"),
            support("enableDnsSupport"),
            support("enableDnsHostnames"),
        ])
    }

    fn domain(&self) -> Resource {
        let Self {
            vpc,
            subnets,
            table,
        } = self;
        studio_domain().without("network").with(
            "existing_network",
            format!(
                r"{{
    vpc_id          = {vpc:?}
    subnet_ids      = {subnets:?}
    route_table_ids = [{table:?}]
  }}"
            ),
        )
    }
}

#[test]
fn a_network_of_others_is_left_as_it_was() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws();
    let given = Given::make(&aws);
    let (before, objects) = (given.look(&aws), census(&sandbox));
    let standing = Standing::of(&sandbox, &given.domain());
    assert_eq!(standing.state["vpc_id"], json!(given.vpc));
    let mut subnets = given.subnets.clone();
    subnets.sort();
    assert_eq!(standing.state["subnet_ids"], json!(subnets));
    assert_ne!(given.look(&aws), before);
    standing.project.destroy().succeeded();
    assert_eq!(given.look(&aws), before);
    assert_eq!(census(&sandbox), objects);
}

#[test]
fn a_network_with_endpoints_of_its_own_gets_no_more() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws();
    let given = Given::make(&aws);
    let (vpc, subnets) = (&given.vpc, &given.subnets);
    let made = aws.call(
        "ec2",
        "create_vpc_endpoint",
        &json!({
            "VpcEndpointType": "Interface", "VpcId": vpc, "SubnetIds": subnets,
            "ServiceName": "com.amazonaws.us-east-1.kms", "PrivateDnsEnabled": true,
        }),
    );
    let endpoint = text(&made["VpcEndpoint"]["VpcEndpointId"]);
    let (before, objects) = (given.look(&aws), census(&sandbox));
    let config = given.domain().with(
        "existing_network",
        format!(
            r"{{
    vpc_id          = {vpc:?}
    subnet_ids      = {subnets:?}
    has_endpoints   = true
    kms_endpoint_id = {endpoint:?}
  }}"
        ),
    );
    let standing = Standing::of(&sandbox, &config);
    let endpoints = &given.look(&aws)[5]["VpcEndpoints"];
    assert_eq!(endpoints.as_array().map(Vec::len), Some(1), "{endpoints}");
    let key = json!({"KeyId": standing.id("keys/data"), "PolicyName": "default"});
    let policy = aws.call("kms", "get_key_policy", &key);
    assert!(
        policy["Policy"]
            .as_str()
            .is_some_and(|policy| policy.contains(&endpoint))
    );
    standing.project.destroy().succeeded();
    assert_eq!(given.look(&aws), before);
    assert_eq!(census(&sandbox), objects);
}
