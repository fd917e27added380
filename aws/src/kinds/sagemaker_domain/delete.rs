//! Deletes a domain over several calls: its users, itself, then what it leaves in the network.

use aws_sdk_sagemaker::types::RetentionType;
use cloister_composite::{ErrorClass, PartError};

use super::{
    HomeEfs, StudioDomainObserved, home::sweep_homes, nfs_groups::sweep_groups, write::delete_call,
};
use crate::{
    kinds::sagemaker::{
        status::{self, can_be_deleted, worded},
        sweep::{Scope, still_there, sweep},
    },
    session::Aws,
};

const API: &str = "sagemaker:DeleteDomain";

/// Does what can be done now. As long as something is left, the error says what; the next call goes on.
///
/// The NFS groups go last: as long as they exist a read still finds the domain, so that a delete that was cut goes on.
pub(super) async fn delete_domain(
    aws: &Aws,
    observed: &StudioDomainObserved,
    homes: HomeEfs,
) -> Result<(), PartError> {
    let id = observed.id.as_str();
    if observed.status != status::DELETED {
        return Err(delete_standing(aws, observed, homes).await?);
    }
    let left = sweep_homes(aws, id, homes).await?;
    if !left.is_empty() {
        return Err(still_there(API, id, &left));
    }
    let left = sweep_groups(aws, id).await?;
    if !left.is_empty() {
        return Err(still_there(API, id, &left));
    }
    tracing::info!(domain = id, "nothing of the domain is left in the network");
    Ok(())
}

/// Brings the end of a domain nearer; the answer is what still has to be waited for.
async fn delete_standing(
    aws: &Aws,
    observed: &StudioDomainObserved,
    homes: HomeEfs,
) -> Result<PartError, PartError> {
    let id = observed.id.as_str();
    let busy = |message: String| PartError::new(ErrorClass::Busy, API, id, message);
    let state = worded(&observed.status, observed.failure_reason.as_deref());
    if observed.status == status::DELETING {
        return Ok(busy(state));
    }
    let left = sweep(aws, id, Scope::Domain).await?;
    if !left.is_empty() {
        return Ok(still_there(API, id, &left));
    }
    if !can_be_deleted(&observed.status) {
        return Ok(busy(state));
    }
    let retention = match homes {
        HomeEfs::Retain => RetentionType::Retain,
        HomeEfs::Delete => RetentionType::Delete,
    };
    delete_call(aws, id, retention).await?;
    Ok(busy(format!("it is being deleted; before, {state}")))
}
