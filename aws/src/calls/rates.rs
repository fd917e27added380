//! How fast each API may be called, as far as that is known.

/// A token bucket: what may be called at once, and how many calls per second follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Calls that may be made at once.
    pub burst: f64,
    /// Calls per second afterwards.
    pub refill: f64,
}

impl Rate {
    /// The same rate of something `scale` times as slow as AWS.
    pub(crate) fn at_scale(self, scale: f64) -> Self {
        Self {
            refill: self.refill / scale,
            ..self
        }
    }
}

/// The known rates by API; a pattern ends in `*`, and the first row that fits holds.
///
/// EC2: <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>,
/// KMS: <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>,
/// CloudTrail: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html>,
/// SSM: <https://docs.aws.amazon.com/general/latest/gr/ssm.html>,
/// tags: <https://docs.aws.amazon.com/general/latest/gr/arg.html>,
/// logs: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
/// IAM, Network Firewall, S3 and SageMaker publish none for these calls: their rows are cautious guesses, and the limiter adapts.
const RATES: &[(&str, Rate)] = &[
    ("ec2:CreateVpcEndpoint", rate(4.0, 0.3)),
    ("ec2:ModifyVpcEndpoint", rate(4.0, 0.3)),
    ("ec2:DeleteVpcEndpoints", rate(4.0, 0.3)),
    ("ec2:CreateNatGateway", rate(10.0, 1.0)),
    ("ec2:DeleteNatGateway", rate(10.0, 1.0)),
    ("ec2:CreateNetworkInterface", rate(100.0, 5.0)),
    ("ec2:DeleteNetworkInterface", rate(100.0, 5.0)),
    ("ec2:ModifyNetworkInterfaceAttribute", rate(100.0, 5.0)),
    ("ec2:CreateTags", rate(100.0, 10.0)),
    ("ec2:DeleteTags", rate(100.0, 10.0)),
    ("ec2:DescribeSecurityGroupReferences", rate(20.0, 5.0)),
    ("ec2:DescribeStaleSecurityGroups", rate(20.0, 5.0)),
    ("ec2:DescribeNetworkInterfaces", rate(50.0, 10.0)),
    ("ec2:DescribeSecurityGroups", rate(50.0, 10.0)),
    ("ec2:Describe*", rate(100.0, 20.0)),
    ("ec2:Get*", rate(100.0, 20.0)),
    ("ec2:*", rate(50.0, 5.0)),
    ("kms:CreateKey", rate(5.0, 5.0)),
    ("kms:CreateAlias", rate(5.0, 5.0)),
    ("kms:UpdateAlias", rate(5.0, 5.0)),
    ("kms:UpdateKeyDescription", rate(5.0, 5.0)),
    ("kms:DisableKey*", rate(5.0, 5.0)),
    ("kms:EnableKey", rate(5.0, 5.0)),
    ("kms:UntagResource", rate(5.0, 5.0)),
    ("kms:CancelKeyDeletion", rate(5.0, 5.0)),
    ("kms:TagResource", rate(10.0, 10.0)),
    ("kms:*Grant", rate(50.0, 50.0)),
    ("kms:ListKeys", rate(500.0, 500.0)),
    ("kms:ListAliases", rate(500.0, 500.0)),
    ("kms:ListResourceTags", rate(2000.0, 2000.0)),
    ("kms:DescribeKey", rate(2000.0, 2000.0)),
    ("kms:GetKey*", rate(1000.0, 1000.0)),
    ("kms:List*", rate(100.0, 100.0)),
    ("kms:*", rate(15.0, 15.0)),
    ("sagemaker:DeleteApp", rate(4.0, 2.0)),
    ("sagemaker:Describe*", rate(10.0, 5.0)),
    ("sagemaker:List*", rate(10.0, 5.0)),
    ("sagemaker:*", rate(5.0, 3.0)),
    ("servicequotas:*", rate(5.0, 5.0)),
    ("sso:*", rate(10.0, 5.0)),
    ("sts:*", rate(600.0, 600.0)),
    ("cloudtrail:LookupEvents", rate(2.0, 2.0)),
    ("cloudtrail:Describe*", rate(10.0, 10.0)),
    ("cloudtrail:Get*", rate(10.0, 10.0)),
    ("cloudtrail:List*", rate(10.0, 10.0)),
    ("cloudtrail:*", rate(1.0, 1.0)),
    ("logs:CreateLogGroup", rate(10.0, 10.0)),
    ("logs:DeleteLogGroup", rate(10.0, 10.0)),
    ("logs:DescribeLogGroups", rate(10.0, 10.0)),
    ("logs:FilterLogEvents", rate(5.0, 5.0)),
    ("logs:PutRetentionPolicy", rate(5.0, 5.0)),
    ("tag:*", rate(15.0, 15.0)),
    ("ssm:PutParameter", rate(3.0, 3.0)),
    ("ssm:GetParameter", rate(40.0, 40.0)),
    ("ssm:*", rate(10.0, 5.0)),
    ("s3:GetObject", rate(2000.0, 2000.0)),
    ("s3:List*", rate(200.0, 200.0)),
    ("s3:DeleteObjects", rate(100.0, 50.0)),
    ("s3:Get*", rate(100.0, 50.0)),
    ("s3:*", rate(40.0, 15.0)),
    ("network-firewall:Describe*", rate(10.0, 5.0)),
    ("network-firewall:List*", rate(10.0, 5.0)),
    ("network-firewall:*", rate(5.0, 2.0)),
    ("iam:Get*", rate(30.0, 15.0)),
    ("iam:List*", rate(30.0, 15.0)),
];

/// What all accounts of an organization share in a region, beside each account's own rate.
///
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html> says that it is so and not how much: the
/// rate of five accounts, which adapts.
const SHARED_RATES: &[(&str, Rate)] = &[
    ("ec2:*VpcEndpoint", rate(20.0, 1.5)),
    ("ec2:*VpcEndpoints", rate(20.0, 1.5)),
];

/// For an API that no row knows.
const UNKNOWN: Rate = rate(10.0, 5.0);

const fn rate(burst: f64, refill: f64) -> Rate {
    Rate { burst, refill }
}

/// The known rate of `api`, such as `kms:CreateKey`.
pub(crate) fn known_rate(api: &str) -> Rate {
    RATES
        .iter()
        .find(|(pattern, _)| fits(pattern, api))
        .map_or(UNKNOWN, |(_, rate)| *rate)
}

/// The rate that all accounts share for `api`, if they do; reading is not counted together.
pub(crate) fn shared_rate(api: &str) -> Option<Rate> {
    let reads = api.starts_with("ec2:Describe");
    let row = SHARED_RATES.iter().find(|(pattern, _)| fits(pattern, api));
    row.filter(|_| !reads).map(|(_, rate)| *rate)
}

/// Whether `text` equals `pattern`, in which one `*` stands for anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_particular_row_holds() {
        for (api, expected) in [
            ("ec2:CreateVpcEndpoint", (4.0, 0.3)),
            ("ec2:DescribeVpcs", (100.0, 20.0)),
            ("ec2:CreateVpc", (50.0, 5.0)),
            ("kms:CreateKey", (5.0, 5.0)),
            ("kms:PutKeyPolicy", (15.0, 15.0)),
            ("kms:GetKeyPolicy", (1000.0, 1000.0)),
            ("cloudtrail:LookupEvents", (2.0, 2.0)),
            ("cloudtrail:GetEventSelectors", (10.0, 10.0)),
            ("cloudtrail:PutEventSelectors", (1.0, 1.0)),
            ("s3:PutBucketPolicy", (40.0, 15.0)),
            ("unknown:Call", (10.0, 5.0)),
        ] {
            let found = known_rate(api);
            assert_eq!((found.burst, found.refill), expected, "{api}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("Invalid*.NotFound", "InvalidVpcID.NotFound", true),
            ("Invalid*.NotFound", "Invalid.Found", false),
            ("NoSuch*", "NoSuchBucket", true),
            ("*NotFound", "NotFound", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
