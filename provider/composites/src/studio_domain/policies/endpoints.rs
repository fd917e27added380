//! What passes the domain's VPC endpoints: the account's principals, to what is the account's, and the few things of
//! AWS's own that Studio cannot do without.
//!
//! Which of its actions somebody may do is for their own policies: an endpoint narrower than the personas behind it
//! would only puzzle them. What it adds is that nobody else's credentials, and nobody else's resources, can be used
//! from inside. `Principal` is `*`, as gateway endpoints demand, and a condition says whose.
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>

use cloister_policy::{Document, Operator, Principal, Statement};

use super::{Choice, Home, guardrails::JUMP_START_BUCKETS};

/// Characters of an endpoint's policy.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
pub const MOST_CHARACTERS: usize = 20_480;

/// A service that can have an endpoint in the VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointService {
    /// Without region: `sagemaker.api`.
    pub name: &'static str,
    pub by_default: bool,
    pass: Pass,
}

/// What a policy lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// These actions, by the account's principals, on the account's resources.
    Own(&'static [&'static str]),
    /// Images: the account's own ones wholly, and the pulling of others'.
    Images,
    Objects,
    /// The API of SageMaker.
    SageMaker,
    /// The page of Studio, which a browser asks for that has no credentials.
    Studio,
    /// Tokens for `CodeArtifact` come from another service.
    Packages,
}

const fn usual(name: &'static str, pass: Pass) -> EndpointService {
    EndpointService {
        name,
        by_default: true,
        pass,
    }
}

const fn optional(name: &'static str, pass: Pass) -> EndpointService {
    EndpointService {
        name,
        by_default: false,
        pass,
    }
}

/// The services that the policies below are for, in the order of the alphabet. Others have AWS's policy, which lets
/// everything pass.
pub static SERVICES: [EndpointService; 25] = [
    optional("bedrock-runtime", Pass::Own(&["bedrock:*"])),
    optional("codeartifact.api", Pass::Packages),
    optional("codeartifact.repositories", Pass::Packages),
    optional("codebuild", Pass::Own(&["codebuild:*"])),
    optional("codecommit", Pass::Own(&["codecommit:*"])),
    optional("codepipeline", Pass::Own(&["codepipeline:*"])),
    optional("ec2", Pass::Own(&["ec2:*"])),
    usual("ecr.api", Pass::Images),
    usual("ecr.dkr", Pass::Images),
    optional("elasticfilesystem", Pass::Own(&["elasticfilesystem:*"])),
    optional("events", Pass::Own(&["events:*"])),
    optional("git-codecommit", Pass::Own(&["codecommit:*"])),
    usual("kms", Pass::Own(&["kms:*"])),
    usual("logs", Pass::Own(&["logs:*"])),
    usual("monitoring", Pass::Own(&["cloudwatch:*"])),
    optional("notebook", Pass::Studio),
    usual("s3", Pass::Objects),
    usual("sagemaker.api", Pass::SageMaker),
    optional(
        "sagemaker.featurestore-runtime",
        Pass::Own(&[
            "sagemaker:BatchGetRecord",
            "sagemaker:DeleteRecord",
            "sagemaker:GetRecord",
            "sagemaker:PutRecord",
        ]),
    ),
    usual(
        "sagemaker.runtime",
        Pass::Own(&["sagemaker:InvokeEndpoint*"]),
    ),
    optional("secretsmanager", Pass::Own(&["secretsmanager:*"])),
    usual("servicecatalog", Pass::Own(&["servicecatalog:*"])),
    usual("ssm", Pass::Own(&["ssm:*"])),
    usual("sts", Pass::Own(&["sts:*"])),
    usual("studio", Pass::Studio),
];

impl EndpointService {
    /// The service of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.name == name)
    }

    /// Those that a domain has unless it says otherwise.
    pub fn defaults() -> impl Iterator<Item = &'static Self> {
        SERVICES.iter().filter(|service| service.by_default)
    }

    /// Whether it is reached by routes; the others have interfaces.
    pub fn is_gateway(&self) -> bool {
        self.name == "s3"
    }
}

/// The name of an endpoint's service in full, as AWS has it.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html>
pub fn service_name(home: &Home, name: &str) -> String {
    let region = &home.region;
    match name {
        "studio" | "notebook" => format!("aws.sagemaker.{region}.{name}"),
        _ => format!("com.amazonaws.{region}.{name}"),
    }
}

/// Whose endpoints they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointPolicies {
    pub home: Home,
    /// ARNs of the only buckets that can be reached; none means all of the account's.
    pub buckets: Vec<String>,
    pub jump_start: Choice,
}

impl EndpointPolicies {
    /// The policy of the endpoint of a service; `None` for AWS's own, where the service is not known here.
    pub fn document(&self, service: &str) -> Option<Document> {
        let service = EndpointService::named(service)?;
        Some(Document::of(match service.pass {
            Pass::Own(actions) => vec![self.own(actions)],
            Pass::Images => vec![self.own(&["ecr:*"]), self.images_of_others()],
            Pass::Objects => self.objects(),
            Pass::SageMaker => self.sagemaker(),
            Pass::Studio => vec![self.studio()],
            Pass::Packages => vec![self.own(&["codeartifact:*", "sts:GetServiceBearerToken"])],
        }))
    }

    /// The account's principals on the account's resources.
    fn own(&self, actions: &[&str]) -> Statement {
        self.of_our_principals("AllowOwn", actions)
            .resource("*")
            .when(
                Operator::StringEquals,
                "aws:ResourceAccount",
                [self.home.account.clone()],
            )
    }

    fn of_our_principals(&self, sid: &str, actions: &[&str]) -> Statement {
        let statement = of_anyone(sid, actions);
        statement.when(
            Operator::StringEquals,
            "aws:PrincipalAccount",
            [self.home.account.clone()],
        )
    }

    fn images_of_others(&self) -> Statement {
        let Home {
            partition, region, ..
        } = &self.home;
        self.of_our_principals(
            "AllowPulling",
            &[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
        )
        .resource(format!("arn:{partition}:ecr:{region}:*:repository/*"))
    }

    fn objects(&self) -> Vec<Statement> {
        let mut own = self.own(&["s3:*"]);
        if !self.buckets.is_empty() {
            let objects = self.buckets.iter().map(|bucket| format!("{bucket}/*"));
            own.resources = None;
            own = own.resources(self.buckets.clone()).resources(objects);
        }
        // The registry signs the address of a layer itself: whoever has it, has it from there.
        let layers = format!("prod-{}-starport-layer-bucket/*", self.home.region);
        let mut statements = vec![
            own,
            of_anyone("AllowImageLayers", &["s3:GetObject"]).resource(self.home.s3(&layers)),
        ];
        if self.jump_start == Choice::Allowed {
            let buckets = JUMP_START_BUCKETS.map(|bucket| self.home.s3(bucket));
            let objects = JUMP_START_BUCKETS.map(|bucket| self.home.s3(&format!("{bucket}/*")));
            let statement = of_anyone("AllowJumpStart", &["s3:GetObject*", "s3:ListBucket"]);
            statements.push(statement.resources(buckets).resources(objects));
        }
        statements
    }

    fn sagemaker(&self) -> Vec<Statement> {
        let mut statements = vec![self.own(&["sagemaker:*"])];
        if self.jump_start == Choice::Allowed {
            let Home {
                partition, region, ..
            } = &self.home;
            let hub = format!("arn:{partition}:sagemaker:{region}:aws");
            let statement = self.of_our_principals(
                "AllowPublicHub",
                &[
                    "sagemaker:CreateHubContentPresignedUrls",
                    "sagemaker:DescribeHub",
                    "sagemaker:DescribeHubContent",
                    "sagemaker:ListHubContentVersions",
                    "sagemaker:ListHubContents",
                ],
            );
            statements.push(
                statement.resources([format!("{hub}:hub/*"), format!("{hub}:hub-content/*")]),
            );
        }
        statements
    }

    /// The sign-in itself, which has credentials, is a call of the API and goes through another endpoint.
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/studio-interface-endpoint.html>
    fn studio(&self) -> Statement {
        of_anyone("AllowOwnDomains", &["sagemaker:*"]).resource(self.home.arn("sagemaker", "*"))
    }
}

fn of_anyone(sid: &str, actions: &[&str]) -> Statement {
    Statement::allow(sid)
        .principal(Principal::anyone())
        .actions(actions.iter().copied())
}
