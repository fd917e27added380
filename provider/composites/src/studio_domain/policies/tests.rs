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
    personas::{Persona, Role},
    sign_in::SignIn,
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

const APP: &str = "arn:aws:sagemaker:eu-central-1:111122223333:app/d-1/ann/JupyterLab/default";
const JOB: &str = "arn:aws:sagemaker:eu-central-1:111122223333:training-job/fraud";
const PROCESSING: &str = "arn:aws:sagemaker:eu-central-1:111122223333:processing-job/clean";
const PROFILE: &str = "arn:aws:sagemaker:eu-central-1:111122223333:user-profile/d-1/ann";
const DOMAIN: &str = "arn:aws:sagemaker:eu-central-1:111122223333:domain/d-1";
const PIPELINE: &str = "arn:aws:sagemaker:eu-central-1:111122223333:pipeline/daily";

/// A request of a persona's app, from inside the VPC.
fn request(action: &str, resource: &str) -> Request {
    let role = ROLE.parse().expect("an ARN of the test");
    let caller = Caller::Role {
        role,
        session: None,
    };
    Request::new(caller, action, resource)
        .with("aws:SourceVpc", "vpc-0123456789abcdef0")
        .with("sagemaker:DomainId", "d-1")
        .with("sagemaker:UserProfileName", "ann")
}

/// A job as the guardrails want it.
fn good_job(action: &str, resource: &str) -> Request {
    request(action, resource)
        .with("aws:RequestTag/team", "team-a")
        .with("sagemaker:VpcSubnets", "subnet-0123456789abcdef1")
        .with("sagemaker:VpcSecurityGroupIds", "sg-0123456789abcdef0")
        .with("sagemaker:VolumeKmsKey", VOLUME_KEY)
        .with("sagemaker:OutputKmsKey", DATA_KEY)
        .with("sagemaker:InterContainerTrafficEncryption", "true")
        .with("sagemaker:NetworkIsolation", "true")
        .with("sagemaker:InstanceTypes", "ml.m5.large")
}

fn policies_of(role: Role) -> Policies {
    Policies {
        identity: vec![
            Attached::new("own", persona(role).document()),
            Attached::new("guardrails", guardrails().document()),
        ],
        ..Policies::default()
    }
}

/// What the workshops mean their personas to do, by the row that says so, and what each is answered: as the default
/// role, as a data scientist, as an engineer.
#[test]
fn personas_do_what_the_systems_mean_them_to_do_and_no_more() {
    use Outcome::{Allowed as Yes, ExplicitDeny as Never, ImplicitDeny as No};
    let check = |row: &str, request: Request, expected: [Outcome; 3]| {
        let roles = [Role::Default, Role::DataScientist, Role::MlOps];
        let answers = roles.map(|role| policies_of(role).decide(&request).outcome);
        assert_eq!(
            answers, expected,
            "{row}: {} on {}",
            request.action, request.resource
        );
    };
    let own_app =
        |action: &str| request(action, APP).with("sagemaker:OwnerUserProfileArn", PROFILE);
    let foreign_app = |action: &str| {
        request(action, APP).with(
            "sagemaker:OwnerUserProfileArn",
            PROFILE.replace("ann", "bob"),
        )
    };
    let job = |action: &str| good_job(action, JOB);
    let of_team = |action: &str, resource: &str, team: &str| {
        request(action, resource).with("aws:ResourceTag/team", team)
    };
    let passing = |role: &str, service: &str| {
        request("iam:PassRole", role).with("iam:PassedToService", service)
    };
    let ids = "arn:aws:iam::111122223333:role/other";
    for (row, request, expected) in [
        (
            "ReadOnly, Describe*",
            request("sagemaker:DescribeDomain", DOMAIN),
            [Yes, Yes, Yes],
        ),
        (
            "ReadOnly, List*",
            request("sagemaker:ListDomains", "*"),
            [Yes, Yes, Yes],
        ),
        (
            "ReadOnly, Search",
            request("sagemaker:Search", "*"),
            [Yes, Yes, Yes],
        ),
        // `*App` let who should only read create and delete apps, anybody's.
        (
            "ReadOnly, *App",
            own_app("sagemaker:CreateApp"),
            [No, Yes, Yes],
        ),
        (
            "ReadOnly, *App",
            own_app("sagemaker:DeleteApp"),
            [No, Yes, Yes],
        ),
        (
            "StudioDeveloper, CreateApp",
            foreign_app("sagemaker:CreateApp"),
            [No, No, No],
        ),
        (
            "StudioDataScience, DeleteApp",
            foreign_app("sagemaker:DeleteApp"),
            [No, No, No],
        ),
        (
            "DeniedServices",
            request("sagemaker:DeleteDomain", DOMAIN),
            [Never; 3],
        ),
        (
            "DeniedServices",
            request("sagemaker:CreateUserProfile", PROFILE),
            [Never; 3],
        ),
        (
            "DeniedServices",
            request("sagemaker:DeleteUserProfile", PROFILE),
            [Never; 3],
        ),
        (
            "DeniedServices",
            request("sagemaker:CreateNotebookInstance", "*"),
            [Never; 3],
        ),
        (
            "StudioDataScience, jobs",
            job("sagemaker:CreateTrainingJob"),
            [No, Yes, Yes],
        ),
        (
            "StudioDataScience, jobs",
            good_job("sagemaker:CreateProcessingJob", PROCESSING),
            [No, Yes, Yes],
        ),
        (
            "StudioDataScience, jobs",
            of_team("sagemaker:StopTrainingJob", JOB, "team-a"),
            [No, Yes, Yes],
        ),
        (
            "lab 2, 7c",
            of_team("sagemaker:StopTrainingJob", JOB, "team-b"),
            [No, No, No],
        ),
        (
            "lab 2, 7c",
            of_team("sagemaker:DescribeTrainingJob", JOB, "team-b"),
            [Yes, Never, Never],
        ),
        (
            "lab 2, 7c",
            of_team("sagemaker:DescribeProcessingJob", PROCESSING, "team-a"),
            [Yes, Yes, Yes],
        ),
        (
            "lab 2, 7b: no tag",
            no_tag(job("sagemaker:CreateTrainingJob")),
            [No, No, No],
        ),
        (
            "lab 2, 7b: other tag",
            job("sagemaker:CreateTrainingJob").with("aws:RequestTag/team", "team-b"),
            [No, No, No],
        ),
        // Whoever finds something untagged must not claim it.
        (
            "TagBasedResourceIsolation",
            request("sagemaker:AddTags", JOB)
                .with("aws:RequestTag/team", "team-a")
                .with("aws:TagKeys", "team"),
            [No, No, No],
        ),
        (
            "lab 2, 7a",
            of_team("sagemaker:AddTags", JOB, "team-a").with("aws:TagKeys", "purpose"),
            [No, Yes, Yes],
        ),
        (
            "lab 2, 7a",
            of_team("sagemaker:AddTags", JOB, "team-a")
                .with("aws:RequestTag/team", "team-b")
                .with("aws:TagKeys", "team"),
            [No, No, No],
        ),
        (
            "StudioDeveloper, AddTags",
            request("sagemaker:AddTags", JOB)
                .with("sagemaker:TaggingAction", "CreateTrainingJob")
                .with("aws:RequestTag/team", "team-a")
                .with("aws:TagKeys", "team"),
            [No, Yes, Yes],
        ),
        (
            "lab 3, 7: no network",
            without(job("sagemaker:CreateTrainingJob"), "sagemaker:VpcSubnets"),
            [Never; 3],
        ),
        (
            "lab 3, 8: foreign subnet",
            job("sagemaker:CreateTrainingJob").with("sagemaker:VpcSubnets", "subnet-9"),
            [Never; 3],
        ),
        (
            "lab 2, 1: no volume key",
            without(job("sagemaker:CreateTrainingJob"), "sagemaker:VolumeKmsKey"),
            [Never; 3],
        ),
        (
            "lab 2, 1: other volume key",
            job("sagemaker:CreateTrainingJob").with("sagemaker:VolumeKmsKey", DATA_KEY),
            [Never; 3],
        ),
        (
            "v1 of C, plain traffic",
            job("sagemaker:CreateTrainingJob")
                .with("sagemaker:InterContainerTrafficEncryption", "false"),
            [Never; 3],
        ),
        (
            "StudioDataScience, experiments",
            request(
                "sagemaker:CreateTrialComponent",
                "arn:aws:sagemaker:eu-central-1:111122223333:experiment-trial-component/t",
            ),
            [No, Yes, Yes],
        ),
        (
            "StudioMLOps, pipelines",
            request("sagemaker:CreatePipeline", PIPELINE).with("aws:RequestTag/team", "team-a"),
            [No, No, Yes],
        ),
        (
            "StudioMLOps, pipelines",
            of_team("sagemaker:StartPipelineExecution", PIPELINE, "team-a"),
            [No, No, Yes],
        ),
        (
            "StudioMLOps, monitoring",
            good_job(
                "sagemaker:CreateMonitoringSchedule",
                "arn:aws:sagemaker:eu-central-1:111122223333:monitoring-schedule/m",
            ),
            [No, No, Yes],
        ),
        (
            "StudioMLOps, endpoints",
            of_team(
                "sagemaker:DeleteEndpoint",
                "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/e",
                "team-a",
            ),
            [No, No, Yes],
        ),
        (
            "StudioDeveloper, InvokeEndpoint",
            request(
                "sagemaker:InvokeEndpoint",
                "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/e",
            ),
            [No, Yes, Yes],
        ),
        (
            "lab 1, 7d: service catalog",
            request("servicecatalog:SearchProducts", "*"),
            [No, No, Yes],
        ),
        (
            "lab 1, 7a: own parameter",
            request(
                "ssm:GetParameter",
                "arn:aws:ssm:eu-central-1:111122223333:parameter/team-a/x",
            ),
            [Yes, Yes, Yes],
        ),
        (
            "lab 1, 7a: all parameters",
            request("ssm:DescribeParameters", "*"),
            [No, No, No],
        ),
        (
            "lab 1, 7e: own role",
            passing(ROLE, "sagemaker.amazonaws.com"),
            [No, Yes, Yes],
        ),
        (
            "lab 1, 7e: other role",
            passing(ids, "sagemaker.amazonaws.com"),
            [No, No, No],
        ),
        (
            "lab 1, 7e: other service",
            passing(ROLE, "lambda.amazonaws.com"),
            [No, No, No],
        ),
        (
            "lab 2, 6: own bucket",
            request("s3:ListBucket", "arn:aws:s3:::acme-data"),
            [No, Yes, Yes],
        ),
        (
            "lab 2, 6: other bucket",
            request("s3:ListBucket", "arn:aws:s3:::other"),
            [No, No, No],
        ),
        (
            "lab 2, 6: all buckets",
            request("s3:ListAllMyBuckets", "*"),
            [No, No, No],
        ),
        (
            "lab 2, 6: make bucket",
            request("s3:CreateBucket", "arn:aws:s3:::sagemaker-new"),
            [No, No, No],
        ),
        // The action knows no resource, which an ARN did not match.
        (
            "ECRAccess of B",
            request("ecr:GetAuthorizationToken", "*"),
            [No, Yes, Yes],
        ),
        (
            "lab 3, 1: logs",
            request(
                "logs:GetLogEvents",
                "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/sagemaker/studio:log-stream:d-1/ann",
            ),
            [No, Yes, Yes],
        ),
        (
            "SupportingServices, logs",
            request("logs:PutResourcePolicy", "*"),
            [No, No, No],
        ),
        (
            "lab 1, 6b: sign-in",
            request("sagemaker:CreatePresignedDomainUrl", PROFILE),
            [No, No, No],
        ),
        (
            "lab 1, 6b: from elsewhere",
            request("sagemaker:CreatePresignedDomainUrl", PROFILE).with("aws:SourceVpc", "vpc-9"),
            [Never; 3],
        ),
    ] {
        check(row, request, expected);
    }
}

fn without(mut request: Request, key: &str) -> Request {
    request.context.set(key, [""; 0]);
    request
}

fn no_tag(request: Request) -> Request {
    without(request, "aws:RequestTag/team")
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
