//! The policy of the trail's key: CloudTrail encrypts with it, administrators and readers decrypt.

use cloister_policy::{Document, Operator, Principal, Statement};

use super::archive::Archive;
use crate::{
    composite::Site,
    key_policy::{USE, allow_the_account, deny_management_by_others},
};

/// The context in which CloudTrail encrypts.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html>
const TRAIL_CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";
/// The context in which CloudWatch Logs does.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
const GROUP_CONTEXT: &str = "kms:EncryptionContext:aws:logs:arn";

impl Archive {
    /// The key's policy.
    pub(crate) fn key_policy(&self, site: &Site) -> Document {
        let root = format!("arn:{}:iam::{}:root", site.partition, site.account);
        // The account's root user stays able to mend a policy whose administrators are gone.
        let managers = [&self.administrators[..], std::slice::from_ref(&root)].concat();
        let guards = [
            self.deny_use_by_others(),
            deny_management_by_others(managers),
        ];
        Document::of(
            [
                allow_the_account(root),
                self.allow_trail_to_encrypt(site),
                self.allow_trail("AllowTrailToDescribe")
                    .action("kms:DescribeKey")
                    .resource("*"),
            ]
            .into_iter()
            .chain(self.allow_foreigners_to_decrypt(site))
            .chain(self.allow_group_to_encrypt(site))
            .chain(guards),
        )
    }

    fn allow_trail_to_encrypt(&self, site: &Site) -> Statement {
        let trails = format!(
            "arn:{}:cloudtrail:*:{}:trail/*",
            site.partition, site.account
        );
        self.allow_trail("AllowTrailToEncrypt")
            .action("kms:GenerateDataKey*")
            .resource("*")
            .when(Operator::StringLike, TRAIL_CONTEXT, [trails])
    }

    fn allow_foreigners_to_decrypt(&self, site: &Site) -> Option<Statement> {
        let statement = self.allow_foreigners("AllowReaders", site)?;
        Some(
            statement
                .actions(["kms:Decrypt", "kms:DescribeKey"])
                .resource("*"),
        )
    }

    fn allow_group_to_encrypt(&self, site: &Site) -> Option<Statement> {
        let group = self.log_group_arn.clone()?;
        Some(
            Statement::allow("AllowLogGroup")
                .principal(Principal::service(logs_of(site)))
                .actions([
                    "kms:Decrypt",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ])
                .resource("*")
                .when(Operator::ArnEquals, GROUP_CONTEXT, [group]),
        )
    }

    /// Services are not others: what they may do is what the statements that name them allow.
    fn deny_use_by_others(&self) -> Statement {
        Statement::deny("DenyUseByOthers")
            .principal(Principal::anyone())
            .actions(USE.iter().copied())
            .resource("*")
            .when(Operator::ArnNotLike, "aws:PrincipalArn", self.everyone())
            .when(
                Operator::Bool.if_exists(),
                "aws:PrincipalIsAWSService",
                ["false"],
            )
    }
}

/// CloudWatch Logs in the trail's region, as a principal.
fn logs_of(site: &Site) -> String {
    let suffix = if site.partition == "aws-cn" {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("logs.{}.{suffix}", site.region)
}
