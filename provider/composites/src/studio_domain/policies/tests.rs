//! What the policies come to, asked of the evaluation that proofs use, and what the linter says of them.

use std::collections::BTreeSet;

use cloister_policy::{
    Document, Principal, Resources, Statement,
    access::{Attached, Caller, Outcome, Policies, Request},
    actions::Table,
    lint::{Bundle, EndpointType, Place, Placed, Severity, check},
};

use super::{
    Choice, Home, MOST_INLINE_CHARACTERS, MOST_MANAGED_CHARACTERS, characters,
    endpoints::{EndpointPolicies, EndpointService, MOST_CHARACTERS, SERVICES},
    guardrails::Guardrails,
    keys::{KeyPolicy, Purpose},
    persona_tests::request,
    personas::{Persona, Role},
    sign_in::{SignIn, is_private},
    trust,
};

pub(in crate::studio_domain) const ROLE: &str =
    "arn:aws:iam::111122223333:role/domain-data-scientist";
pub(super) const VOLUME_KEY: &str =
    "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555";
pub(super) const DATA_KEY: &str =
    "arn:aws:kms:eu-central-1:111122223333:key/66666666-7777-8888-9999-000000000000";
const LAKE_KEY: &str =
    "arn:aws:kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012";

pub(in crate::studio_domain) fn home() -> Home {
    Home {
        partition: "aws".to_owned(),
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).into()
}

/// As long as names get: three zones, two buckets, two ways to sign in.
pub(in crate::studio_domain) fn persona(role: Role) -> Persona {
    Persona {
        home: home(),
        role,
        passes: names([ROLE]),
        team: Some("team-a".to_owned()),
        vpc: "vpc-0123456789abcdef0".to_owned(),
        buckets: names(["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-models"]),
        keys: names([LAKE_KEY]),
        repositories: names(["arn:aws:ecr:eu-central-1:111122223333:repository/acme"]),
        parameters: Some("/team-a".to_owned()),
    }
}

pub(in crate::studio_domain) fn guardrails() -> Guardrails {
    Guardrails {
        home: home(),
        subnets: names([
            "subnet-0123456789abcdef0",
            "subnet-0123456789abcdef1",
            "subnet-0123456789abcdef2",
        ]),
        security_groups: names(["sg-0123456789abcdef0"]),
        volume_key: Some(VOLUME_KEY.to_owned()),
        output_key: Some(DATA_KEY.to_owned()),
        network_access: Choice::Denied,
        instance_types: names(["ml.t3.*", "ml.m5.*"]),
        jump_start: Choice::Denied,
        sign_in: SignIn {
            endpoints: names(["vpce-0123456789abcdef0"]),
            vpcs: names(["vpc-0123456789abcdef0"]),
            cidrs: names(["203.0.113.0/24"]),
        },
    }
}

fn keys() -> [KeyPolicy; 3] {
    let endpoints = names(["vpce-0123456789abcdef1"]);
    [Purpose::Home, Purpose::Volumes, Purpose::Data { endpoints }].map(|purpose| KeyPolicy {
        home: home(),
        purpose,
        administrators: names(["arn:aws:iam::111122223333:role/Admin"]),
        users: names([ROLE]),
    })
}

fn endpoint_policies(jump_start: Choice) -> EndpointPolicies {
    EndpointPolicies {
        home: home(),
        buckets: Vec::new(),
        jump_start,
    }
}

fn place_of(service: &EndpointService) -> Place {
    let kind = if service.is_gateway() {
        EndpointType::Gateway
    } else {
        EndpointType::Interface
    };
    Place::VpcEndpoint {
        id: None,
        service: None,
        endpoint_type: Some(kind),
    }
}

/// Every document there is, with the place where it is attached.
fn everything() -> Vec<(String, Place, Document)> {
    let identity = || Place::Identity {
        of: Some("persona".to_owned()),
    };
    let trust = || Place::Trust {
        role: Some("persona".to_owned()),
    };
    let delivery =
        trust::flow_log_delivery("arn:aws:logs:eu-central-1:111122223333:log-group:flows");
    let profiles = [("d-1".to_owned(), "ann".to_owned())];
    let sign_in = guardrails().sign_in.policy(&home(), &profiles);
    let mut found = vec![
        ("guardrails".to_owned(), identity(), guardrails().document()),
        ("trust".to_owned(), trust(), trust::sagemaker(&home())),
        ("flow logs".to_owned(), trust(), trust::flow_logs(&home())),
        ("delivery".to_owned(), identity(), delivery),
        ("sign-in".to_owned(), identity(), sign_in),
    ];
    for role in [Role::Default, Role::DataScientist, Role::MlOps] {
        let persona = persona(role);
        found.push((format!("{role:?}"), identity(), persona.document()));
    }
    for key in keys() {
        let name = format!("{:?}", key.purpose);
        found.push((name, Place::Key { name: None }, key.document()));
    }
    for service in &SERVICES {
        for choice in [Choice::Allowed, Choice::Denied] {
            let policy = endpoint_policies(choice).document(service.name);
            let policy = policy.expect("the service is known");
            found.push((service.name.to_owned(), place_of(service), policy));
        }
    }
    found
}

#[test]
fn the_linter_finds_no_mistake_in_any_policy() {
    for (name, place, document) in everything() {
        let bundle = Bundle {
            documents: vec![Placed {
                name: name.clone(),
                place,
                document: Ok(document),
            }],
            ..Bundle::default()
        };
        let findings = check(&bundle);
        let errors: Vec<_> = findings
            .iter()
            .filter(|it| it.severity == Severity::Error || !it.heuristic)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// A persona that has what every domain gives it, and nothing that is added.
fn plain(role: Role) -> Persona {
    Persona {
        team: None,
        keys: Vec::new(),
        repositories: Vec::new(),
        parameters: None,
        ..persona(role)
    }
}

#[test]
fn policies_are_as_short_as_aws_wants_them() {
    let guardrails = guardrails();
    let usual = Guardrails {
        network_access: Choice::Allowed,
        instance_types: Vec::new(),
        ..guardrails.clone()
    };
    assert!(characters(&guardrails.document()) < MOST_MANAGED_CHARACTERS);
    for role in [Role::Default, Role::DataScientist, Role::MlOps] {
        // What is left is for what the user adds.
        let most = characters(&persona(role).document());
        assert!(most < MOST_INLINE_CHARACTERS - 3000, "{role:?}: {most}");
        let all = characters(&plain(role).document()) + characters(&usual.document());
        assert!(all < MOST_INLINE_CHARACTERS, "{role:?}: {all}");
    }
    assert!(characters(&trust::sagemaker(&home())) < 2048);
    assert!(characters(&trust::flow_logs(&home())) < 2048);
    for key in keys() {
        assert!(key.document().to_string().len() < 32_768);
    }
    for service in &SERVICES {
        let policy = endpoint_policies(Choice::Allowed).document(service.name);
        assert!(policy.is_some_and(|policy| policy.to_string().len() < MOST_CHARACTERS));
    }
}

/// The endpoint that calls of a service go through.
fn endpoint_of(prefix: &str) -> Option<&str> {
    Some(match prefix {
        "cloudwatch" => "monitoring",
        "ecr" => "ecr.api",
        "sagemaker" => "sagemaker.api",
        // Passing a role is no call; interfaces are made by SageMaker.
        "iam" | "ec2" => return None,
        same => same,
    })
}

/// Whatever a persona may do passes the endpoint of the service, and nobody else's credentials or resources do.
#[test]
fn endpoints_let_personas_pass_and_nobody_else() {
    let everything = Statement::allow("").action("*").resource("*");
    let by_anyone = everything.clone().principal(Principal::anyone());
    let mut asked = 0;
    for role in [Role::Default, Role::DataScientist, Role::MlOps] {
        for statement in persona(role).document().statements {
            let Some(Resources::Resource(resources)) = &statement.resources else {
                panic!("{statement:?}")
            };
            let patterns = statement.actions.patterns().iter();
            for action in patterns.flat_map(|pattern| Table::builtin().expand(pattern)) {
                let Some(service) = endpoint_of(action.service().prefix()) else {
                    continue;
                };
                let policy = endpoint_policies(Choice::Denied).document(service);
                let endpoint = policy.map(|document| Attached::new("endpoint", document));
                let policies = Policies {
                    identity: vec![Attached::new("own", Document::of([everything.clone()]))],
                    resource: Some(Attached::new("any", Document::of([by_anyone.clone()]))),
                    endpoint,
                    ..Policies::default()
                };
                for resource in resources {
                    let resource = resource.replace(":*:", ":444455556666:").replace('*', "x");
                    let resource = if resource == "x" {
                        "*".to_owned()
                    } else {
                        resource
                    };
                    let passes = policies.decide(&request(&action.to_string(), &resource));
                    assert_eq!(passes.outcome, Outcome::Allowed, "{action} on {resource}");
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
}

#[test]
fn endpoints_refuse_other_accounts() {
    let check = |service: &str, request: Request, expected: Outcome| {
        let policy = endpoint_policies(Choice::Denied).document(service);
        let policy = policy.expect("the service is known");
        let everything = Statement::allow("").action("*").resource("*");
        let policies = Policies {
            identity: vec![Attached::new("own", Document::of([everything.clone()]))],
            // A bucket of another account may well allow it.
            resource: Some(Attached::new(
                "bucket",
                Document::of([everything.principal(Principal::anyone())]),
            )),
            endpoint: Some(Attached::new("endpoint", policy)),
            ..Policies::default()
        };
        assert_eq!(
            policies.decide(&request).outcome,
            expected,
            "{}",
            request.action
        );
    };
    let put = || request("s3:PutObject", "arn:aws:s3:::somewhere/x");
    let foreign = Caller::User(
        "arn:aws:iam::444455556666:user/eve"
            .parse()
            .expect("an ARN of the test"),
    );
    check("s3", put().owned_by("111122223333"), Outcome::Allowed);
    check("s3", put().owned_by("444455556666"), Outcome::ImplicitDeny);
    let foreign = Request {
        caller: foreign,
        ..put()
    };
    check(
        "s3",
        foreign.owned_by("111122223333"),
        Outcome::ImplicitDeny,
    );
    let layer = "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/x";
    check(
        "s3",
        request("s3:GetObject", layer).owned_by("444455556666"),
        Outcome::Allowed,
    );
    let hub = "arn:aws:sagemaker:eu-central-1:aws:hub-content/SageMakerPublicHub/Model/m";
    check(
        "sagemaker.api",
        request("sagemaker:DescribeHubContent", hub).owned_by("444455556666"),
        Outcome::ImplicitDeny,
    );
    let push = request(
        "ecr:PutImage",
        "arn:aws:ecr:eu-central-1:444455556666:repository/x",
    );
    check("ecr.api", push, Outcome::ImplicitDeny);
}

/// The patterns of the guardrails mean all actions that have a key, and no other.
#[test]
fn a_key_stands_beside_actions_that_have_it() {
    // Denied altogether, or with a network by its model only.
    let elsewhere = [
        "CreateCluster",
        "CreateDomain",
        "CreateLabelingJob",
        "CreateNotebookInstance",
        "UpdateCluster",
        "UpdateDomain",
        "UpdateNotebookInstance",
        "CreateUserProfile",
        "UpdateUserProfile",
    ];
    let sagemaker = Table::builtin()
        .service("sagemaker")
        .expect("it is in the table");
    let guardrails = guardrails().document();
    let actions_of = |sid: &str| {
        let mut statements = guardrails.statements.iter();
        let statement = statements.find(|it| it.sid.as_deref() == Some(sid));
        let patterns = statement
            .expect("the statement is there")
            .actions
            .patterns();
        let actions = patterns.iter().flat_map(|it| Table::builtin().expand(it));
        let names = actions.map(|action| action.name().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    for (sid, key, besides) in [
        (
            "DenyNoSubnets",
            "sagemaker:VpcSubnets",
            Some("CreateEndpointConfig"),
        ),
        ("DenyOtherSubnets", "sagemaker:VpcSubnets", None),
        ("DenyOtherGroups", "sagemaker:VpcSecurityGroupIds", None),
        ("DenyOtherVolumeKeys", "sagemaker:VolumeKmsKey", None),
        ("DenyOtherOutputKeys", "sagemaker:OutputKmsKey", None),
        (
            "DenyPlainTraffic",
            "sagemaker:InterContainerTrafficEncryption",
            None,
        ),
        (
            "DenyUnisolated",
            "sagemaker:NetworkIsolation",
            Some("CreateEndpointConfig"),
        ),
        ("DenyOtherInstances", "sagemaker:InstanceTypes", None),
        ("DenyRemoteSpaces", "sagemaker:RemoteAccess", None),
        ("DenyRemoteDebugging", "sagemaker:EnableRemoteDebug", None),
    ] {
        let carrying = sagemaker.actions().filter(|action| action.carries(key));
        let carrying = carrying.map(|action| action.name().to_owned());
        let expected: BTreeSet<String> = carrying
            .filter(|name| !elsewhere.contains(&name.as_str()) && Some(name.as_str()) != besides)
            .collect();
        assert_eq!(actions_of(sid), expected, "{sid}");
    }
}

#[test]
fn keys_are_used_by_personas_through_services_and_from_inside() {
    let [_, volumes, data] = keys();
    let check = |key: &KeyPolicy, request: &Request, expected: Outcome| {
        let everything = Statement::allow("").action("*").resource("*");
        let policies = Policies {
            identity: vec![Attached::new("own", Document::of([everything]))],
            resource: Some(Attached::new("key", key.document())),
            ..Policies::default()
        };
        let answer = policies.decide(request).outcome;
        assert_eq!(answer, expected, "{:?}: {request:?}", key.purpose);
    };
    let inside =
        |action: &str| request(action, DATA_KEY).with("aws:SourceVpce", "vpce-0123456789abcdef1");
    let outside = |action: &str| request(action, DATA_KEY);
    check(&data, &inside("kms:Decrypt"), Outcome::Allowed);
    check(&data, &outside("kms:Decrypt"), Outcome::ExplicitDeny);
    let through_s3 = outside("kms:GenerateDataKey").with("aws:ViaAWSService", "true");
    check(&data, &through_s3, Outcome::Allowed);
    check(&volumes, &outside("kms:Decrypt"), Outcome::Allowed);
    let grant = |for_service: &str| {
        outside("kms:CreateGrant").with("kms:GrantIsForAWSResource", for_service)
    };
    check(&volumes, &grant("true"), Outcome::Allowed);
    check(&volumes, &grant("false"), Outcome::ExplicitDeny);
    check(
        &volumes,
        &outside("kms:PutKeyPolicy"),
        Outcome::ExplicitDeny,
    );
    check(
        &volumes,
        &outside("kms:ScheduleKeyDeletion"),
        Outcome::ExplicitDeny,
    );
}

#[test]
fn requests_come_from_public_ranges_only() {
    let check = |range: &str, expected: bool| assert_eq!(is_private(range), expected, "{range}");
    check("10.1.0.0/16", true);
    check("172.16.0.0/12", true);
    check("192.168.1.1/32", true);
    check("203.0.113.0/24", false);
    check("2001:db8::/32", false);
    check("no range", false);
}
