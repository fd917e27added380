//! Which calls each kind makes: the very operations that its module calls through, and those of what it shares.

use super::{
    cloudtrail_trail, ec2, ec2_elastic_ip, ec2_flow_log, ec2_internet_gateway, ec2_nat_gateway,
    ec2_route_table, ec2_routes, ec2_security_group, ec2_subnet, ec2_vpc, ec2_vpc_endpoint,
    efs_file_system, iam_policies, iam_policy, iam_role, iam_role_policies, kms_alias, kms_key,
    log_group, network_firewall, s3_bucket, s3_bucket_policy, sagemaker, sagemaker_domain,
    sagemaker_space, sagemaker_user_profile, ssm_parameter,
};
use crate::calls::Operation;

type Groups = &'static [&'static [Operation]];

/// The calls of the kinds that the engine makes, and of the anchor.
const CALLS: &[(&str, &[Groups])] = &[
    ("cloudtrail:trail", &[cloudtrail_trail::CALLS]),
    (
        "ec2:default-security-group",
        &[ec2::GROUP_CALLS, ec2::RULE_CALLS],
    ),
    ("ec2:elastic-ip", &[ec2_elastic_ip::CALLS, ec2::TAG_CALLS]),
    ("ec2:flow-log", &[ec2_flow_log::CALLS, ec2::TAG_CALLS]),
    (
        "ec2:internet-gateway",
        &[ec2_internet_gateway::CALLS, ec2::TAG_CALLS],
    ),
    ("ec2:nat-gateway", &[ec2_nat_gateway::CALLS, ec2::TAG_CALLS]),
    ("ec2:route-table", &[ec2_route_table::CALLS, ec2::TAG_CALLS]),
    ("ec2:routes", &[ec2_routes::CALLS, ec2_route_table::CALLS]),
    (
        "ec2:security-group",
        &[
            ec2_security_group::CALLS,
            ec2::GROUP_CALLS,
            ec2::RULE_CALLS,
            ec2::INTERFACE_CALLS,
            ec2::TAG_CALLS,
        ],
    ),
    (
        "ec2:security-group-rules",
        &[ec2::GROUP_CALLS, ec2::RULE_CALLS],
    ),
    (
        "ec2:subnet",
        &[ec2_subnet::CALLS, ec2::INTERFACE_CALLS, ec2::TAG_CALLS],
    ),
    (
        "ec2:vpc",
        &[
            ec2_vpc::CALLS,
            ec2::GROUP_CALLS,
            ec2::INTERFACE_CALLS,
            ec2::TAG_CALLS,
        ],
    ),
    (
        "ec2:vpc-endpoint",
        &[
            ec2_vpc_endpoint::CALLS,
            ec2::INTERFACE_CALLS,
            ec2::TAG_CALLS,
        ],
    ),
    ("iam:policy", &[iam_policy::CALLS]),
    (
        "iam:role",
        &[
            iam_role::CALLS,
            iam_role_policies::CALLS,
            iam_policies::ROLE_CALLS,
        ],
    ),
    (
        "iam:role-policies",
        &[iam_role_policies::CALLS, iam_policies::ROLE_CALLS],
    ),
    ("kms:alias", &[kms_alias::CALLS]),
    ("kms:key", &[kms_key::CALLS]),
    ("logs:log-group", &[log_group::CALLS]),
    (
        "network-firewall:firewall",
        &[
            network_firewall::FIREWALL_CALLS,
            network_firewall::TAG_CALLS,
        ],
    ),
    (
        "network-firewall:firewall-policy",
        &[network_firewall::POLICY_CALLS, network_firewall::TAG_CALLS],
    ),
    (
        "network-firewall:logging",
        &[network_firewall::LOGGING_CALLS],
    ),
    (
        "network-firewall:rule-group",
        &[
            network_firewall::RULE_GROUP_CALLS,
            network_firewall::TAG_CALLS,
        ],
    ),
    ("s3:bucket", &[s3_bucket::CALLS]),
    ("s3:bucket-policy", &[s3_bucket_policy::CALLS]),
    (
        "sagemaker:domain",
        &[
            sagemaker_domain::CALLS,
            sagemaker::apps::CALLS,
            sagemaker::users::CALLS,
            sagemaker::tagging::CALLS,
            efs_file_system::CALLS,
            ec2::GROUP_CALLS,
            ec2::RULE_CALLS,
            ec2::INTERFACE_CALLS,
        ],
    ),
    (
        "sagemaker:space",
        &[
            sagemaker_space::CALLS,
            sagemaker::apps::CALLS,
            sagemaker::users::CALLS,
            sagemaker::tagging::CALLS,
        ],
    ),
    (
        "sagemaker:user-profile",
        &[
            sagemaker_user_profile::CALLS,
            sagemaker::apps::CALLS,
            sagemaker::users::CALLS,
            sagemaker::tagging::CALLS,
        ],
    ),
    (ssm_parameter::KIND, &[ssm_parameter::CALLS]),
];

/// Every call that a kind of part makes; none for a kind that is not known.
pub(crate) fn calls_of(kind: &str) -> impl Iterator<Item = &'static Operation> {
    let row = CALLS.iter().find(|(name, _)| *name == kind);
    let groups = row.into_iter().flat_map(|(_, groups)| groups.iter());
    groups
        .flat_map(|groups| groups.iter())
        .flat_map(|group| group.iter())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;
    use crate::kinds::kinds;

    #[test]
    fn every_kind_has_its_calls() {
        let all = kinds();
        let mut known: Vec<&str> = all.names().chain([all.anchor_kind()]).collect();
        known.sort_unstable();
        let listed: Vec<&str> = CALLS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(listed, known);
    }

    /// A call that no kind lists would be missing in the policies that are made of this table.
    #[test]
    fn every_call_in_the_modules_is_listed() {
        let listed: BTreeSet<&str> = CALLS
            .iter()
            .flat_map(|(kind, _)| calls_of(kind))
            .map(|operation| operation.api)
            .collect();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds")];
        let mut missing = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().expect("the sources are there") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("a source file");
                let apis = text.split("Operation::").skip(1).filter_map(|rest| {
                    let rest = rest.split_once('(')?.1.trim_start();
                    Some(rest.strip_prefix('"')?.split_once('"')?.0.to_owned())
                });
                missing.extend(apis.filter(|api| !listed.contains(api.as_str())));
            }
        }
        // Only looked at, in `live` checks: users and groups are nobody's parts.
        let looked_at = ["User", "Group", "App"];
        missing.retain(|api| !looked_at.iter().any(|kind| api.contains(kind)));
        assert_eq!(missing, BTreeSet::new());
    }
}
