//! What AWS's error codes mean to the caller, as one table.

use cloister_composite::ErrorClass::{
    self, AlreadyExists, Busy, Credentials, Denied, Exhausted, NotFound, Propagation, Refused,
    Throttled, Uncertain,
};

use super::rates::fits;

/// One row: an error code of a service, where its message holds `says`.
struct Row {
    service: &'static str,
    code: &'static str,
    says: &'static str,
    class: ErrorClass,
}

const fn row(
    service: &'static str,
    code: &'static str,
    says: &'static str,
    class: ErrorClass,
) -> Row {
    Row {
        service,
        code,
        says,
        class,
    }
}

/// The first row that fits holds; `*` stands for anything, and messages are compared in lower case.
///
/// Codes come from the services' API models and error lists; the messages were reported by users, since services send
/// propagation faults under codes that mean other things too.
const ROWS: &[Row] = &[
    // Not yet seen everywhere.
    row(
        "sagemaker",
        "ValidationException",
        "could not assume role",
        Propagation,
    ),
    row(
        "sagemaker",
        "ValidationException",
        "does not have permission",
        Propagation,
    ),
    row(
        "sagemaker",
        "ValidationException",
        "unable to access kms",
        Propagation,
    ),
    row(
        "kms",
        "MalformedPolicyDocumentException",
        "invalid principal",
        Propagation,
    ),
    row(
        "logs",
        "InvalidParameterException",
        "kms key does not exist or is not allowed",
        Propagation,
    ),
    row("s3", "MalformedPolicy", "invalid principal", Propagation),
    row(
        "iam",
        "MalformedPolicyDocument",
        "invalid principal",
        Propagation,
    ),
    // What a trail delivers to was made a moment ago.
    row(
        "cloudtrail",
        "InsufficientS3BucketPolicyException",
        "",
        Propagation,
    ),
    row(
        "cloudtrail",
        "S3BucketDoesNotExistException",
        "",
        Propagation,
    ),
    row(
        "cloudtrail",
        "InsufficientEncryptionPolicyException",
        "",
        Propagation,
    ),
    row("cloudtrail", "KmsKeyNotFoundException", "", Propagation),
    row("cloudtrail", "InvalidCloudWatchLogs*", "", Propagation),
    row("ec2", "Gateway.NotAttached", "", Propagation),
    // Refused for rate.
    row("*", "RequestLimitExceeded", "", Throttled),
    row("*", "Throttling*", "", Throttled),
    row("*", "ThrottledException", "", Throttled),
    row("*", "*RequestThrottled", "", Throttled),
    row("*", "RequestThrottledException", "", Throttled),
    row("*", "TooManyRequests*", "", Throttled),
    row("*", "SlowDown", "", Throttled),
    row("*", "EC2ThrottledException", "", Throttled),
    row("*", "BandwidthLimitExceeded", "", Throttled),
    row("*", "ProvisionedThroughputExceededException", "", Throttled),
    row("*", "PriorRequestNotComplete", "", Throttled),
    // No more of it.
    row("sagemaker", "ResourceLimitExceeded", "", Exhausted),
    row("ec2", "*LimitExceeded", "", Exhausted),
    // A policy that is too long is the user's to shorten.
    row("iam", "LimitExceeded", "size", Refused),
    row("iam", "LimitExceeded", "cannot exceed quota", Exhausted),
    row("*", "ServiceQuotaExceeded*", "", Exhausted),
    // The answer says nothing about the effect.
    row("s3", "RequestTimeout", "", Uncertain),
    row("*", "RequestTimeoutException", "", Uncertain),
    row("*", "InternalError", "", Uncertain),
    row("*", "InternalFailure", "", Uncertain),
    row("*", "InternalServer*", "", Uncertain),
    row("*", "ServiceUnavailable*", "", Uncertain),
    row("kms", "KMSInternalException", "", Uncertain),
    row("kms", "DependencyTimeoutException", "", Uncertain),
    // The credentials.
    row("*", "ExpiredToken*", "", Credentials),
    row("*", "TokenRefreshRequired", "", Credentials),
    row("*", "InvalidClientTokenId", "", Credentials),
    row("*", "UnrecognizedClientException", "", Credentials),
    row("*", "InvalidAccessKeyId", "", Credentials),
    row("*", "InvalidToken", "", Credentials),
    row("*", "InvalidIdentityToken*", "", Credentials),
    row("*", "SignatureDoesNotMatch", "", Credentials),
    row("*", "InvalidSignatureException", "", Credentials),
    row("*", "IncompleteSignature*", "", Credentials),
    row("*", "MissingAuthenticationToken*", "", Credentials),
    row("*", "RequestExpired", "", Credentials),
    row("*", "RequestTimeTooSkewed", "", Credentials),
    row(
        "ec2",
        "AuthFailure",
        "validate the provided access",
        Credentials,
    ),
    // Not allowed.
    row("*", "AccessDenied*", "", Denied),
    row("*", "AllAccessDisabled", "", Denied),
    row("*", "*UnauthorizedOperation", "", Denied),
    row("*", "AuthorizationError*", "", Denied),
    row("*", "Forbidden", "", Denied),
    // There already.
    row("*", "*AlreadyExists", "", AlreadyExists),
    row("*", "*AlreadyExistsException", "", AlreadyExists),
    row("s3", "BucketAlreadyOwnedByYou", "", AlreadyExists),
    row("ec2", "InvalidGroup.Duplicate", "", AlreadyExists),
    row("ec2", "InvalidPermission.Duplicate", "", AlreadyExists),
    row("ec2", "InvalidSubnet.Conflict", "", AlreadyExists),
    row("ec2", "Resource.AlreadyAssociated", "", AlreadyExists),
    row(
        "elasticfilesystem",
        "MountTargetConflict",
        "",
        AlreadyExists,
    ),
    row("sagemaker", "ResourceInUse", "already exist", AlreadyExists),
    // Something is in the way for now.
    row("ec2", "DependencyViolation", "", Busy),
    row("ec2", "InvalidGroup.InUse", "", Busy),
    row("ec2", "InvalidIPAddress.InUse", "", Busy),
    row("ec2", "InvalidParameterValue", "in use", Busy),
    row("ec2", "IncorrectState", "", Busy),
    row("ec2", "OperationNotPermitted", "", Busy),
    row("elasticfilesystem", "FileSystemInUse", "", Busy),
    row("elasticfilesystem", "DependencyTimeout", "", Busy),
    row(
        "elasticfilesystem",
        "IncorrectFileSystemLifeCycleState",
        "",
        Busy,
    ),
    row("elasticfilesystem", "IncorrectMountTargetState", "", Busy),
    row("sagemaker", "ResourceInUse", "", Busy),
    row("kms", "KMSInvalidStateException", "", Busy),
    row("kms", "ConflictException", "", Busy),
    row("cloudtrail", "ConflictException", "", Busy),
    row("logs", "OperationAbortedException", "", Busy),
    row("s3", "OperationAborted", "", Busy),
    row("s3", "ConditionalRequestConflict", "", Busy),
    row("iam", "ConcurrentModification*", "", Busy),
    row("iam", "DeleteConflict*", "", Busy),
    row("ssm", "TooManyUpdates", "", Busy),
    row("network-firewall", "InvalidOperationException", "", Busy),
    row("network-firewall", "InvalidTokenException", "", Busy),
    // Not there.
    row(
        "sagemaker",
        "ValidationException",
        "has already been deleted",
        NotFound,
    ),
    row(
        "sagemaker",
        "ValidationException",
        "was automatically deleted",
        NotFound,
    ),
    row(
        "sagemaker",
        "ValidationException",
        "could not find resource",
        NotFound,
    ),
    row("*", "NoSuch*", "", NotFound),
    row("*", "*NotFound", "", NotFound),
    row("*", "*NotFoundException", "", NotFound),
    row("s3", "*NotFoundError", "", NotFound),
    row("ssm", "InvalidResourceId", "", NotFound),
];

/// What a caller can do about the error `code` of `service`, which came with an HTTP `status`.
///
/// Without a row the status decides: HEAD answers have no code, and gateways answer with codes of their own.
pub(crate) fn classify(
    service: &str,
    code: Option<&str>,
    status: u16,
    message: &str,
) -> ErrorClass {
    let message = message.to_lowercase();
    let known = code.and_then(|code| {
        ROWS.iter().find(|row| {
            fits(row.service, service) && fits(row.code, code) && message.contains(row.says)
        })
    });
    match (known, status) {
        (Some(row), _) => row.class,
        (None, 429) => Throttled,
        (None, 500..) => Uncertain,
        (None, 404) => NotFound,
        (None, 403) => Denied,
        (None, _) => Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_one_star_at_most() {
        for row in ROWS {
            assert!(row.code.matches('*').count() <= 1, "{}", row.code);
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a flat table of cases")]
    fn codes_mean_what_the_caller_can_do() {
        for (service, code, status, message, expected) in [
            ("s3", Some("SlowDown"), 503, "", Throttled),
            ("kms", Some("ThrottlingException"), 400, "", Throttled),
            ("ec2", Some("Client.RequestThrottled"), 503, "", Throttled),
            ("x", None, 429, "", Throttled),
            ("s3", Some("InternalError"), 500, "", Uncertain),
            ("s3", Some("InternalError"), 200, "", Uncertain),
            ("ssm", None, 502, "<html>", Uncertain),
            ("s3", Some("NoSuchTagSet"), 404, "", NotFound),
            (
                "s3",
                Some("ServerSideEncryptionConfigurationNotFoundError"),
                404,
                "",
                NotFound,
            ),
            ("kms", Some("NotFoundException"), 400, "", NotFound),
            ("ssm", Some("ParameterNotFound"), 400, "", NotFound),
            ("ec2", Some("InvalidVpcID.NotFound"), 400, "", NotFound),
            ("ec2", Some("InvalidPermission.NotFound"), 400, "", NotFound),
            ("logs", Some("OperationAbortedException"), 400, "", Busy),
            (
                "logs",
                Some("InvalidParameterException"),
                400,
                "The specified KMS key does not exist or is not allowed to be used with LogGroup 'x'",
                Propagation,
            ),
            ("s3", None, 404, "", NotFound),
            ("s3", None, 403, "", Denied),
            ("s3", Some("AccessDenied"), 403, "", Denied),
            ("ec2", Some("UnauthorizedOperation"), 403, "", Denied),
            ("sts", Some("ExpiredToken"), 403, "", Credentials),
            (
                "kms",
                Some("UnrecognizedClientException"),
                400,
                "",
                Credentials,
            ),
            (
                "s3",
                Some("BucketAlreadyOwnedByYou"),
                409,
                "",
                AlreadyExists,
            ),
            ("s3", Some("BucketAlreadyExists"), 409, "", AlreadyExists),
            (
                "ssm",
                Some("ParameterAlreadyExists"),
                400,
                "",
                AlreadyExists,
            ),
            (
                "kms",
                Some("AlreadyExistsException"),
                400,
                "",
                AlreadyExists,
            ),
            (
                "sagemaker",
                Some("ResourceInUse"),
                400,
                "Domain already exists",
                AlreadyExists,
            ),
            (
                "sagemaker",
                Some("ResourceInUse"),
                400,
                "App(s) are associated",
                Busy,
            ),
            ("s3", Some("OperationAborted"), 409, "", Busy),
            (
                "kms",
                Some("KMSInvalidStateException"),
                400,
                "pending",
                Busy,
            ),
            (
                "s3",
                Some("MalformedPolicy"),
                400,
                "Invalid principal in policy",
                Propagation,
            ),
            (
                "s3",
                Some("MalformedPolicy"),
                400,
                "Missing required field",
                Refused,
            ),
            (
                "sagemaker",
                Some("ValidationException"),
                400,
                "Could not assume role x",
                Propagation,
            ),
            (
                "cloudtrail",
                Some("TrailNotFoundException"),
                400,
                "",
                NotFound,
            ),
            (
                "cloudtrail",
                Some("KmsKeyNotFoundException"),
                400,
                "",
                Propagation,
            ),
            (
                "cloudtrail",
                Some("InvalidCloudWatchLogsRoleArnException"),
                400,
                "Access denied",
                Propagation,
            ),
            ("cloudtrail", Some("ConflictException"), 400, "", Busy),
            (
                "sagemaker",
                Some("ValidationException"),
                400,
                "App [x] has already been deleted.",
                NotFound,
            ),
            (
                "sagemaker",
                Some("ResourceLimitExceeded"),
                400,
                "The account-level service limit",
                Exhausted,
            ),
            ("s3", Some("InvalidBucketName"), 400, "", Refused),
            ("kms", Some("LimitExceededException"), 400, "", Refused),
            (
                "iam",
                Some("LimitExceeded"),
                409,
                "Cannot exceed quota for PolicySize: 6144",
                Refused,
            ),
            (
                "iam",
                Some("LimitExceeded"),
                409,
                "Cannot exceed quota for RolesPerAccount: 1000",
                Exhausted,
            ),
            ("ec2", Some("VpcLimitExceeded"), 400, "", Exhausted),
            ("ec2", Some("RequestLimitExceeded"), 503, "", Throttled),
        ] {
            assert_eq!(
                classify(service, code, status, message),
                expected,
                "{service} {code:?} {message}"
            );
        }
    }
}
