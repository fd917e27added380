//! What each persona may do: its own apps, its team's jobs and models, the domain's data and keys. Nothing else.

use cloister_policy::{Document, Operator, QualifiedOperator, Statement};

use super::{
    Home,
    actions::{
        CATALOG, CHANGE_DEPLOYMENTS, CHANGE_JOBS, CHANGE_MODELS, EXPERIMENTS, INVOKE, LOOK,
        LOOK_AT_JOBS, MAKE_DEPLOYMENTS, MAKE_JOBS, MAKE_MODELS, MODEL_VERSIONS, RUN_DEPLOYMENTS,
    },
};

/// The tag by which teams are told apart, on roles and on what they make.
pub const TEAM_TAG: &str = "team";
pub(crate) const OF_REQUEST: &str = "aws:RequestTag/team";
pub(crate) const OF_RESOURCE: &str = "aws:ResourceTag/team";

/// The profile that an app belongs to. SageMaker says so in the requests of its apps.
const OWN_PROFILE: &str = "user-profile/${sagemaker:DomainId}/${sagemaker:UserProfileName}";

/// What somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Who has been given nothing yet: looks, and has no data.
    Default,
    /// Explores data and trains models.
    DataScientist,
    /// Deploys, monitors and automates, too.
    MlOps,
}

/// A role of the domain, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    pub home: Home,
    pub role: Role,
    /// The ARNs of the roles that it may pass to jobs and models: as a rule its own.
    pub passes: Vec<String>,
    /// The team that what it makes is tagged with; other teams' is out of reach. `None` tells no teams apart.
    pub team: Option<String>,
    /// Jobs have network interfaces here.
    pub vpc: String,
    /// ARNs of buckets that it reads and writes.
    pub buckets: Vec<String>,
    /// ARNs of keys that it uses beside the domain's, whose own policies allow it.
    pub keys: Vec<String>,
    /// ARNs of repositories of this account that it pulls images from.
    pub repositories: Vec<String>,
    /// The path of SSM parameters that it reads, such as `/team-a`.
    pub parameters: Option<String>,
}

impl Persona {
    /// What it may do. What it may not is for [`super::guardrails`] to say.
    pub fn document(&self) -> Document {
        let mut statements = vec![allow("Look", LOOK).resource("*")];
        if self.role != Role::Default {
            statements.extend(self.sagemaker());
            statements.extend(self.own_apps());
            statements.extend(self.tags());
            statements.extend(self.pass_role());
            statements.extend(self.data());
            statements.extend(self.images());
            statements.extend(self.observability());
            statements.extend(self.interfaces());
        }
        statements.extend(self.parameters());
        if self.role == Role::MlOps {
            statements.push(allow("FindProducts", CATALOG).resource("*"));
        }
        Document::of(statements)
    }

    fn all_of_sagemaker(&self) -> String {
        self.home.arn("sagemaker", "*")
    }

    /// What a team makes has its tag, and it changes nothing that has another one or none.
    fn sagemaker(&self) -> Vec<Statement> {
        let [mut make, mut change, mut work] = [
            [MAKE_JOBS, MAKE_MODELS].concat(),
            [CHANGE_JOBS, CHANGE_MODELS].concat(),
            [MODEL_VERSIONS, EXPERIMENTS, INVOKE].concat(),
        ];
        if self.role == Role::MlOps {
            make.extend(MAKE_DEPLOYMENTS);
            change.extend(CHANGE_DEPLOYMENTS);
            work.extend(RUN_DEPLOYMENTS);
        }
        let on_all =
            |sid: &str, actions: &[&str]| allow(sid, actions).resource(self.all_of_sagemaker());
        let Some(team) = &self.team else {
            return vec![on_all("Work", &[make, change, work].concat())];
        };
        vec![
            on_all("Work", &work),
            on_all("Make", &make).when(Operator::StringEquals, OF_REQUEST, [team]),
            on_all("Change", &change).when(Operator::StringEquals, OF_RESOURCE, [team]),
            // Everybody may look at what there is, but not into the jobs of others.
            Statement::deny("JobsOfOthers")
                .actions(LOOK_AT_JOBS.iter().copied())
                .resource(self.all_of_sagemaker())
                .when(Operator::StringNotEquals, OF_RESOURCE, [team]),
        ]
    }

    /// Apps and spaces that are the caller's own, and apps in the spaces that the domain shares.
    fn own_apps(&self) -> [Statement; 2] {
        let of_domain = |kind: &str| {
            let path = format!("{kind}/${{sagemaker:DomainId}}/*");
            self.home.arn("sagemaker", &path)
        };
        let apps: &[&str] = &["sagemaker:CreateApp", "sagemaker:DeleteApp"];
        let spaces: &[&str] = &[
            "sagemaker:CreateSpace",
            "sagemaker:DeleteSpace",
            "sagemaker:UpdateSpace",
        ];
        [
            allow("OwnApps", &[apps, spaces].concat())
                .resources([of_domain("app"), of_domain("space")])
                .when(
                    Operator::ArnLike,
                    "sagemaker:OwnerUserProfileArn",
                    [self.home.arn("sagemaker", OWN_PROFILE)],
                ),
            allow("SharedApps", apps).resource(of_domain("app")).when(
                Operator::StringEquals,
                "sagemaker:SpaceSharingType",
                ["Shared"],
            ),
        ]
    }

    /// Tags at creation, when nothing has tags yet and the request says what creates; later, those of the team's own.
    /// The team's tag itself is given once, and neither changed nor taken away: what has none would be anybody's.
    fn tags(&self) -> Vec<Statement> {
        let at_creation = allow("TagAtCreation", &["sagemaker:AddTags"])
            .resource(self.all_of_sagemaker())
            .when(Operator::StringLike, "sagemaker:TaggingAction", ["Create*"]);
        let Some(team) = &self.team else {
            return vec![at_creation];
        };
        let equals: QualifiedOperator = Operator::StringEquals.into();
        let own: &[&str] = &["sagemaker:AddTags", "sagemaker:DeleteTags"];
        vec![
            at_creation.when(equals.if_exists(), OF_REQUEST, [team]),
            allow("TagOwn", own)
                .resource(self.all_of_sagemaker())
                .when(equals, OF_RESOURCE, [team])
                .when(
                    Operator::StringNotEquals.for_all_values(),
                    "aws:TagKeys",
                    [TEAM_TAG],
                )
                .when(Operator::Null, "aws:TagKeys", ["false"]),
        ]
    }

    fn pass_role(&self) -> Option<Statement> {
        let statement = allow("PassOwnRole", &["iam:PassRole"])
            .resources(self.passes.clone())
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                ["sagemaker.amazonaws.com"],
            );
        (!self.passes.is_empty()).then_some(statement)
    }

    fn data(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        if !self.buckets.is_empty() {
            let objects = self.buckets.iter().map(|bucket| format!("{bucket}/*"));
            let buckets = allow("Buckets", &["s3:GetBucketLocation", "s3:ListBucket"]);
            statements.push(buckets.resources(self.buckets.clone()));
            let actions: &[&str] = &[
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ];
            statements.push(allow("Objects", actions).resources(objects));
        }
        if !self.keys.is_empty() {
            let actions: &[&str] = &[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ];
            statements.push(allow("Keys", actions).resources(self.keys.clone()));
            let grants = allow("GrantsToServices", &["kms:CreateGrant"]);
            let grants = grants.resources(self.keys.clone());
            statements.push(grants.when(Operator::Bool, "kms:GrantIsForAWSResource", ["true"]));
        }
        statements
    }

    /// AWS's own images are in accounts of AWS, other ones in every region; pulling brings in and takes nothing out.
    fn images(&self) -> Vec<Statement> {
        let pull: &[&str] = &[
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ];
        let Home {
            partition, region, ..
        } = &self.home;
        let anywhere = format!("arn:{partition}:ecr:{region}:*:repository/*");
        let own = [self.home.account.clone()];
        let mut statements = vec![
            allow("RegistryToken", &["ecr:GetAuthorizationToken"]).resource("*"),
            allow("PullPublicImages", pull).resource(anywhere).when(
                Operator::StringNotEquals,
                "aws:ResourceAccount",
                own,
            ),
        ];
        if !self.repositories.is_empty() {
            statements.push(allow("PullImages", pull).resources(self.repositories.clone()));
        }
        statements
    }

    fn observability(&self) -> Vec<Statement> {
        let groups = self.home.arn("logs", "log-group:/aws/sagemaker/*");
        vec![
            allow(
                "Logs",
                &[
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:FilterLogEvents",
                    "logs:GetLogEvents",
                    "logs:PutLogEvents",
                ],
            )
            .resource(groups),
            allow(
                "LookAtMetrics",
                &[
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:GetMetricData",
                    "cloudwatch:GetMetricStatistics",
                    "cloudwatch:ListMetrics",
                    "logs:DescribeLogGroups",
                ],
            )
            .resource("*"),
            allow("Metrics", &["cloudwatch:PutMetricData"])
                .resource("*")
                .when(
                    Operator::StringLike,
                    "cloudwatch:namespace",
                    ["/aws/sagemaker/*", "aws/sagemaker/*"],
                ),
        ]
    }

    /// Jobs in the VPC have their interfaces made with the rights of their role.
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>
    fn interfaces(&self) -> [Statement; 2] {
        let vpc = self.home.arn("ec2", &format!("vpc/{}", self.vpc));
        let kinds = ["network-interface/*", "security-group/*", "subnet/*"];
        [
            allow(
                "Interfaces",
                &[
                    "ec2:CreateNetworkInterface",
                    "ec2:CreateNetworkInterfacePermission",
                    "ec2:DeleteNetworkInterface",
                    "ec2:DeleteNetworkInterfacePermission",
                ],
            )
            .resources(kinds.map(|kind| self.home.arn("ec2", kind)))
            .when(Operator::ArnEquals, "ec2:Vpc", [vpc]),
            allow(
                "LookAtNetwork",
                &[
                    "ec2:DescribeDhcpOptions",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                ],
            )
            .resource("*"),
        ]
    }

    fn parameters(&self) -> Option<Statement> {
        let path = self.parameters.as_ref()?.trim_matches('/');
        let actions: &[&str] = &[
            "ssm:GetParameter",
            "ssm:GetParameters",
            "ssm:GetParametersByPath",
        ];
        let own = ["", "/*"].map(|below| self.home.arn("ssm", &format!("parameter/{path}{below}")));
        Some(allow("Parameters", actions).resources(own))
    }
}

fn allow(sid: &str, actions: &[&str]) -> Statement {
    Statement::allow(sid).actions(actions.iter().copied())
}
