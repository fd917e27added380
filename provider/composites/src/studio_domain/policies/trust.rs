//! Who may assume a domain's roles: services, for this account only.

use cloister_policy::{Document, Operator, Principal, Statement};

use super::Home;

/// Of roles that apps and jobs run with. The source identity is the name of the user profile, where the domain passes
/// it on.
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/monitor-user-access.html>
pub fn sagemaker(home: &Home) -> Document {
    Document::of([Statement::allow("AllowSageMaker")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole", "sts:SetSourceIdentity"])
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [home.account.clone()],
        )])
}

/// Of the role with which flow logs are written.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html>
pub fn flow_logs(home: &Home) -> Document {
    Document::of([Statement::allow("AllowFlowLogs")
        .principal(Principal::service("vpc-flow-logs.amazonaws.com"))
        .action("sts:AssumeRole")
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [home.account.clone()],
        )
        .when(
            Operator::ArnLike,
            "aws:SourceArn",
            [home.arn("ec2", "vpc-flow-log/*")],
        )])
}

/// What flow logs need to write to one log group.
pub fn flow_log_delivery(log_group_arn: &str) -> Document {
    Document::of([
        Statement::allow("Write")
            .actions([
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ])
            .resources([log_group_arn.to_owned(), format!("{log_group_arn}:*")]),
        // Knows no narrower resource than all groups, and tells their names only.
        Statement::allow("FindGroups")
            .action("logs:DescribeLogGroups")
            .resource("*"),
    ])
}
