//! The calls that a part of each kind takes at least: to make it, and to unmake it.
//!
//! Nothing that only looks is among them, since who makes a thing knows what it is; polling is what is measured.

use Stage::{OneByOne, Together};

/// Calls of which each has to wait for the one before.
pub(super) type Stages = &'static [Stage];

/// One call, or several that may go out together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    Together(&'static [&'static str]),
    /// Several calls of one operation, of which AWS takes one after the other.
    OneByOne(&'static str),
}

/// Each kind, with what makes one and what unmakes it.
pub(super) const NECESSARY: &[(&str, Stages, Stages)] = &[
    (
        "ec2:default-security-group",
        &[Together(&[
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
        ])],
        &[],
    ),
    (
        "ec2:elastic-ip",
        &[Together(&["ec2:AllocateAddress"])],
        &[Together(&["ec2:ReleaseAddress"])],
    ),
    (
        "ec2:flow-log",
        &[Together(&["ec2:CreateFlowLogs"])],
        &[Together(&["ec2:DeleteFlowLogs"])],
    ),
    (
        "ec2:internet-gateway",
        &[
            Together(&["ec2:CreateInternetGateway"]),
            Together(&["ec2:AttachInternetGateway"]),
        ],
        &[
            Together(&["ec2:DetachInternetGateway"]),
            Together(&["ec2:DeleteInternetGateway"]),
        ],
    ),
    (
        "ec2:nat-gateway",
        &[Together(&["ec2:CreateNatGateway"])],
        &[Together(&["ec2:DeleteNatGateway"])],
    ),
    (
        "ec2:route-table",
        &[
            Together(&["ec2:CreateRouteTable"]),
            Together(&["ec2:AssociateRouteTable"]),
        ],
        &[Together(&["ec2:DeleteRouteTable"])],
    ),
    (
        "ec2:routes",
        &[Together(&["ec2:CreateRoute"])],
        &[Together(&["ec2:DeleteRoute"])],
    ),
    (
        "ec2:security-group",
        &[Together(&["ec2:CreateSecurityGroup"])],
        &[Together(&["ec2:DeleteSecurityGroup"])],
    ),
    (
        "ec2:security-group-rules",
        &[Together(&[
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupEgress",
        ])],
        &[Together(&[
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
        ])],
    ),
    (
        "ec2:subnet",
        &[Together(&["ec2:CreateSubnet"])],
        &[Together(&["ec2:DeleteSubnet"])],
    ),
    (
        "ec2:vpc",
        &[
            Together(&["ec2:CreateVpc"]),
            Together(&["ec2:ModifyVpcAttribute"]),
        ],
        &[Together(&["ec2:DeleteVpc"])],
    ),
    (
        "ec2:vpc-endpoint",
        &[Together(&["ec2:CreateVpcEndpoint"])],
        &[Together(&["ec2:DeleteVpcEndpoints"])],
    ),
    (
        "iam:policy",
        &[Together(&["iam:CreatePolicy"])],
        &[Together(&["iam:DeletePolicy"])],
    ),
    (
        "iam:role",
        &[Together(&["iam:CreateRole"])],
        &[Together(&["iam:DeleteRole"])],
    ),
    (
        "iam:role-policies",
        &[Together(&["iam:PutRolePolicy", "iam:AttachRolePolicy"])],
        &[Together(&["iam:DeleteRolePolicy", "iam:DetachRolePolicy"])],
    ),
    (
        "kms:alias",
        &[Together(&["kms:CreateAlias"])],
        &[Together(&["kms:DeleteAlias"])],
    ),
    (
        "kms:key",
        &[
            Together(&["kms:CreateKey"]),
            Together(&["kms:EnableKeyRotation"]),
        ],
        &[Together(&["kms:ScheduleKeyDeletion"])],
    ),
    (
        "logs:log-group",
        &[
            Together(&["logs:CreateLogGroup"]),
            Together(&["logs:PutRetentionPolicy"]),
        ],
        &[Together(&["logs:DeleteLogGroup"])],
    ),
    (
        "network-firewall:firewall",
        &[Together(&["network-firewall:CreateFirewall"])],
        &[Together(&["network-firewall:DeleteFirewall"])],
    ),
    (
        "network-firewall:firewall-policy",
        &[Together(&["network-firewall:CreateFirewallPolicy"])],
        &[Together(&["network-firewall:DeleteFirewallPolicy"])],
    ),
    // A call adds or removes one destination.
    // https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_UpdateLoggingConfiguration.html
    (
        "network-firewall:logging",
        &[OneByOne("network-firewall:UpdateLoggingConfiguration")],
        &[OneByOne("network-firewall:UpdateLoggingConfiguration")],
    ),
    (
        "network-firewall:rule-group",
        &[Together(&["network-firewall:CreateRuleGroup"])],
        &[Together(&["network-firewall:DeleteRuleGroup"])],
    ),
    (
        "sagemaker:domain",
        &[Together(&["sagemaker:CreateDomain"])],
        &[Together(&["sagemaker:DeleteDomain"])],
    ),
    (
        "sagemaker:user-profile",
        &[Together(&["sagemaker:CreateUserProfile"])],
        &[Together(&["sagemaker:DeleteUserProfile"])],
    ),
];
