//! What the policies of all keys have in common.

use cloister_policy::{Operator, Principal, Statement};

/// Uses of a key. A grant is a use: it hands use on.
pub(crate) const USE: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
];

/// Changes of a key's configuration.
pub(crate) const MANAGEMENT: &[&str] = &[
    "kms:CancelKeyDeletion",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
];

/// Makes the account's IAM policies effective; it grants nobody anything by itself. Without it a key whose named
/// administrators are deleted could not be managed by anyone.
pub(crate) fn allow_the_account(root: String) -> Statement {
    Statement::allow("AllowThePoliciesOfTheAccount")
        .principal(Principal::aws(root))
        .action("kms:*")
        .resource("*")
}

/// Nobody but these changes the key. The account's root user should be among them.
pub(crate) fn deny_management_by_others(managers: Vec<String>) -> Statement {
    Statement::deny("DenyManagementByOthers")
        .principal(Principal::anyone())
        .actions(MANAGEMENT.iter().copied())
        .resource("*")
        .when(Operator::ArnNotLike, "aws:PrincipalArn", managers)
}
