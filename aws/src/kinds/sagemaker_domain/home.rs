//! The file system of the users' homes, and the mount targets that hold subnets and groups.

use cloister_composite::{ErrorClass, PartError};

use super::HomeEfs;
use crate::{
    calls::Operation,
    kinds::efs_file_system::{FileSystemObserved, MountTarget, all_file_systems, mount_targets},
    session::Aws,
};

/// The tag by which SageMaker's own objects say whose they are; the value ends with the domain's id.
pub(super) const MANAGED_TAG: &str = "ManagedByAmazonSageMakerResource";

const DELETE_FILE_SYSTEM: Operation = Operation::idempotent("elasticfilesystem:DeleteFileSystem");
const DELETE_MOUNT_TARGET: Operation = Operation::idempotent("elasticfilesystem:DeleteMountTarget");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DELETE_FILE_SYSTEM, DELETE_MOUNT_TARGET];
const DELETING: &str = "deleting";

/// Deletes the mount targets, and the file system if that is wished; returns what was still there, named.
///
/// Mount targets go in any case: without them the files are safe, with them the subnets cannot go.
pub(super) async fn sweep_homes(
    aws: &Aws,
    domain_id: &str,
    homes: HomeEfs,
) -> Result<Vec<String>, PartError> {
    let mut left = Vec::new();
    for system in home_file_systems(aws, domain_id).await? {
        let targets = mount_targets(aws, &system.id).await?;
        for target in &targets {
            if target.state != DELETING {
                delete_mount_target(aws, target).await?;
            }
            left.push(target.to_string());
        }
        if homes == HomeEfs::Retain {
            tracing::info!(
                domain = domain_id,
                file_system = system.id,
                "the homes stay"
            );
        } else {
            if targets.is_empty() && system.life_cycle_state != DELETING {
                delete_file_system(aws, &system.id).await?;
            }
            left.push(format!(
                "file system {} ({})",
                system.id, system.life_cycle_state
            ));
        }
    }
    Ok(left)
}

async fn home_file_systems(
    aws: &Aws,
    domain_id: &str,
) -> Result<Vec<FileSystemObserved>, PartError> {
    let mut systems = all_file_systems(aws).await?;
    systems.retain(|system| {
        let owner = system.tags.get(MANAGED_TAG);
        owner.is_some_and(|owner| owner.ends_with(domain_id))
    });
    Ok(systems)
}

async fn delete_mount_target(aws: &Aws, target: &MountTarget) -> Result<(), PartError> {
    tracing::info!(mount_target = target.id, "deleting the mount target");
    let request = aws.efs().delete_mount_target().mount_target_id(&target.id);
    let deleted = aws
        .call(DELETE_MOUNT_TARGET, &target.id, || request.clone().send())
        .await;
    gone_or_going(deleted.map(|_| ()))
}

async fn delete_file_system(aws: &Aws, id: &str) -> Result<(), PartError> {
    tracing::info!(file_system = id, "deleting the home file system");
    let request = aws.efs().delete_file_system().file_system_id(id);
    let deleted = aws
        .call(DELETE_FILE_SYSTEM, id, || request.clone().send())
        .await;
    gone_or_going(deleted.map(|_| ()))
}

/// What is gone is gone; what cannot go yet is asked again.
fn gone_or_going(deleted: Result<(), PartError>) -> Result<(), PartError> {
    match deleted {
        Err(error) if matches!(error.class, ErrorClass::NotFound | ErrorClass::Busy) => Ok(()),
        answer => answer,
    }
}
