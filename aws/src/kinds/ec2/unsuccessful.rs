//! Calls about several objects that succeed as a whole and say per object what failed.

use aws_sdk_ec2::types::UnsuccessfulItem;
use cloister_composite::PartError;

use crate::calls::{Operation, classify};

/// The status of a refusal, which these answers do not carry.
const REFUSED: u16 = 400;

/// The first failure of an answer, if there is one.
pub(crate) fn judge_unsuccessful(
    operation: Operation,
    subject: &str,
    items: Option<Vec<UnsuccessfulItem>>,
) -> Result<(), PartError> {
    let Some(item) = items.unwrap_or_default().into_iter().next() else {
        return Ok(());
    };
    let (code, message) = item
        .error
        .map(|error| (error.code, error.message.unwrap_or_default()))
        .unwrap_or_default();
    let class = classify(operation.service(), code.as_deref(), REFUSED, &message);
    let mut error = PartError::new(class, operation.iam_action, subject, message);
    error.code = code;
    Err(error)
}
