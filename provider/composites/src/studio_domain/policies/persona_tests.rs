//! What the workshops mean their personas to do, by the row that says so, and what each is answered: as the default
//! role, as a data scientist, as an engineer.

use cloister_policy::access::{
    Attached, Caller, Outcome,
    Outcome::{Allowed as Yes, ExplicitDeny as Never, ImplicitDeny as No},
    Policies, Request,
};

use super::{
    personas::Role,
    tests::{DATA_KEY, ROLE, VOLUME_KEY, guardrails, persona},
};

const APP: &str = "arn:aws:sagemaker:eu-central-1:111122223333:app/d-1/ann/JupyterLab/default";
const JOB: &str = "arn:aws:sagemaker:eu-central-1:111122223333:training-job/fraud";
const PROCESSING: &str = "arn:aws:sagemaker:eu-central-1:111122223333:processing-job/clean";
const PROFILE: &str = "arn:aws:sagemaker:eu-central-1:111122223333:user-profile/d-1/ann";
const DOMAIN: &str = "arn:aws:sagemaker:eu-central-1:111122223333:domain/d-1";
const OTHER_ROLE: &str = "arn:aws:iam::111122223333:role/other";
const PIPELINE: &str = "arn:aws:sagemaker:eu-central-1:111122223333:pipeline/daily";

/// A request of a persona's app, from inside the VPC.
pub(super) fn request(action: &str, resource: &str) -> Request {
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

type Row = (&'static str, Request, [Outcome; 3]);

fn check(rows: Vec<Row>) {
    for (row, request, expected) in rows {
        let roles = [Role::Default, Role::DataScientist, Role::MlOps];
        let answers = roles.map(|role| policies_of(role).decide(&request).outcome);
        assert_eq!(
            answers, expected,
            "{row}: {} on {}",
            request.action, request.resource
        );
    }
}

fn own_app(action: &str) -> Request {
    request(action, APP).with("sagemaker:OwnerUserProfileArn", PROFILE)
}

fn foreign_app(action: &str) -> Request {
    request(action, APP).with(
        "sagemaker:OwnerUserProfileArn",
        PROFILE.replace("ann", "bob"),
    )
}

fn job(action: &str) -> Request {
    good_job(action, JOB)
}

fn of_team(action: &str, resource: &str, team: &str) -> Request {
    request(action, resource).with("aws:ResourceTag/team", team)
}

fn passing(role: &str, service: &str) -> Request {
    request("iam:PassRole", role).with("iam:PassedToService", service)
}

fn without(mut request: Request, key: &str) -> Request {
    request.context.set(key, [""; 0]);
    request
}

fn no_tag(request: Request) -> Request {
    without(request, "aws:RequestTag/team")
}

#[test]
fn everybody_looks_and_nobody_administers() {
    check(vec![
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
            "lab 1, 7d: service catalog",
            request("servicecatalog:SearchProducts", "*"),
            [No, No, Yes],
        ),
        (
            "lab 1, 7e: own role",
            passing(ROLE, "sagemaker.amazonaws.com"),
            [No, Yes, Yes],
        ),
        (
            "lab 1, 7e: other role",
            passing(OTHER_ROLE, "sagemaker.amazonaws.com"),
            [No, No, No],
        ),
        (
            "lab 1, 7e: other service",
            passing(ROLE, "lambda.amazonaws.com"),
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
    ]);
}

#[test]
fn apps_are_their_owners() {
    check(vec![
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
    ]);
}

#[test]
fn teams_keep_to_themselves() {
    check(vec![
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
    ]);
}

#[test]
fn jobs_run_as_the_guardrails_want_them() {
    check(vec![
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
    ]);
}

#[test]
fn work_is_what_the_persona_is_for() {
    check(vec![
        (
            "StudioDataScience, jobs",
            of_team("sagemaker:StopTrainingJob", JOB, "team-a"),
            [No, Yes, Yes],
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
    ]);
}

#[test]
fn data_is_in_named_places_only() {
    check(vec![
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
    ]);
}
