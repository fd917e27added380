//! The condition keys that do not depend on the service, and when a request has them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use super::key::{KeyType, named};

/// A condition key that a request to any service may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobalKey {
    /// As AWS spells it; a tag's key is `${TagKey}`.
    pub name: &'static str,
    pub value: KeyType,
    /// Whether a request may have several values.
    pub many: bool,
    pub presence: Presence,
}

/// Which requests have a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// All of them.
    Always,
    /// All but anonymous ones.
    Signed,
    /// Some; the text completes "a request has it only …".
    Only(&'static str),
    /// Those for actions that AWS's reference names, as with a service's own keys.
    ByAction,
}

use KeyType::{Arn, Bool, Date, IpAddress, Numeric, String};
use Presence::{Always, ByAction, Only, Signed};

const FROM_ORGANIZATION: Presence = Only("when the caller's account is in an organization");
const OF_ORGANIZATION: Presence = Only("when the resource's account is in an organization");
const FROM_ENDPOINT: Presence = Only("when it comes through a VPC endpoint");
const FROM_SOME_ENDPOINTS: Presence =
    Only("when it comes through a VPC endpoint, and only for some services");
const FROM_SERVICE: Presence = Only("when an AWS service makes it in its own name");
const FOR_CALLER: Presence = Only("when an AWS service makes it for the caller");
const FROM_INSTANCE: Presence = Only("when it is signed with the credentials of an EC2 instance");

/// Sorted as AWS's page is: the caller, its session, the network, the resource, the request.
pub(super) const ALL: &[GlobalKey] = &[
    one("aws:PrincipalArn", Arn, Signed),
    one("aws:PrincipalAccount", String, Signed),
    many("aws:PrincipalOrgPaths", String, FROM_ORGANIZATION),
    one("aws:PrincipalOrgID", String, FROM_ORGANIZATION),
    one(
        "aws:PrincipalTag/${TagKey}",
        String,
        Only("when the caller has the tag"),
    ),
    one("aws:PrincipalIsAWSService", Bool, Signed),
    one("aws:PrincipalServiceName", String, FROM_SERVICE),
    many("aws:PrincipalServiceNamesList", String, FROM_SERVICE),
    one("aws:PrincipalType", String, Always),
    one("aws:userid", String, Signed),
    one(
        "aws:username",
        String,
        Only("when the caller is an IAM user"),
    ),
    one(
        "aws:AssumedRoot",
        Bool,
        Only("when it is signed with a root session"),
    ),
    one(
        "aws:FederatedProvider",
        String,
        Only("when the role was assumed through an identity provider"),
    ),
    one(
        "aws:TokenIssueTime",
        Date,
        Only("when it is signed with temporary credentials"),
    ),
    one(
        "aws:MultiFactorAuthAge",
        Numeric,
        Only("when its credentials were issued with MFA"),
    ),
    one(
        "aws:MultiFactorAuthPresent",
        Bool,
        Only("when it is signed with temporary credentials"),
    ),
    one(
        "aws:ChatbotSourceArn",
        Arn,
        Only("when it comes from a chat channel"),
    ),
    one("aws:Ec2InstanceSourceVpc", String, FROM_INSTANCE),
    one("aws:Ec2InstanceSourcePrivateIPv4", IpAddress, FROM_INSTANCE),
    one(
        "aws:SourceIdentity",
        String,
        Only("when the role's session was given a source identity"),
    ),
    one("ec2:RoleDelivery", Numeric, FROM_INSTANCE),
    one("ec2:SourceInstanceArn", Arn, FROM_INSTANCE),
    one(
        "glue:RoleAssumedBy",
        String,
        Only("when AWS Glue assumed the role"),
    ),
    one(
        "glue:CredentialIssuingService",
        String,
        Only("when AWS Glue assumed the role"),
    ),
    one(
        "lambda:SourceFunctionArn",
        Arn,
        Only("when it is signed with the credentials of a Lambda function"),
    ),
    one(
        "ssm:SourceInstanceArn",
        Arn,
        Only("when it is signed with the credentials of a managed node"),
    ),
    one(
        "codebuild:BuildArn",
        Arn,
        Only("when it is signed with the credentials of a build"),
    ),
    one(
        "codebuild:ProjectArn",
        Arn,
        Only("when it is signed with the credentials of a build"),
    ),
    one(
        "identitystore:UserId",
        String,
        Only("when an IAM Identity Center user makes it"),
    ),
    one(
        "aws:SourceIp",
        IpAddress,
        Only("when it does not come through a VPC endpoint"),
    ),
    one("aws:SourceVpc", String, FROM_ENDPOINT),
    one("aws:SourceVpcArn", Arn, FROM_SOME_ENDPOINTS),
    one("aws:SourceVpce", String, FROM_ENDPOINT),
    one("aws:VpcSourceIp", IpAddress, FROM_ENDPOINT),
    one("aws:VpceAccount", String, FROM_SOME_ENDPOINTS),
    one("aws:VpceOrgID", String, FROM_SOME_ENDPOINTS),
    many("aws:VpceOrgPaths", String, FROM_SOME_ENDPOINTS),
    one("aws:ResourceAccount", String, Always),
    one("aws:ResourceOrgID", String, OF_ORGANIZATION),
    many("aws:ResourceOrgPaths", String, OF_ORGANIZATION),
    one("aws:ResourceTag/${TagKey}", String, ByAction),
    many("aws:CalledVia", String, FOR_CALLER),
    one("aws:CalledViaFirst", String, FOR_CALLER),
    one("aws:CalledViaLast", String, FOR_CALLER),
    one("aws:ViaAWSService", Bool, Always),
    one(
        "aws:CalledViaAWSMCP",
        String,
        Only("when an AWS MCP server makes it for the caller"),
    ),
    one(
        "aws:ViaAWSMCPService",
        Bool,
        Only("when an AWS MCP server makes it for the caller"),
    ),
    one(
        "aws:IsMcpServiceAction",
        Bool,
        Only("when an MCP server is asked"),
    ),
    one("aws:CurrentTime", Date, Always),
    one("aws:EpochTime", Date, Always),
    one("aws:referer", String, Only("when the client sends it")),
    one("aws:RequestedRegion", String, Always),
    one("aws:RequestTag/${TagKey}", String, ByAction),
    many("aws:TagKeys", String, ByAction),
    one("aws:SecureTransport", Bool, Always),
    one("aws:SourceAccount", String, FROM_SERVICE),
    one("aws:SourceArn", Arn, FROM_SERVICE),
    one("aws:SourceOrgID", String, FROM_SERVICE),
    many("aws:SourceOrgPaths", String, FROM_SERVICE),
    one("aws:UserAgent", String, Always),
];

/// The global key that a policy names so.
pub(super) fn find(written: &str) -> Option<&'static GlobalKey> {
    ALL.iter().find(|key| named(key.name, written))
}

const fn one(name: &'static str, value: KeyType, presence: Presence) -> GlobalKey {
    GlobalKey {
        name,
        value,
        many: false,
        presence,
    }
}

const fn many(name: &'static str, value: KeyType, presence: Presence) -> GlobalKey {
    GlobalKey {
        many: true,
        ..one(name, value, presence)
    }
}
