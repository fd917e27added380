//! The project's own policies have none of the mistakes.

use crate::{lint, rendered};

/// As `cloister_s3_locked_bucket` writes them: see the snapshots of its blueprint.
const LOCKED_BUCKET: &str = include_str!("../data/lint/own-locked-bucket.json");

#[test]
fn the_locked_bucket_is_free_of_findings() {
    assert_eq!(rendered(&lint("locked bucket", LOCKED_BUCKET)), "");
}

/// What AWS attaches by itself, or writes in its guides as the way to do it.
#[test]
fn what_aws_advises_is_free_of_findings() {
    for policy in [
        // Default policy of a KMS key, and of a VPC endpoint.
        r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}]}"#,
        r#"{"documents": [{"name": "endpoint", "place": "vpc_endpoint", "endpoint_type": "gateway", "document":
            {"Statement": [{"Action": "*", "Effect": "Allow", "Resource": "*", "Principal": "*"}]}}]}"#,
        // Deny outside a region, but for global services.
        r#"{"documents": [{"name": "regions", "place": "service_control", "document": {"Version": "2012-10-17",
            "Statement": [{"Sid": "DenyOtherRegions", "Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*"],
            "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}}}]}}]}"#,
        // Data perimeter.
        r#"{"documents": [{"name": "perimeter", "place": "resource_control", "document": {"Version": "2012-10-17",
            "Statement": [{"Sid": "EnforceOrgIdentities", "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "kms:*"],
            "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}]}}]}"#,
        // Roles for services and for a pipeline.
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole"}]}"#,
        // One's own credentials, and tags that may be set.
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iam:ChangePassword", "iam:GetUser"],
            "Resource": "arn:aws:iam::*:user/${aws:username}"}]}"#,
        // A bucket for CloudTrail.
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "AWSCloudTrailAclCheck", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::trail", "Condition": {"StringEquals":
             {"aws:SourceArn": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main"}}},
            {"Sid": "AWSCloudTrailWrite", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail/AWSLogs/111122223333/*", "Condition": {"StringEquals":
             {"s3:x-amz-acl": "bucket-owner-full-control",
              "aws:SourceArn": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main"}}}]}"#,
        // A key for a log group.
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.eu-central-1.amazonaws.com"},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"], "Resource": "*",
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn":
            "arn:aws:logs:eu-central-1:111122223333:log-group:trail"}}}]}"#,
        // Roles of another account, which may come and go.
        r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Read", "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": "arn:aws:s3:::trail/*", "Condition": {"ArnLike":
            {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/Auditor"}}}]}"#,
        // Grants for AWS services only.
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/a"},
             "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"], "Resource": "*"},
            {"Sid": "Grants", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/a"},
             "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], "Resource": "*",
             "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}]}"#,
    ] {
        assert_eq!(rendered(&lint("policy", policy)), "", "{policy}");
    }
}
