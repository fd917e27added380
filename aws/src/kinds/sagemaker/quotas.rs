//! Quotas that new accounts meet soon: how they are called in Service Quotas.

use cloister_composite::{ErrorClass, PartError};

/// <https://docs.aws.amazon.com/general/latest/gr/sagemaker.html>
const QUOTAS: [(&str, &str, &str); 3] = [
    ("sagemaker:domain", "Total domains", "L-B683BCB0"),
    (
        "sagemaker:user-profile",
        "Total number of user profiles",
        "L-AC46C40F",
    ),
    ("sagemaker:space", "Total number of spaces", "L-8E5333B4"),
];

/// Adds to the error of an exhausted quota how the quota of `kind` is called, so that it can be raised.
pub(crate) fn naming_the_quota(mut error: PartError, kind: &str) -> PartError {
    let quota = QUOTAS.iter().find(|(of, ..)| *of == kind);
    if let (ErrorClass::Exhausted, Some((_, name, code))) = (error.class, quota) {
        error.message = format!(
            "{} (the quota is `{name}`, {code} of the service `sagemaker` in Service Quotas; what failed counts too)",
            error.message
        );
    }
    error
}
