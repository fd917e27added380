//! The policy of the bucket's own key: it works for this bucket's objects through S3, and for nothing else.

use cloister_policy::{Document, Operator, Principal, Statement};

use super::{lock::Lock, policy::allow_delivery};
pub(crate) use crate::key_policy::{MANAGEMENT, USE};
use crate::{
    composite::Site,
    key_policy::{allow_the_account, deny_management_by_others},
    symbols::text,
};

/// The context that S3 gives every use of a key, with or without a bucket key.
pub(crate) const BUCKET_CONTEXT: &str = "kms:EncryptionContext:aws:s3:arn";

/// The key's policy.
pub(crate) fn key_policy(lock: &Lock, site: &Site) -> Document {
    let deliveries = lock.deliveries.iter().enumerate().map(|(index, delivery)| {
        allow_delivery(&format!("AllowDelivery{}", index + 1), delivery)
            .actions(["kms:Decrypt", "kms:GenerateDataKey*"])
            .resource("*")
    });
    // The account's root user stays able to mend a policy whose administrators are gone.
    let managers = [
        &lock.administrators[..],
        &lock.break_glass[..],
        &[root(site)],
    ]
    .concat();
    Document::of(
        [
            allow_the_account(root(site)),
            deny_use_outside_s3(lock, site),
            deny_use_for_other_buckets(lock),
            deny_management_by_others(managers),
        ]
        .into_iter()
        .chain(deliveries),
    )
}

/// The account itself.
pub(crate) fn root(site: &Site) -> String {
    format!("arn:{}:iam::{}:root", site.partition, site.account)
}

fn deny_use_outside_s3(lock: &Lock, site: &Site) -> Statement {
    let statement = deny_use("DenyUseOutsideS3", lock);
    statement.when(Operator::StringNotEquals, "kms:ViaService", [s3_of(site)])
}

/// S3 in the bucket's region, as `kms:ViaService` names it.
pub(crate) fn s3_of(site: &Site) -> String {
    let suffix = if site.partition == "aws-cn" {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("s3.{}.{suffix}", site.region)
}

fn deny_use_for_other_buckets(lock: &Lock) -> Statement {
    let objects = [lock.bucket_arn.clone(), format!("{}/*", lock.bucket_arn)];
    let statement = deny_use("DenyUseForOtherBuckets", lock);
    statement.when(Operator::ArnNotLike, BUCKET_CONTEXT, objects)
}

fn deny_use(sid: &str, lock: &Lock) -> Statement {
    let mut statement = Statement::deny(sid)
        .principal(Principal::anyone())
        .actions(USE.iter().copied())
        .resource("*");
    if !lock.break_glass.is_empty() {
        statement = statement.when(
            Operator::ArnNotLike,
            "aws:PrincipalArn",
            lock.break_glass.clone(),
        );
    }
    if !lock.deliveries.is_empty() {
        let sources = lock.deliveries.iter().filter_map(|d| text(&d.source_arn));
        statement = statement.when(Operator::ArnNotLike, "aws:SourceArn", sources);
    }
    statement
}
