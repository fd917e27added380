//! The security groups that SageMaker makes for a domain's NFS traffic, and leaves behind: they name each other in their
//! rules, so that neither can be deleted before both are empty.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::SecurityGroup;
use cloister_composite::{ErrorClass, PartError};
use futures::future::try_join;

use super::home::MANAGED_TAG;
use crate::{
    kinds::ec2::{
        GroupRules, delete_forgotten, delete_group, describe_groups, filter, revoke_references,
        revoke_rules, within,
    },
    session::Aws,
};

/// The groups of this domain by id: those with the tag that SageMaker puts on them, and those with the names that it
/// gives them.
pub(super) async fn leftover_groups(
    aws: &Aws,
    domain_id: &str,
) -> Result<BTreeMap<String, SecurityGroup>, PartError> {
    let names = ["inbound", "outbound"]
        .map(|direction| format!("security-group-for-{direction}-nfs-{domain_id}"));
    let tag = format!("tag:{MANAGED_TAG}");
    let (named, tagged) = try_join(
        describe_groups(aws, vec![filter("group-name", names)]),
        describe_groups(aws, vec![filter(&tag, [format!("*{domain_id}")])]),
    )
    .await?;
    let both = named.into_iter().chain(tagged);
    Ok(both
        .filter_map(|group| Some((group.group_id.clone()?, group)))
        .collect())
}

/// Empties the groups, takes them out of other groups' rules and deletes them; returns what was still there, named.
pub(super) async fn sweep_groups(aws: &Aws, domain_id: &str) -> Result<Vec<String>, PartError> {
    let groups = leftover_groups(aws, domain_id).await?;
    for (id, group) in &groups {
        let rules = GroupRules::of(group)?;
        match revoke_rules(aws, id, &rules, &rules).await {
            Err(error) if error.is_not_found() => {}
            answer => answer?,
        }
        revoke_references(aws, id).await?;
    }
    let mut left = Vec::new();
    for id in groups.keys() {
        tracing::info!(domain = domain_id, group = id, "deleting the NFS group");
        match delete_group(aws, id).await {
            Err(error) if error.class == ErrorClass::Busy => {
                left.push(format!("security group {id}"));
                left.extend(delete_forgotten(aws, id, within("group-id", id)).await?);
            }
            answer => answer?,
        }
    }
    Ok(left)
}
