//! What each action is about, and what else a call needs: one table each.
//!
//! Resources and condition keys by action:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use crate::calls::fits;

/// What an action is allowed on. A word in braces stands for names of that kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum On {
    Everything,
    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:PATTERN`
    Regional(&'static str, &'static str),
    /// `arn:PARTITION:SERVICE::ACCOUNT:PATTERN`
    Global(&'static str, &'static str),
    /// `arn:PARTITION:SERVICE:::PATTERN`
    Bare(&'static str, &'static str),
    /// ARNs under this word, as they are.
    Arns(&'static str),
}

/// Under which condition.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    Always,
    /// The object carries the tag of one of the composites.
    Ours,
    /// The request gives it that tag.
    Tagged,
    /// A role is handed to one of these services.
    Passed(&'static [&'static str]),
    /// One of these services makes the role its own.
    ForService(&'static [&'static str]),
    /// A service of AWS makes the grant, for a resource of its own.
    GrantForAws,
}

/// On what an action is allowed.
#[derive(Debug)]
pub(super) struct Row {
    action: &'static str,
    pub(super) on: &'static [On],
    pub(super) when: When,
}

const fn row(action: &'static str, on: &'static [On], when: When) -> Row {
    Row { action, on, when }
}

const ROLE: &[On] = &[On::Global("iam", "role/{role}")];
const POLICY: &[On] = &[On::Global("iam", "policy/{policy}")];
const KEY: &[On] = &[On::Regional("kms", "key/*")];
const ALIAS: &[On] = &[On::Regional("kms", "{alias}"), On::Regional("kms", "key/*")];
const ROUTES: &[On] = &[On::Regional("ec2", "route-table/*")];
const OBJECTS: &[On] = &[On::Bare("s3", "{bucket}/*")];

/// Whoever tags may not turn somebody else's object into one of ours: tags are given while an object is made, or to what
/// is ours already.
const ROWS: &[Row] = &[
    row("cloudtrail:DescribeTrails", &[On::Everything], When::Always),
    row(
        "cloudtrail:*",
        &[On::Regional("cloudtrail", "trail/{trail}")],
        When::Always,
    ),
    row(
        "ec2:CreateTags",
        &[On::Regional("ec2", "*/*")],
        When::Tagged,
    ),
    row("ec2:CreateTags", &[On::Regional("ec2", "*/*")], When::Ours),
    row("ec2:DeleteTags", &[On::Regional("ec2", "*/*")], When::Ours),
    row("ec2:Describe*", &[On::Everything], When::Always),
    row("ec2:CreateRoute", ROUTES, When::Ours),
    row("ec2:DeleteRoute", ROUTES, When::Ours),
    row("ec2:ReplaceRoute", ROUTES, When::Ours),
    row("ec2:DeleteRouteTable", ROUTES, When::Ours),
    row(
        "ec2:DeleteFlowLogs",
        &[On::Regional("ec2", "vpc-flow-log/*")],
        When::Ours,
    ),
    row(
        "ec2:DeleteInternetGateway",
        &[On::Regional("ec2", "internet-gateway/*")],
        When::Ours,
    ),
    row(
        "ec2:DeleteNatGateway",
        &[On::Regional("ec2", "natgateway/*")],
        When::Ours,
    ),
    row(
        "ec2:DeleteSubnet",
        &[On::Regional("ec2", "subnet/*")],
        When::Ours,
    ),
    row("ec2:DeleteVpc", &[On::Regional("ec2", "vpc/*")], When::Ours),
    row(
        "ec2:ModifySubnetAttribute",
        &[On::Regional("ec2", "subnet/*")],
        When::Ours,
    ),
    row(
        "ec2:ModifyVpcAttribute",
        &[On::Regional("ec2", "vpc/*")],
        When::Ours,
    ),
    // Groups, interfaces and endpoints that AWS made for the domain or for GuardDuty go as well, and carry no tag of ours;
    // what is associated or attached may be others'.
    row("ec2:*", &[On::Regional("ec2", "*/*")], When::Always),
    row(
        "elasticfilesystem:*",
        &[On::Regional("elasticfilesystem", "file-system/*")],
        When::Always,
    ),
    row(
        "iam:CreateServiceLinkedRole",
        &[On::Global("iam", "role/aws-service-role/*")],
        When::ForService(&["network-firewall.amazonaws.com", "sagemaker.amazonaws.com"]),
    ),
    row(
        "iam:PassRole",
        &[On::Global("iam", "role/{role}"), On::Arns("passed")],
        When::Passed(&[
            "cloudtrail.amazonaws.com",
            "sagemaker.amazonaws.com",
            "vpc-flow-logs.amazonaws.com",
        ]),
    ),
    row("iam:*RolePolicy", ROLE, When::Always),
    row("iam:*RolePolicies", ROLE, When::Always),
    row("iam:*RolePermissionsBoundary", ROLE, When::Always),
    row("iam:UpdateAssumeRolePolicy", ROLE, When::Always),
    row("iam:*Role", ROLE, When::Always),
    row("iam:*Policy", POLICY, When::Always),
    row("iam:*PolicyVersion", POLICY, When::Always),
    row("iam:ListPolicyVersions", POLICY, When::Always),
    row("iam:ListEntitiesForPolicy", POLICY, When::Always),
    row("kms:CreateKey", &[On::Everything], When::Tagged),
    row("kms:ListKeys", &[On::Everything], When::Always),
    row("kms:ListAliases", &[On::Everything], When::Always),
    row("kms:*Alias", ALIAS, When::Always),
    row("kms:CreateGrant", KEY, When::GrantForAws),
    row("kms:TagResource", &[On::Everything], When::Tagged),
    row("kms:TagResource", KEY, When::Ours),
    row("kms:DescribeKey", KEY, When::Always),
    row("kms:GetKey*", KEY, When::Always),
    row("kms:ListResourceTags", KEY, When::Always),
    row("kms:*", KEY, When::Ours),
    row(
        "logs:DescribeLogGroups",
        &[On::Regional("logs", "log-group:*")],
        When::Always,
    ),
    row("logs:*LogDelivery", &[On::Everything], When::Always),
    row("logs:ListLogDeliveries", &[On::Everything], When::Always),
    row("logs:PutResourcePolicy", &[On::Everything], When::Always),
    row(
        "logs:DescribeResourcePolicies",
        &[On::Everything],
        When::Always,
    ),
    row(
        "logs:*",
        &[
            On::Regional("logs", "log-group:{log_group}"),
            On::Regional("logs", "log-group:{log_group}:*"),
        ],
        When::Always,
    ),
    row(
        "network-firewall:*",
        &[On::Regional("network-firewall", "*/{firewall}")],
        When::Always,
    ),
    row(
        "route53:AssociateVPCWithHostedZone",
        &[On::Everything],
        When::Always,
    ),
    row("s3:ListAllMyBuckets", &[On::Everything], When::Always),
    row("s3:AbortMultipartUpload", OBJECTS, When::Always),
    row("s3:DeleteObject", OBJECTS, When::Always),
    row("s3:DeleteObjectVersion", OBJECTS, When::Always),
    row("s3:*", &[On::Bare("s3", "{bucket}")], When::Always),
    row("sagemaker:ListDomains", &[On::Everything], When::Always),
    row(
        "sagemaker:ListUserProfiles",
        &[On::Everything],
        When::Always,
    ),
    row("sagemaker:ListSpaces", &[On::Everything], When::Always),
    row("sagemaker:ListApps", &[On::Everything], When::Always),
    row(
        "sagemaker:*",
        &[
            On::Regional("sagemaker", "domain/*"),
            On::Regional("sagemaker", "user-profile/*"),
            On::Regional("sagemaker", "space/*"),
            On::Regional("sagemaker", "app/*"),
        ],
        When::Always,
    ),
    row("servicequotas:*", &[On::Everything], When::Always),
    row(
        "ssm:*",
        &[On::Regional("ssm", "parameter{anchor}")],
        When::Always,
    ),
    row("sso:*", &[On::Everything], When::Always),
];

/// What else who makes a call must be allowed.
///
/// Flow logs: <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html>, firewall logs:
/// <https://docs.aws.amazon.com/network-firewall/latest/developerguide/logging-cw-logs.html>, endpoints:
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/security_iam_id-based-policy-examples.html>, Studio:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html>.
pub(super) const IMPLIED: &[(&str, &[&str])] = &[
    ("cloudtrail:CreateTrail", &["iam:PassRole"]),
    (
        "ec2:CreateFlowLogs",
        &[
            "iam:PassRole",
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
        ],
    ),
    (
        "ec2:CreateVpcEndpoint",
        &["route53:AssociateVPCWithHostedZone"],
    ),
    (
        "network-firewall:CreateFirewall",
        &["iam:CreateServiceLinkedRole"],
    ),
    (
        "network-firewall:UpdateLoggingConfiguration",
        &[
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        ],
    ),
    ("s3:DeleteObjectVersion", &["s3:DeleteObject"]),
    // A bucket that is made with tags; later ones take `s3:PutBucketTagging`.
    ("s3:CreateBucket", &["s3:TagResource"]),
    (
        "sagemaker:CreateDomain",
        &[
            "iam:PassRole",
            "iam:CreateServiceLinkedRole",
            "kms:CreateGrant",
            "kms:DescribeKey",
        ],
    ),
];

/// The rows of an action: those that name it, or else the first whose pattern fits.
pub(super) fn rows_of(action: &str) -> Vec<&'static Row> {
    let named: Vec<&Row> = ROWS.iter().filter(|row| row.action == action).collect();
    if !named.is_empty() {
        return named;
    }
    ROWS.iter()
        .find(|row| fits(row.action, action))
        .into_iter()
        .collect()
}
