//! What one attempt of a call came to, read from the SDK's error, and the words that may be shown of it.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::{error::ProvideErrorMetadata, operation::RequestId};
use aws_smithy_runtime_api::{client::result::SdkError, http::Response};
use cloister_composite::{ErrorClass, PartError};

use super::classes::classify;
use crate::session::chain;

/// An attempt that brought no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// AWS answered, and the answer is an error.
    Answered {
        /// The HTTP status.
        status: u16,
        code: Option<String>,
        message: String,
        request_id: Option<String>,
    },
    /// No whole answer came: the call may have taken effect.
    Unanswered(String),
    /// There are no credentials to sign with.
    Unsigned(Box<PartError>),
    /// The call could not be put together, or the answer makes no sense.
    Senseless(String),
}

impl<E> From<SdkError<E, Response>> for Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, Response>) -> Self {
        if let Some(refusal) = credentials_refusal(&error) {
            return Self::Unsigned(Box::new(refusal));
        }
        let status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        match (&error, status) {
            (SdkError::ServiceError(_), Some(status)) => Self::Answered {
                status,
                code: error.code().map(str::to_owned),
                message: error.message().unwrap_or_default().to_owned(),
                request_id: error.request_id().map(str::to_owned),
            },
            (SdkError::ResponseError(_), Some(status @ 400..)) => Self::Answered {
                status,
                code: None,
                message: format!("the answer could not be read (HTTP {status})"),
                request_id: error.request_id().map(str::to_owned),
            },
            (SdkError::ConstructionFailure(_), _) => Self::Senseless(chain(&error)),
            _ => Self::Unanswered(chain(&error)),
        }
    }
}

impl Failure {
    /// What the caller can do about it.
    pub(crate) fn class(&self, service: &str) -> ErrorClass {
        match self {
            Self::Answered {
                status,
                code,
                message,
                ..
            } => classify(service, code.as_deref(), *status, message),
            Self::Unanswered(_) => ErrorClass::Uncertain,
            Self::Unsigned(error) => error.class,
            Self::Senseless(_) => ErrorClass::Bug,
        }
    }

    /// The error that names the call, its subject and AWS's own words.
    pub(crate) fn into_error(
        self,
        class: ErrorClass,
        iam_action: &str,
        subject: &str,
    ) -> PartError {
        match self {
            Self::Answered {
                status,
                code,
                message,
                request_id,
            } => {
                let message = match (message.is_empty(), &code) {
                    (false, _) => shown(&message),
                    (true, Some(_)) => format!("HTTP {status}"),
                    (true, None) => format!("HTTP {status} without an explanation"),
                };
                let mut error = PartError::new(class, iam_action, subject, message);
                error.code = code;
                error.request_id = request_id;
                error
            }
            Self::Unanswered(why) => PartError::new(
                class,
                iam_action,
                subject,
                format!("no answer came: {}", shown(&why)),
            ),
            Self::Unsigned(error) => *error,
            Self::Senseless(why) => PartError::new(class, iam_action, subject, shown(&why)),
        }
    }
}

/// The error of a credentials provider, wherever it stands in the chain of causes.
fn credentials_refusal(error: &(dyn Error + 'static)) -> Option<PartError> {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<PartError>() {
            return Some(refusal.clone());
        }
        if let Some(fault) = inner.downcast_ref::<CredentialsError>() {
            return Some(credentials_error(fault));
        }
        cause = inner.source();
    }
    None
}

/// A provider's fault as an error of ours: our own if it carries one.
pub(crate) fn credentials_error(fault: &CredentialsError) -> PartError {
    if let Some(refusal) = credentials_refusal(fault) {
        return refusal;
    }
    let message = match fault {
        CredentialsError::CredentialsNotLoaded(_) => {
            "no AWS credentials were found in the provider's settings, the environment, the shared files, the \
             container or the instance: set a profile or keys, or sign in again"
                .to_owned()
        }
        _ => format!("the AWS credentials could not be loaded: {}", shown(&chain(fault))),
    };
    PartError::new(
        ErrorClass::Credentials,
        "sts:GetCallerIdentity",
        "credentials",
        message,
    )
}

/// AWS's words without what must not be shown: documents that it quotes back, and endless text.
fn shown(message: &str) -> String {
    const LONGEST: usize = 1500;
    let text = match (message.find('{'), message.rfind('}')) {
        (Some(start), Some(end)) if end > start + 1 => {
            format!("{}{{…}}{}", &message[..start], &message[end + 1..])
        }
        _ => message.to_owned(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_that_aws_quotes_back_are_not_shown() {
        for (message, expected) in [
            (
                "1 error: Value '{\"Statement\":{}}' failed",
                "1 error: Value '{…}' failed",
            ),
            ("plain words", "plain words"),
            ("odd } order {", "odd } order {"),
        ] {
            assert_eq!(shown(message), expected);
        }
        assert_eq!(shown(&"x".repeat(9000)).chars().count(), 1501);
    }

    #[test]
    fn an_error_says_which_call_it_was() {
        let failure = Failure::Answered {
            status: 403,
            code: Some("AccessDenied".into()),
            message: "not authorized".into(),
            request_id: Some("R1".into()),
        };
        let class = failure.class("s3");
        let error = failure.into_error(class, "s3:PutBucketPolicy", "logs");
        assert_eq!(error.class, ErrorClass::Denied);
        assert_eq!(
            error.to_string(),
            "`s3:PutBucketPolicy` for `logs` was refused: AccessDenied: not authorized (request R1)"
        );
    }
}
