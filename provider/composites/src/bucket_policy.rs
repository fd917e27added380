//! What the policies of all buckets have in common.

use cloister_policy::{Operator, Principal, Statement};

/// Reads of what objects there are.
pub(crate) const LISTING: &[&str] = &["s3:ListBucket*"];

/// Changes of a bucket's configuration. Reads stay as the caller's own policies say, so that auditors can look.
pub(crate) const MANAGEMENT: &[&str] = &[
    "s3:CreateBucketMetadata*",
    "s3:DeleteBucket*",
    "s3:Put*Configuration",
    "s3:PutBucket*",
    "s3:TagResource",
    "s3:UntagResource",
    "s3:UpdateBucketMetadata*",
];

pub(crate) const SID_MANAGEMENT: &str = "DenyManagementByOthers";
pub(crate) const SID_PLAIN_TEXT: &str = "DenyPlainText";

/// The ARN pattern of a bucket's objects.
pub(crate) fn objects(bucket_arn: &str) -> String {
    format!("{bucket_arn}/*")
}

/// Nobody asks for anything without TLS.
pub(crate) fn deny_plain_text(bucket_arn: &str) -> Statement {
    Statement::deny(SID_PLAIN_TEXT)
        .principal(Principal::anyone())
        .action("s3:*")
        .resources([bucket_arn.to_owned(), objects(bucket_arn)])
        .when(Operator::Bool, "aws:SecureTransport", ["false"])
}

/// Nobody but these changes the bucket's configuration.
pub(crate) fn deny_management_by_others(bucket_arn: &str, managers: Vec<String>) -> Statement {
    Statement::deny(SID_MANAGEMENT)
        .principal(Principal::anyone())
        .actions(MANAGEMENT.iter().copied())
        .resource(bucket_arn)
        .when(Operator::ArnNotLike, "aws:PrincipalArn", managers)
}
