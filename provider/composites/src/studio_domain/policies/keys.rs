//! The policies of a domain's three keys.
//!
//! Each is managed by the administrators and nobody else, and used by the personas. Services use a key for somebody
//! through grants, which nobody can make for anybody but services.

use cloister_policy::{Document, Operator, Principal, Statement};

use super::Home;
use crate::key_policy::{USE, allow_the_account, deny_management_by_others};

/// What a persona does with a key; grants have a statement of their own.
const CRYPTOGRAPHY: [&str; 5] = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];

const GRANTS: [&str; 3] = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"];

/// What a key encrypts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Home directories, and the volumes of spaces.
    Home,
    /// The volumes of jobs and endpoints.
    Volumes,
    /// Objects in buckets. Direct use is possible through these endpoints of KMS only, if there are some: S3 uses the
    /// key for whoever may use it, wherever that is.
    Data { endpoints: Vec<String> },
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPolicy {
    pub home: Home,
    pub purpose: Purpose,
    /// ARN patterns of those who manage the key.
    pub administrators: Vec<String>,
    /// ARNs of the roles that use it. They have to exist before the policy is set.
    pub users: Vec<String>,
}

impl KeyPolicy {
    /// The policy.
    pub fn document(&self) -> Document {
        let managers = [&self.administrators[..], &[self.home.root()]].concat();
        Document::of(
            [allow_the_account(self.home.root())]
                .into_iter()
                .chain(self.allow_users())
                .chain([deny_management_by_others(managers), deny_lasting_grants()])
                .chain(self.deny_use_from_elsewhere()),
        )
    }

    fn allow_users(&self) -> Vec<Statement> {
        if self.users.is_empty() {
            return Vec::new();
        }
        let for_users = |sid: &str| {
            Statement::allow(sid)
                .principals(self.users.iter().map(Principal::aws))
                .resource("*")
        };
        let cryptography = for_users("AllowUse").actions(CRYPTOGRAPHY);
        let grants = for_users("AllowGrantsToServices").actions(GRANTS);
        let grants = grants.when(Operator::Bool, "kms:GrantIsForAWSResource", ["true"]);
        match self.purpose {
            // S3 needs no grant.
            Purpose::Data { .. } => vec![cryptography],
            Purpose::Home | Purpose::Volumes => vec![cryptography, grants],
        }
    }

    /// A call that a service makes for somebody has lost the endpoint it came through, and one that a service makes in
    /// its own name never tells it: neither is meant.
    fn deny_use_from_elsewhere(&self) -> Option<Statement> {
        let Purpose::Data { endpoints } = &self.purpose else {
            return None;
        };
        let statement = Statement::deny("DenyUseFromElsewhere")
            .principal(Principal::anyone())
            .actions(USE.iter().copied())
            .resource("*")
            .when(
                Operator::StringNotEquals,
                "aws:SourceVpce",
                endpoints.clone(),
            )
            .when(Operator::Bool, "aws:ViaAWSService", ["false"])
            .when(Operator::Bool, "aws:PrincipalIsAWSService", ["false"]);
        (!endpoints.is_empty()).then_some(statement)
    }
}

/// A grant hands use of the key to whom it names, past every policy but this. Every request to make one has the key of
/// the condition.
fn deny_lasting_grants() -> Statement {
    Statement::deny("DenyGrantsToOthers")
        .principal(Principal::anyone())
        .action("kms:CreateGrant")
        .resource("*")
        .when(
            Operator::Bool.if_exists(),
            "kms:GrantIsForAWSResource",
            ["false"],
        )
}
