//! The lab of a Studio domain: full marks for what the provider built, and for each mistake that somebody makes the
//! points of what it breaks, no more and no less.

use cloister_tests::rig::{Aws, Outputs, Project, Sandbox};
use serde_json::{Value, json};

use crate::quickstart;

const LAB: &str = "studio-domain";

/// An applied quickstart, and somebody who meddles.
struct Scene<'a> {
    aws: Aws<'a>,
    outputs: Outputs,
}

/// Something that somebody does behind Terraform's back.
struct Mistake {
    what: &'static str,
    make: fn(&Scene<'_>),
    /// The steps that do not pass until `terraform apply` has put it right.
    costs: &'static [&'static str],
}

/// In an order: what was recorded is lost with the flow log.
const MISTAKES: [Mistake; 13] = [
    Mistake {
        what: "a policy of AWS's that allows everything in SageMaker, and the passing of any role",
        make: attach_full_access,
        costs: &["data-scientist-role", "pass-role-refused"],
    },
    Mistake {
        what: "the right to pass any role",
        make: |scene| scene.allow("iam:PassRole"),
        costs: &["pass-role-refused"],
    },
    Mistake {
        what: "everything of SageMaker allowed, and the guardrails taken away",
        make: |scene| {
            scene.allow("sagemaker:*");
            detach_guardrails(scene);
        },
        costs: &["administration-denied"],
    },
    Mistake {
        what: "a key that does not rotate",
        make: |scene| {
            let key = json!({"KeyId": &scene.outputs["home_key_arn"]});
            scene.aws.call("kms", "disable_key_rotation", &key);
        },
        costs: &["home-key"],
    },
    Mistake {
        what: "a key for everybody",
        make: open_data_key,
        costs: &["data-key"],
    },
    Mistake {
        what: "an endpoint deleted",
        make: delete_endpoint,
        costs: &["endpoints-stand"],
    },
    Mistake {
        what: "a default route to the internet",
        make: lead_to_the_internet,
        costs: &["network-closed"],
    },
    Mistake {
        what: "a group open to the world",
        make: |scene| {
            let world = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
            scene.on_group("authorize_security_group_ingress", &world);
        },
        costs: &["nothing-let-in"],
    },
    Mistake {
        what: "a group that lets out whatever wants to",
        make: |scene| {
            let world = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
            scene.on_group("authorize_security_group_egress", &world);
        },
        costs: &["nothing-let-out"],
    },
    Mistake {
        what: "a domain with the internet",
        make: |scene| {
            scene.on_domain(
                "update_domain",
                json!({"AppNetworkAccessType": "PublicInternetOnly"}),
            );
        },
        costs: &["domain-configured"],
    },
    Mistake {
        what: "a profile with another persona's role",
        make: |scene| {
            let settings = json!({"ExecutionRole": &scene.outputs["mlops_role_arn"]});
            let parameters = json!({"UserProfileName": "ada", "UserSettings": settings});
            scene.on_domain("update_user_profile", parameters);
        },
        costs: &["data-scientist-profile"],
    },
    Mistake {
        what: "a profile with another team's tag",
        make: |scene| {
            let tag = json!({"Key": "team", "Value": "team-b"});
            let parameters =
                json!({"ResourceArn": &scene.outputs["data_scientist_profile_arn"], "Tags": [tag]});
            scene.aws.call("sagemaker", "add_tags", &parameters);
        },
        costs: &["data-scientist-profile"],
    },
    Mistake {
        what: "the flow log deleted, with all that it would have shown",
        make: |scene| {
            let ids = json!({"FlowLogIds": [&scene.outputs["flow_log_id"]]});
            scene.aws.call("ec2", "delete_flow_logs", &ids);
        },
        costs: &[
            "flow-log-complete",
            "home-mounted",
            "endpoint-answered",
            "internet-unanswered",
        ],
    },
];

impl Scene<'_> {
    /// Gives the data scientist's role one more policy.
    fn allow(&self, action: &str) {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": statement});
        let role = role_name(&self.outputs["data_scientist_role_arn"]);
        let parameters = json!({"RoleName": role, "PolicyName": "for-a-moment",
            "PolicyDocument": policy.to_string()});
        self.aws.call("iam", "put_role_policy", &parameters);
    }

    /// Adds a rule to the group of users' apps.
    fn on_group(&self, operation: &str, permission: &Value) {
        let group = &self.outputs["security_group_id"];
        let parameters = json!({"GroupId": group, "IpPermissions": [permission]});
        self.aws.call("ec2", operation, &parameters);
    }

    /// Makes a call about the domain.
    fn on_domain(&self, operation: &str, mut parameters: Value) {
        parameters["DomainId"] = json!(&self.outputs["domain_id"]);
        self.aws.call("sagemaker", operation, &parameters);
    }

    /// What EC2 describes in the domain's network.
    fn within(&self, operation: &str, filter: &str) -> Value {
        let filter = json!({"Name": filter, "Values": [&self.outputs["vpc_id"]]});
        let parameters = json!({"Filters": [filter]});
        self.aws.call("ec2", operation, &parameters)
    }
}

#[test]
fn what_the_provider_built_has_full_marks_and_each_mistake_costs_its_points() {
    let sandbox = Sandbox::start();
    let project = quickstart::applied(&sandbox);
    let outputs = project.outputs();
    quickstart::play(&project, &outputs);
    assert_eq!(lost(&project), Vec::<String>::new());

    let scene = Scene {
        aws: sandbox.aws(),
        outputs,
    };
    for Mistake { what, make, costs } in MISTAKES {
        make(&scene);
        assert_eq!(lost(&project), costs, "{what}");
        project.apply().succeeded();
        close_the_way_out(&scene);
    }
    project.plans_nothing();
}

/// A history of many pages, each of which leads to the next.
#[test]
fn the_event_history_shows_what_the_lab_asks_of_a_trail() {
    let sandbox = Sandbox::start();
    let project = quickstart::applied(&sandbox);
    quickstart::play(&project, &project.outputs());
    let patient = ["--lookup-events", "--delivery-lag", "1s", "--wait", "30s"];
    let (outcome, verdicts) = quickstart::judged(&project, LAB, &patient);
    assert_eq!(outcome.code, 0, "{verdicts:?}");
}

#[test]
fn a_domain_that_nobody_used_shows_how_it_is_made_and_no_more() {
    let sandbox = Sandbox::start();
    let project = quickstart::applied(&sandbox);
    assert_eq!(
        lost(&project),
        [
            "studio-opened",
            "app-started",
            "domain-described",
            "profile-refused",
            "administration-refused",
            "home-mounted",
            "endpoint-answered",
            "internet-unanswered",
        ]
    );
}

/// The steps that do not pass.
#[track_caller]
fn lost(project: &Project<'_>) -> Vec<String> {
    let patient = ["--delivery-lag", "1s", "--wait", "20s"];
    let (_, verdicts) = quickstart::graded(project, LAB, &patient);
    let lost = verdicts
        .iter()
        .filter_map(|verdict| verdict.split_once(": "))
        .filter(|(_, verdict)| *verdict != "pass");
    lost.map(|(step, _)| step.to_owned()).collect()
}

fn role_name(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}

fn attach_full_access(scene: &Scene<'_>) {
    let role = role_name(&scene.outputs["data_scientist_role_arn"]);
    let policy = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess";
    let parameters = json!({"RoleName": role, "PolicyArn": policy});
    scene.aws.call("iam", "attach_role_policy", &parameters);
}

fn detach_guardrails(scene: &Scene<'_>) {
    let role = role_name(&scene.outputs["data_scientist_role_arn"]);
    let mut parameters = json!({"RoleName": role});
    let attached = scene
        .aws
        .call("iam", "list_attached_role_policies", &parameters);
    parameters["PolicyArn"] = attached["AttachedPolicies"][0]["PolicyArn"].clone();
    scene.aws.call("iam", "detach_role_policy", &parameters);
}

fn open_data_key(scene: &Scene<'_>) {
    let mut parameters = json!({"KeyId": &scene.outputs["data_key_arn"], "PolicyName": "default"});
    let answer = scene.aws.call("kms", "get_key_policy", &parameters);
    let text = answer["Policy"].as_str().expect("a key has a policy");
    let mut policy: Value = serde_json::from_str(text).expect("a policy is JSON");
    let open =
        json!({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"});
    policy["Statement"]
        .as_array_mut()
        .expect("a policy has statements")
        .push(open);
    parameters["Policy"] = json!(policy.to_string());
    scene.aws.call("kms", "put_key_policy", &parameters);
}

fn delete_endpoint(scene: &Scene<'_>) {
    let found = scene.within("describe_vpc_endpoints", "vpc-id");
    let endpoints = found["VpcEndpoints"].as_array().into_iter().flatten();
    let ids: Vec<&Value> = endpoints
        .filter(|endpoint| endpoint["ServiceName"] == "com.amazonaws.us-east-1.ssm")
        .map(|endpoint| &endpoint["VpcEndpointId"])
        .collect();
    assert_eq!(ids.len(), 1, "{found}");
    let parameters = json!({"VpcEndpointIds": ids});
    scene.aws.call("ec2", "delete_vpc_endpoints", &parameters);
}

fn lead_to_the_internet(scene: &Scene<'_>) {
    let made = scene.aws.call("ec2", "create_internet_gateway", &json!({}));
    let gateway = &made["InternetGateway"]["InternetGatewayId"];
    let attached = json!({"InternetGatewayId": gateway, "VpcId": &scene.outputs["vpc_id"]});
    scene.aws.call("ec2", "attach_internet_gateway", &attached);
    let subnet = &scene.outputs.list("subnet_ids")[0];
    let of_subnet = json!({"Filters": [{"Name": "association.subnet-id", "Values": [subnet]}]});
    let tables = scene.aws.call("ec2", "describe_route_tables", &of_subnet);
    let route = json!({"RouteTableId": tables["RouteTables"][0]["RouteTableId"],
        "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway});
    scene.aws.call("ec2", "create_route", &route);
}

/// A gateway of somebody else's is no part of the domain: Terraform takes the route away, and leaves the gateway.
fn close_the_way_out(scene: &Scene<'_>) {
    let found = scene.within("describe_internet_gateways", "attachment.vpc-id");
    for gateway in found["InternetGateways"].as_array().into_iter().flatten() {
        let parameters = json!({"InternetGatewayId": gateway["InternetGatewayId"],
            "VpcId": &scene.outputs["vpc_id"]});
        scene
            .aws
            .call("ec2", "detach_internet_gateway", &parameters);
    }
}
