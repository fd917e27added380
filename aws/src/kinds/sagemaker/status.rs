//! What the states of domains, profiles and spaces mean.
//!
//! A state that only a new object ends is shown as the setting `status`, which nobody wishes: the object is replaced. A
//! failed update is shown as the setting `update_failed`: it is repeated.

use cloister_composite::{ErrorClass, PartError, Readiness};

pub(crate) const IN_SERVICE: &str = "InService";
pub(crate) const PENDING: &str = "Pending";
pub(crate) const UPDATING: &str = "Updating";
pub(crate) const DELETING: &str = "Deleting";
pub(crate) const DELETED: &str = "Deleted";
pub(crate) const FAILED: &str = "Failed";
const UPDATE_FAILED: &str = "Update_Failed";
const DELETE_FAILED: &str = "Delete_Failed";

/// How far an object in this state is.
pub(crate) fn readiness(status: &str, reason: Option<&str>) -> Readiness {
    match status {
        IN_SERVICE => Readiness::Ready,
        PENDING | UPDATING => Readiness::Pending,
        _ => Readiness::Failed(worded(status, reason)),
    }
}

/// The state, if only a new object ends it.
pub(crate) fn lasting(status: &str) -> Option<String> {
    [DELETING, DELETED, FAILED, DELETE_FAILED]
        .contains(&status)
        .then(|| status.to_owned())
}

/// Why the last update failed, if it did.
pub(crate) fn update_failure(status: &str, reason: Option<&str>) -> Option<String> {
    (status == UPDATE_FAILED).then(|| reason.unwrap_or(UPDATE_FAILED).to_owned())
}

/// Whether SageMaker takes a delete in this state.
pub(crate) fn can_be_deleted(status: &str) -> bool {
    ![PENDING, UPDATING, DELETING].contains(&status)
}

/// An object of an earlier run that is still going is waited for, before its name is free.
pub(crate) fn wait_for_end(status: Option<&str>, refusal: &PartError) -> Result<(), PartError> {
    if status != Some(DELETING) {
        return Ok(());
    }
    Err(PartError {
        class: ErrorClass::Busy,
        message: "an object of this name is still being deleted".to_owned(),
        ..refusal.clone()
    })
}

/// The state with its reason, for people.
pub(crate) fn worded(status: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("its status is {status}: {reason}"),
        None => format!("its status is {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_whether_to_wait_to_repeat_or_to_make_again() {
        for (status, ready, lasts, failed, deletable) in [
            (IN_SERVICE, Some(true), false, false, true),
            (PENDING, Some(false), false, false, false),
            (UPDATING, Some(false), false, false, false),
            (UPDATE_FAILED, None, false, true, true),
            (FAILED, None, true, false, true),
            (DELETE_FAILED, None, true, false, true),
            (DELETING, None, true, false, false),
        ] {
            let expected = match ready {
                Some(true) => Readiness::Ready,
                Some(false) => Readiness::Pending,
                None => Readiness::Failed(format!("its status is {status}: why")),
            };
            assert_eq!(readiness(status, Some("why")), expected, "{status}");
            assert_eq!(lasting(status).is_some(), lasts, "{status}");
            assert_eq!(
                update_failure(status, Some("why")),
                failed.then(|| "why".to_owned()),
                "{status}"
            );
            assert_eq!(can_be_deleted(status), deletable, "{status}");
        }
    }
}
