//! `efs:file-system`: a file system with its mount targets. It is looked at, not made: Studio makes its own.

use std::fmt;

use aws_sdk_efs::types::{FileSystemDescription, MountTargetDescription};
use cloister_composite::{PartError, Tags};
use serde::Serialize;

use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "efs:file-system";

const DESCRIBE: Operation = Operation::read("elasticfilesystem:DescribeFileSystems");
const DESCRIBE_TARGETS: Operation = Operation::read("elasticfilesystem:DescribeMountTargets");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DESCRIBE, DESCRIBE_TARGETS]];

/// A file system as EFS describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileSystemObserved {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: Option<String>,
    /// `available`, `deleting`, ...
    pub life_cycle_state: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key that it is encrypted with.
    pub kms_key_arn: Option<String>,
    /// How it is made for many clients or few.
    pub performance_mode: String,
    /// How its throughput is measured.
    pub throughput_mode: Option<String>,
    /// Its mount targets, where they were asked for.
    pub mount_targets: Vec<MountTarget>,
    /// All its tags.
    pub tags: Tags,
}

/// Where a subnet reaches a file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MountTarget {
    /// Its id.
    pub id: String,
    /// `available`, `deleting`, ...
    pub state: String,
    /// The subnet.
    pub subnet_id: String,
    /// The VPC, where EFS says so.
    pub vpc_id: Option<String>,
    /// Its network interface.
    pub network_interface_id: Option<String>,
}

impl fmt::Display for MountTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interface = self
            .network_interface_id
            .as_deref()
            .unwrap_or("no interface");
        write!(
            f,
            "EFS mount target {} ({interface}, {}) in {}",
            self.id, self.state, self.subnet_id
        )
    }
}

/// The file system with this id and its mount targets, unless there is none.
pub(crate) async fn read_file_system(
    aws: &Aws,
    id: &str,
) -> Result<Option<FileSystemObserved>, PartError> {
    let request = aws.efs().describe_file_systems().file_system_id(id);
    let page = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let Some(found) = page.file_systems.unwrap_or_default().into_iter().next() else {
        return Ok(None);
    };
    let mount_targets = mount_targets(aws, id).await?;
    Ok(Some(FileSystemObserved {
        mount_targets,
        ..observed(found)
    }))
}

/// All file systems of the account and region, without their mount targets: EFS finds nothing by tag.
pub(crate) async fn all_file_systems(aws: &Aws) -> Result<Vec<FileSystemObserved>, PartError> {
    let mut systems = Vec::new();
    let mut next = None;
    loop {
        let request = aws.efs().describe_file_systems().set_marker(next);
        let page = aws
            .call(DESCRIBE, "file systems", || request.clone().send())
            .await?;
        systems.extend(
            page.file_systems
                .unwrap_or_default()
                .into_iter()
                .map(observed),
        );
        next = page.next_marker;
        if next.is_none() {
            return Ok(systems);
        }
    }
}

/// The mount targets of a file system; none where there is no such file system.
pub(crate) async fn mount_targets(aws: &Aws, id: &str) -> Result<Vec<MountTarget>, PartError> {
    let mut targets = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .efs()
            .describe_mount_targets()
            .file_system_id(id)
            .set_marker(next);
        let page = match aws
            .call(DESCRIBE_TARGETS, id, || request.clone().send())
            .await
        {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            answer => answer?,
        };
        targets.extend(
            page.mount_targets
                .unwrap_or_default()
                .into_iter()
                .map(target),
        );
        next = page.next_marker;
        if next.is_none() {
            return Ok(targets);
        }
    }
}

fn observed(found: FileSystemDescription) -> FileSystemObserved {
    FileSystemObserved {
        id: found.file_system_id,
        arn: found.file_system_arn,
        life_cycle_state: found.life_cycle_state.as_str().to_owned(),
        encrypted: found.encrypted.unwrap_or(false),
        kms_key_arn: found.kms_key_id,
        performance_mode: found.performance_mode.as_str().to_owned(),
        throughput_mode: found.throughput_mode.map(|mode| mode.as_str().to_owned()),
        mount_targets: Vec::new(),
        tags: found
            .tags
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
    }
}

fn target(found: MountTargetDescription) -> MountTarget {
    MountTarget {
        id: found.mount_target_id,
        state: found.life_cycle_state.as_str().to_owned(),
        subnet_id: found.subnet_id,
        vpc_id: found.vpc_id,
        network_interface_id: found.network_interface_id,
    }
}
