//! Objects in AWS, one module per kind: what the engine can make, and what is only looked at.

mod arn;
mod calls;
mod cloudtrail_trail;
mod ec2;
mod ec2_default_security_group;
mod ec2_elastic_ip;
mod ec2_flow_log;
mod ec2_internet_gateway;
mod ec2_nat_gateway;
pub(crate) mod ec2_network;
mod ec2_route_table;
mod ec2_routes;
mod ec2_security_group;
mod ec2_security_group_rules;
mod ec2_subnet;
mod ec2_vpc;
mod ec2_vpc_endpoint;
pub(crate) mod efs_file_system;
mod iam_document;
pub(crate) mod iam_group;
mod iam_policies;
mod iam_policy;
mod iam_role;
mod iam_role_policies;
mod iam_tags;
pub(crate) mod iam_user;
mod kms_alias;
mod kms_key;
mod log_group;
mod natural_key;
mod network_firewall;
mod restate;
mod s3_bucket;
mod s3_bucket_policy;
mod sagemaker;
pub(crate) mod sagemaker_app;
mod sagemaker_domain;
mod sagemaker_space;
mod sagemaker_user_profile;
mod settled;
mod ssm_parameter;
mod stages;
mod tags;

use cloister_composite::Kinds;

use crate::session::Aws;

pub(crate) use calls::calls_of;

pub use arn::Arn;
pub use cloudtrail_trail::{
    BasicResource, BasicSelector, EventSelector, FieldSelector, Trail, TrailDesired, TrailObserved,
};
pub use ec2::{GroupRules, Rule, RuleObserved};
pub use ec2_default_security_group::{
    Ec2DefaultSecurityGroup, Ec2DefaultSecurityGroupDesired, Ec2DefaultSecurityGroupObserved,
};
pub use ec2_elastic_ip::{Ec2ElasticIp, Ec2ElasticIpDesired, Ec2ElasticIpObserved};
pub use ec2_flow_log::{Ec2FlowLog, Ec2FlowLogDesired, Ec2FlowLogObserved};
pub use ec2_internet_gateway::{
    Ec2InternetGateway, Ec2InternetGatewayDesired, Ec2InternetGatewayObserved,
};
pub use ec2_nat_gateway::{Ec2NatGateway, Ec2NatGatewayDesired, Ec2NatGatewayObserved};
pub use ec2_network::NetworkObserved;
pub use ec2_route_table::{
    Association, Ec2RouteTable, Ec2RouteTableDesired, Ec2RouteTableObserved, RouteObserved,
};
pub use ec2_routes::{Ec2Routes, Ec2RoutesDesired, Ec2RoutesObserved, Route};
pub use ec2_security_group::{Ec2SecurityGroup, Ec2SecurityGroupDesired, Ec2SecurityGroupObserved};
pub use ec2_security_group_rules::{
    Ec2SecurityGroupRules, Ec2SecurityGroupRulesDesired, Ec2SecurityGroupRulesObserved,
};
pub use ec2_subnet::{Ec2Subnet, Ec2SubnetDesired, Ec2SubnetObserved};
pub use ec2_vpc::{Ec2Vpc, Ec2VpcDesired, Ec2VpcObserved};
pub use ec2_vpc_endpoint::{Ec2VpcEndpoint, Ec2VpcEndpointDesired, Ec2VpcEndpointObserved};
pub use efs_file_system::{FileSystemObserved, MountTarget};
pub use iam_group::IamGroupObserved;
pub use iam_policy::{IamPolicy, IamPolicyDesired, IamPolicyObserved};
pub use iam_role::{IamRole, IamRoleDesired, IamRoleObserved};
pub use iam_role_policies::{
    IamRolePolicies, IamRolePoliciesDesired, IamRolePoliciesDisposal, IamRolePoliciesObserved,
};
pub use iam_user::IamUserObserved;
pub use kms_alias::{KmsAlias, KmsAliasDesired, KmsAliasObserved};
pub use kms_key::{KmsKey, KmsKeyDesired, KmsKeyDisposal, KmsKeyObserved, Rotation};
pub use log_group::{LogGroup, LogGroupDesired, LogGroupDisposal, LogGroupObserved};
pub use network_firewall::{
    DomainList, Firewall, FirewallDesired, FirewallEndpoint, FirewallLogging,
    FirewallLoggingDesired, FirewallLoggingObserved, FirewallObserved, FirewallPolicy,
    FirewallPolicyDesired, FirewallPolicyObserved, FirewallRuleGroup, FirewallRuleGroupDesired,
    FirewallRuleGroupObserved, FirewallRules, LogDestination, LogDestinationObserved, Stateless,
};
pub use s3_bucket::{
    AccessLog, Encryption, LifecycleRule, Ownership, PublicAccessBlock, S3Bucket, S3BucketDesired,
    S3BucketDisposal, S3BucketObserved, Transition, Versioning,
};
pub use s3_bucket_policy::{
    S3BucketPolicy, S3BucketPolicyDesired, S3BucketPolicyDisposal, S3BucketPolicyObserved,
};
pub use sagemaker::{
    app_defaults::{AppDefaults, AppResources, CustomImage, IdleTimeout},
    user_settings::{SpaceStorage, UserSettings},
};
pub use sagemaker_app::StudioAppObserved;
pub use sagemaker_domain::{
    Docker, DomainSettings, HomeEfs, SpaceDefaults, StudioDomain, StudioDomainDesired,
    StudioDomainDisposal, StudioDomainObserved,
};
pub use sagemaker_space::{StudioSpace, StudioSpaceDesired, StudioSpaceObserved};
pub use sagemaker_user_profile::{
    SsoUser, StudioUserProfile, StudioUserProfileDesired, StudioUserProfileObserved,
};
pub use stages::deletion_stage;

/// Every kind that the engine can make, by name.
pub fn kinds() -> Kinds<Aws> {
    Kinds::new(ssm_parameter::KIND)
        .with::<Ec2DefaultSecurityGroup>()
        .with::<Ec2ElasticIp>()
        .with::<Ec2FlowLog>()
        .with::<Ec2InternetGateway>()
        .with::<Ec2NatGateway>()
        .with::<Ec2RouteTable>()
        .with::<Ec2Routes>()
        .with::<Ec2SecurityGroup>()
        .with::<Ec2SecurityGroupRules>()
        .with::<Ec2Subnet>()
        .with::<Ec2Vpc>()
        .with::<Ec2VpcEndpoint>()
        .with::<Firewall>()
        .with::<FirewallLogging>()
        .with::<FirewallPolicy>()
        .with::<FirewallRuleGroup>()
        .with::<IamPolicy>()
        .with::<IamRole>()
        .with::<IamRolePolicies>()
        .with::<KmsAlias>()
        .with::<KmsKey>()
        .with::<LogGroup>()
        .with::<S3Bucket>()
        .with::<S3BucketPolicy>()
        .with::<StudioDomain>()
        .with::<StudioSpace>()
        .with::<StudioUserProfile>()
        .with::<Trail>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds stand in users' state files: a name is never changed.
    #[test]
    fn the_names_of_kinds_are_frozen() {
        let all = kinds();
        assert_eq!(all.anchor_kind(), "ssm:parameter");
        assert_eq!(
            all.names().collect::<Vec<_>>(),
            [
                "cloudtrail:trail",
                "ec2:default-security-group",
                "ec2:elastic-ip",
                "ec2:flow-log",
                "ec2:internet-gateway",
                "ec2:nat-gateway",
                "ec2:route-table",
                "ec2:routes",
                "ec2:security-group",
                "ec2:security-group-rules",
                "ec2:subnet",
                "ec2:vpc",
                "ec2:vpc-endpoint",
                "iam:policy",
                "iam:role",
                "iam:role-policies",
                "kms:alias",
                "kms:key",
                "logs:log-group",
                "network-firewall:firewall",
                "network-firewall:firewall-policy",
                "network-firewall:logging",
                "network-firewall:rule-group",
                "s3:bucket",
                "s3:bucket-policy",
                "sagemaker:domain",
                "sagemaker:space",
                "sagemaker:user-profile",
            ]
        );
    }
}
