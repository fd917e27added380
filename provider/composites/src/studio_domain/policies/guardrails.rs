//! What no persona does, whatever else its policies say: statements that deny.
//!
//! A condition key stands only beside actions that have it: elsewhere an absent key would deny everything, or nothing.
//! Of actions that have it, those without a value are meant as well. Keys with one value need one statement, since a
//! negated operator holds without the key; sets need two, `Null` for none and `ForAnyValue` for a foreign one.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>

use cloister_policy::{Document, Operator, Statement};

use super::{Choice, Home, sign_in::SignIn};

/// Jobs that run in subnets of ours, with volumes and results. All inline policies of a role share a limit, so that
/// patterns are as short as they can be without meaning anything else; a test holds them against AWS's table.
const JOBS: &[&str] = &[
    "sagemaker:*ateMonitoringSchedule", // To create and to update one.
    "sagemaker:Create*JobDefinition",
    "sagemaker:CreateHyper*",
    "sagemaker:CreateProcessing*",
    "sagemaker:CreateTrainingJob",
];

/// Jobs that choose their instances, and whose containers cannot be isolated.
const AUTO_ML: &[&str] = &["sagemaker:CreateAutoML*"];

const MODEL: &[&str] = &["sagemaker:CreateModel"];
/// Runs where its model runs.
const TRANSFORM: &[&str] = &["sagemaker:CreateTransform*"];
/// Has a network of its own only where it has no model.
const ENDPOINT_CONFIG: &[&str] = &["sagemaker:CreateEndpointConfig"];

/// What can name its instances otherwise than by one type.
const UNSIZED: &[&str] = &["sagemaker:CreateHyper*", "sagemaker:CreateTrainingJob"];

/// What takes an instance type or, without one, what an administrator has chosen.
const SIZED: &[&str] = &[
    "sagemaker:CreateApp",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateSpace",
    "sagemaker:UpdateSpace",
    "sagemaker:UpdateTrainingJob",
];

/// Administration, and notebook instances, which have the network and the root rights they ask for.
const ADMINISTRATION: &[&str] = &[
    "sagemaker:CreateDomain",
    "sagemaker:CreateUserProfile",
    "sagemaker:DeleteDomain",
    "sagemaker:DeleteUserProfile",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateUserProfile",
    "sagemaker:*NotebookInstance*",
];

/// The models, notebooks and data of `JumpStart`, which AWS offers from its own accounts.
const PUBLIC_HUB: &str = "SageMakerPublicHub";
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-foundation-models-use-python-sdk.html>
pub(crate) const JUMP_START_BUCKETS: [&str; 2] =
    ["jumpstart-cache-prod-*", "jumpstart-private-cache-prod-*"];

/// The limits of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrails {
    pub home: Home,
    /// Jobs run in these and no others.
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    /// The ARN of the key of every volume; `None` leaves the choice. Instances whose volumes are part of them take none.
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html>
    pub volume_key: Option<String>,
    /// The ARN of the key of all results.
    pub output_key: Option<String>,
    /// Containers that reach the network, even the VPC's.
    pub network_access: Choice,
    /// Patterns such as `ml.m5.*`; none leaves the choice.
    pub instance_types: Vec<String>,
    pub jump_start: Choice,
    pub sign_in: SignIn,
}

impl Guardrails {
    /// All of it.
    pub fn document(&self) -> Document {
        let mut statements = vec![deny("DenyAdministration", &[ADMINISTRATION]).resource("*")];
        statements.extend(self.network());
        statements.extend(self.encryption());
        statements.push(traffic_encryption());
        statements.extend(self.isolation());
        statements.extend(self.instances());
        statements.extend(remote_access());
        statements.extend(self.jump_start());
        statements.extend(self.sign_in.denials());
        Document::of(statements)
    }

    /// Who gives subnets has to give groups as well.
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html>
    fn network(&self) -> [Statement; 3] {
        const SUBNETS: &str = "sagemaker:VpcSubnets";
        const GROUPS: &str = "sagemaker:VpcSecurityGroupIds";
        let with_network = [JOBS, AUTO_ML, MODEL];
        let other = |sid: &str, key: &str, ours: &[String]| {
            let may_have_network = [JOBS, AUTO_ML, MODEL, ENDPOINT_CONFIG];
            foreign(sid, &may_have_network, key, Operator::StringNotEquals, ours)
        };
        [
            absent("DenyNoSubnets", &with_network, SUBNETS),
            other("DenyOtherSubnets", SUBNETS, &self.subnets),
            other("DenyOtherGroups", GROUPS, &self.security_groups),
        ]
    }

    fn encryption(&self) -> Vec<Statement> {
        let volumes = [JOBS, AUTO_ML, TRANSFORM, ENDPOINT_CONFIG];
        let results = [JOBS, AUTO_ML, TRANSFORM];
        let with_key = |sid: &str, actions: &[&[&str]], key: &str, ours: &Option<String>| {
            let ours = ours.clone()?;
            let statement = deny(sid, actions).resource("*");
            Some(statement.when(Operator::ArnNotEquals, key, [ours]))
        };
        [
            with_key(
                "DenyOtherVolumeKeys",
                &volumes,
                "sagemaker:VolumeKmsKey",
                &self.volume_key,
            ),
            with_key(
                "DenyOtherOutputKeys",
                &results,
                "sagemaker:OutputKmsKey",
                &self.output_key,
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn isolation(&self) -> Option<Statement> {
        match self.network_access {
            Choice::Allowed => None,
            Choice::Denied => Some(unless_true(
                "DenyUnisolated",
                &[JOBS, MODEL],
                "sagemaker:NetworkIsolation",
            )),
        }
    }

    fn instances(&self) -> Vec<Statement> {
        const KEY: &str = "sagemaker:InstanceTypes";
        if self.instance_types.is_empty() {
            return Vec::new();
        }
        vec![
            absent("DenyNoInstances", &[UNSIZED], KEY),
            foreign(
                "DenyOtherInstances",
                &[JOBS, TRANSFORM, SIZED],
                KEY,
                Operator::StringNotLike,
                &self.instance_types,
            ),
        ]
    }

    fn jump_start(&self) -> Vec<Statement> {
        if self.jump_start == Choice::Allowed {
            return Vec::new();
        }
        let hub = |kind: &str| {
            format!(
                "arn:{}:sagemaker:*:aws:{kind}/{PUBLIC_HUB}",
                self.home.partition
            )
        };
        let buckets = JUMP_START_BUCKETS.map(|bucket| self.home.s3(&format!("{bucket}/*")));
        vec![
            Statement::deny("DenyPublicHub")
                .action("sagemaker:*Hub*")
                .resources([hub("hub"), format!("{}/*", hub("hub-content"))]),
            Statement::deny("DenyJumpStartData")
                .action("s3:GetObject*")
                .resources(buckets),
        ]
    }
}

/// Between the containers of a job.
fn traffic_encryption() -> Statement {
    unless_true(
        "DenyPlainTraffic",
        &[JOBS, AUTO_ML],
        "sagemaker:InterContainerTrafficEncryption",
    )
}

/// Into apps and containers from outside, past the sign-in.
fn remote_access() -> [Statement; 3] {
    [
        deny("DenyRemoteSessions", &[&["sagemaker:StartSession"]]).resource("*"),
        deny(
            "DenyRemoteSpaces",
            &[&["sagemaker:CreateSpace", "sagemaker:UpdateSpace"]],
        )
        .resource("*")
        .when(
            Operator::StringNotEquals,
            "sagemaker:RemoteAccess",
            ["DISABLED"],
        )
        .when(Operator::Null, "sagemaker:RemoteAccess", ["false"]),
        deny(
            "DenyRemoteDebugging",
            &[&["sagemaker:CreateTrainingJob", "sagemaker:UpdateTrainingJob"]],
        )
        .resource("*")
        .when(Operator::Bool, "sagemaker:EnableRemoteDebug", ["true"]),
    ]
}

fn deny(sid: &str, actions: &[&[&str]]) -> Statement {
    Statement::deny(sid).actions(actions.concat())
}

/// Without any value of the key.
fn absent(sid: &str, actions: &[&[&str]], key: &str) -> Statement {
    let statement = deny(sid, actions).resource("*");
    statement.when(Operator::Null, key, ["true"])
}

/// With some value that is none of ours. Who has none at all is denied by another statement, or meant to pass.
fn foreign(
    sid: &str,
    actions: &[&[&str]],
    key: &str,
    differs: Operator,
    ours: &[String],
) -> Statement {
    let statement = deny(sid, actions).resource("*");
    statement
        .when(differs.for_any_value(), key, ours.to_vec())
        .when(Operator::Null, key, ["false"])
}

/// With the key false, or without it, which AWS takes for false: every action here has it where somebody sets it.
fn unless_true(sid: &str, actions: &[&[&str]], key: &str) -> Statement {
    let statement = deny(sid, actions).resource("*");
    statement.when(Operator::Bool.if_exists(), key, ["false"])
}
