//! What personas and keys promise, as claims about their policies.

use cloister_policy::{
    Conditions, Document, Effect, Operator, Statement,
    access::{Attached, Policies},
    actions::{Action, Service, Table},
    prove::{Callers, Claim, Expected},
};

use super::{
    policies::{
        Choice,
        actions::{
            CHANGE_DEPLOYMENTS, CHANGE_JOBS, CHANGE_MODELS, MAKE_DEPLOYMENTS, MAKE_JOBS,
            MAKE_MODELS,
        },
        guardrails::{Guardrails, JUMP_START_BUCKETS},
        keys::KeyPolicy,
        personas::{OF_REQUEST, OF_RESOURCE},
        sign_in::SIGN_IN,
    },
    promises::{Acting, Promise},
};
use crate::{
    claims::{by_those_at_home, of_one_account, when, with_own_policies},
    key_policy::MANAGEMENT,
};

/// The names of documents in counterexamples.
pub(crate) const OWN: &str = "the persona's policy";
pub(crate) const GUARDRAILS: &str = "the guardrails";
pub(crate) const ADDITION: &str = "`additional_policy`";
const KEY_POLICY: &str = "the key policy";

const SUBNETS: &str = "sagemaker:VpcSubnets";
const GROUPS: &str = "sagemaker:VpcSecurityGroupIds";
const TRAFFIC: &str = "sagemaker:InterContainerTrafficEncryption";
const ISOLATION: &str = "sagemaker:NetworkIsolation";

/// Has a network of its own only where it has no model, which then has one.
const NETWORK_BY_MODEL: &str = "sagemaker:CreateEndpointConfig";

/// Computes where no condition can say in which subnets.
const UNFENCED: [&str; 14] = [
    "sagemaker:CreateCluster",
    "sagemaker:CreateCompilationJob",
    "sagemaker:CreateEdgePackagingJob",
    "sagemaker:CreateInferenceComponent",
    "sagemaker:CreateInferenceExperiment",
    "sagemaker:CreateInferenceRecommendationsJob",
    "sagemaker:CreateLabelingJob",
    "sagemaker:CreateMlflowApp",
    "sagemaker:CreateMlflowTrackingServer",
    "sagemaker:CreateOptimizationJob",
    "sagemaker:CreatePartnerApp",
    "sagemaker:DeployHubModel",
    "sagemaker:TrainHubModel",
    "sagemaker:UpdateCluster",
];

/// Changes of the domain itself, of who is in it, and everything about notebook instances, which have the network and
/// the root rights they ask for.
const ADMINISTRATION: [&str; 3] = [
    "sagemaker:*Domain",
    "sagemaker:*UserProfile",
    "sagemaker:*NotebookInstance*",
];

/// Changes of the network that a domain is in.
const SURROUNDINGS: [&str; 16] = [
    "ec2:AcceptVpcPeeringConnection",
    "ec2:AttachInternetGateway",
    "ec2:AuthorizeSecurityGroup*",
    "ec2:CreateNatGateway",
    "ec2:CreateRoute",
    "ec2:CreateVpcEndpoint",
    "ec2:CreateVpcPeeringConnection",
    "ec2:DeleteFlowLogs",
    "ec2:DeleteVpcEndpoints",
    "ec2:ModifySecurityGroupRules",
    "ec2:ModifyVpcEndpoint",
    "ec2:ReplaceRoute",
    "ec2:ReplaceRouteTableAssociation",
    "ec2:RevokeSecurityGroup*",
    "network-firewall:Delete*",
    "network-firewall:Update*",
];

/// What everybody knows stands for others in counterexamples.
const TELLING: [&str; 3] = [
    "sagemaker:CreateTrainingJob",
    "sagemaker:DeleteDomain",
    "iam:PutRolePolicy",
];

/// Every promise about what somebody with these policies cannot do.
pub(crate) fn claims(acting: &Acting, guardrails: &Guardrails) -> Vec<(Promise, Claim)> {
    let ground = Ground { acting, guardrails };
    [
        ground.network(),
        ground.encryption(),
        ground.containers(),
        ground.administration(),
        vec![ground.other_roles(), ground.own_rights()],
        ground.teams(),
        ground.sign_in(),
        ground.jump_start(),
    ]
    .concat()
}

struct Ground<'a> {
    acting: &'a Acting,
    guardrails: &'a Guardrails,
}

impl Ground<'_> {
    /// Jobs and models without a network, or in another one.
    fn network(&self) -> Vec<(Promise, Claim)> {
        let Guardrails {
            subnets,
            security_groups,
            ..
        } = self.guardrails;
        let mut without_network = carrying(SUBNETS);
        without_network.retain(|action| action != NETWORK_BY_MODEL);
        let differs = Operator::StringNotEquals.for_any_value();
        let unfenced = UNFENCED.map(str::to_owned).into();
        [
            self.sagemaker(without_network, when(Operator::Null, SUBNETS, ["true"])),
            self.sagemaker(carrying(SUBNETS), when(differs, SUBNETS, subnets)),
            self.sagemaker(carrying(GROUPS), when(differs, GROUPS, security_groups)),
            self.sagemaker(unfenced, Conditions::none()),
            Claim {
                resources: ["ec2", "network-firewall"].map(|it| self.any(it)).into(),
                ..self.sagemaker(expanded(&SURROUNDINGS), Conditions::none())
            },
        ]
        .map(|claim| (Promise::Network, claim))
        .into()
    }

    /// Volumes and results under no key of ours.
    fn encryption(&self) -> Vec<(Promise, Claim)> {
        let differs = |promise, key: &str, ours: &Option<String>| {
            let given = when(Operator::ArnNotEquals, key, ours.as_ref());
            let claim = self.sagemaker(carrying(key), given);
            ours.is_some().then_some((promise, claim))
        };
        let keys = [
            differs(
                Promise::VolumeKey,
                "sagemaker:VolumeKmsKey",
                &self.guardrails.volume_key,
            ),
            differs(
                Promise::OutputKey,
                "sagemaker:OutputKmsKey",
                &self.guardrails.output_key,
            ),
        ];
        keys.into_iter().flatten().collect()
    }

    /// How containers run, and who gets into them.
    fn containers(&self) -> Vec<(Promise, Claim)> {
        const INSTANCES: &str = "sagemaker:InstanceTypes";
        let off = |key: &str| {
            [
                when(Operator::Null, key, ["true"]),
                when(Operator::Bool, key, ["false"]),
            ]
        };
        let mut claims: Vec<(Promise, Claim)> = off(TRAFFIC)
            .map(|given| (Promise::Traffic, self.sagemaker(carrying(TRAFFIC), given)))
            .into();
        if self.guardrails.network_access == Choice::Denied {
            let mut isolated = carrying(ISOLATION);
            isolated.retain(|action| action != NETWORK_BY_MODEL);
            let open = off(ISOLATION).map(|given| self.sagemaker(isolated.clone(), given));
            claims.extend(open.map(|claim| (Promise::Isolation, claim)));
        }
        if !self.guardrails.instance_types.is_empty() {
            let differs = Operator::StringNotLike.for_any_value();
            let given = when(differs, INSTANCES, &self.guardrails.instance_types);
            let claim = self.sagemaker(carrying(INSTANCES), given);
            claims.push((Promise::Instances, claim));
        }
        let remote = [
            (Operator::StringEquals, "sagemaker:RemoteAccess", "ENABLED"),
            (Operator::Bool, "sagemaker:EnableRemoteDebug", "true"),
        ];
        claims.extend(remote.map(|(operator, key, on)| {
            let given = when(operator, key, [on]);
            (Promise::Remote, self.sagemaker(carrying(key), given))
        }));
        let session = vec!["sagemaker:StartSession".to_owned()];
        claims.push((Promise::Remote, self.sagemaker(session, Conditions::none())));
        claims
    }

    fn administration(&self) -> Vec<(Promise, Claim)> {
        let actions = ADMINISTRATION
            .iter()
            .flat_map(|it| Table::builtin().expand(it));
        let writing = actions.filter(|action| !action.level().is_read_only());
        let claim = self.sagemaker(named(writing), Conditions::none());
        vec![(Promise::Administration, claim)]
    }

    /// Passing is allowed for the named roles, and to SageMaker, only.
    fn other_roles(&self) -> (Promise, Claim) {
        let passing = Statement::allow("")
            .action("iam:PassRole")
            .resources(self.acting.passes.clone())
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                ["sagemaker.amazonaws.com"],
            );
        let named_only = Policies {
            identity: vec![Attached::new("", Document::of([passing]))],
            ..Policies::default()
        };
        let actions = vec!["iam:PassRole".to_owned()];
        let claim = Claim {
            expected: Expected::NoMoreThan(Box::new(named_only)),
            ..self.not_allowed(actions, self.iam("role/?*"), Conditions::none())
        };
        (Promise::OtherRoles, claim)
    }

    /// Whoever changes policies, roles or their tags gives himself what he likes.
    fn own_rights(&self) -> (Promise, Claim) {
        let iam = Table::builtin().service("iam").into_iter();
        let actions = iam.flat_map(Service::actions).filter(|action| {
            let kinds = ["role", "user", "group", "policy"];
            let is_about = kinds.iter().any(|kind| action.takes(kind));
            let is_other = ["PassRole", "CreateServiceLinkedRole"].contains(&action.name());
            is_about && !is_other && !action.level().is_read_only()
        });
        let claim = self.not_allowed(named(actions), self.iam("?*"), Conditions::none());
        (Promise::OwnRights, claim)
    }

    fn teams(&self) -> Vec<(Promise, Claim)> {
        let Some(team) = &self.acting.team else {
            return Vec::new();
        };
        let other = |key: &str, actions: [&[&str]; 3]| {
            let given = when(Operator::StringNotEquals, key, [team]);
            (
                Promise::Teams,
                self.sagemaker(expanded(&actions.concat()), given),
            )
        };
        vec![
            other(OF_REQUEST, [MAKE_JOBS, MAKE_MODELS, MAKE_DEPLOYMENTS]),
            other(
                OF_RESOURCE,
                [CHANGE_JOBS, CHANGE_MODELS, CHANGE_DEPLOYMENTS],
            ),
        ]
    }

    fn sign_in(&self) -> Vec<(Promise, Claim)> {
        let places = &self.guardrails.sign_in;
        if places.is_everywhere() {
            return Vec::new();
        }
        let mut elsewhere = Conditions::none();
        for (operator, key, places) in [
            (
                Operator::StringNotEquals,
                "aws:SourceVpce",
                &places.endpoints,
            ),
            (Operator::StringNotEquals, "aws:SourceVpc", &places.vpcs),
            (Operator::NotIpAddress, "aws:SourceIp", &places.cidrs),
        ] {
            if !places.is_empty() {
                elsewhere.add(operator.into(), key, places.clone());
            }
        }
        let claim = self.sagemaker(vec![SIGN_IN.to_owned()], elsewhere);
        vec![(Promise::SignIn, claim)]
    }

    fn jump_start(&self) -> Vec<(Promise, Claim)> {
        if self.guardrails.jump_start == Choice::Allowed {
            return Vec::new();
        }
        let home = &self.guardrails.home;
        let objects = JUMP_START_BUCKETS
            .map(|bucket| home.s3(&format!("{}eu/?*", bucket.trim_end_matches('*'))));
        let content = format!(
            "arn:{}:sagemaker:{}:aws:hub-content/SageMakerPublicHub/?*",
            home.partition, home.region
        );
        let hub = named(
            Table::builtin()
                .expand("sagemaker:*HubContent*")
                .into_iter()
                .filter(|it| it.takes("hub-content")),
        );
        let get = vec!["s3:GetObject".to_owned()];
        [
            Claim {
                resources: objects.into(),
                ..self.not_allowed(get, String::new(), Conditions::none())
            },
            self.not_allowed(hub, content, Conditions::none()),
        ]
        .map(|claim| (Promise::JumpStart, claim))
        .into()
    }

    fn sagemaker(&self, actions: Vec<String>, given: Conditions) -> Claim {
        self.not_allowed(actions, self.any("sagemaker"), given)
    }

    fn not_allowed(&self, mut actions: Vec<String>, resource: String, given: Conditions) -> Claim {
        actions.sort_by_key(|name| !TELLING.contains(&name.as_str()));
        Claim {
            policies: self.acting.policies(),
            callers: Callers::Named(vec![self.acting.role_arn.clone()]),
            actions,
            resources: vec![resource],
            resource_account: self.guardrails.home.account.clone(),
            given,
            expected: Expected::NotAllowed,
        }
    }

    /// Something in the account and region.
    fn any(&self, service: &str) -> String {
        self.guardrails.home.arn(service, "?*")
    }

    fn iam(&self, resource: &str) -> String {
        let home = &self.guardrails.home;
        format!("arn:{}:iam::{}:{resource}", home.partition, home.account)
    }
}

/// That administrators keep a key, and that nobody else gets it.
pub(crate) fn key_claims(key: &KeyPolicy) -> Vec<(Promise, Claim)> {
    let account = &key.home.account;
    let claim = |actions: Vec<String>, expected| Claim {
        policies: with_own_policies(KEY_POLICY, key.document()),
        callers: Callers::Anyone,
        actions,
        resources: vec![key.home.arn("kms", "key/?*")],
        resource_account: account.clone(),
        given: Conditions::none(),
        expected,
    };
    let management = || expanded(MANAGEMENT);
    let managed = claim(management(), Expected::Allowed);
    let managed = by_those_at_home(account, &key.administrators, managed);
    let managers = of_one_account(&key.administrators).chain([key.home.root()]);
    let of_others = Claim {
        given: when(Operator::ArnNotLike, "aws:PrincipalArn", managers),
        ..claim(management(), Expected::ExplicitDeny)
    };
    let grants = Claim {
        given: when(Operator::Bool, "kms:GrantIsForAWSResource", ["false"]),
        ..claim(vec!["kms:CreateGrant".to_owned()], Expected::ExplicitDeny)
    };
    let of_administrators = managed.map(|claim| (Promise::KeyManagement, claim));
    let others = [(Promise::KeyOfOthers, of_others), (Promise::Grants, grants)];
    of_administrators.into_iter().chain(others).collect()
}

/// The claim with those denials only that its own conditions, or none, decide. Fewer denials allow more: where it holds
/// so, it holds, and there is much less to try.
pub(crate) fn simplified(claim: &Claim) -> Claim {
    let keys: Vec<String> = claim
        .given
        .iter()
        .map(|(_, key, _)| key.as_str().to_lowercase())
        .collect();
    let matters = |statement: &&Statement| {
        let mut of_statement = statement.conditions.iter().map(|(_, key, _)| key.as_str());
        statement.effect == Effect::Allow
            || statement.conditions.iter().next().is_none()
            || of_statement.any(|key| keys.contains(&key.to_lowercase()))
    };
    let mut claim = claim.clone();
    for attached in &mut claim.policies.identity {
        let kept = attached.document.statements.iter().filter(matters).cloned();
        attached.document.statements = kept.collect();
    }
    claim
}

/// The actions of SageMaker that have the key.
fn carrying(key: &str) -> Vec<String> {
    let sagemaker = Table::builtin().service("sagemaker").into_iter();
    named(
        sagemaker
            .flat_map(Service::actions)
            .filter(|action| action.carries(key)),
    )
}

fn expanded(patterns: &[&str]) -> Vec<String> {
    let table = Table::builtin();
    named(patterns.iter().flat_map(|pattern| table.expand(pattern)))
}

fn named<'a>(actions: impl Iterator<Item = Action<'a>>) -> Vec<String> {
    actions.map(|action| action.to_string()).collect()
}
