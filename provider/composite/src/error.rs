//! What can go wrong with a part, by what the caller can do about it.

use std::fmt;

/// The operation of an error that came of no call to AWS.
const OURS: &str = "cloister";

/// What a caller can do about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The object is not there: an answer, not a fault, for read and delete.
    NotFound,
    /// Something of this name exists already.
    AlreadyExists,
    /// Another object is in the way for now: retry until the deadline.
    Busy,
    /// A role, key or endpoint is not yet seen everywhere: retry for two minutes at most.
    Propagation,
    /// Refused for rate, after the limiter's own patience ended.
    Throttled,
    /// The call may or may not have taken effect: look before repeating.
    Uncertain,
    /// The credentials may not do this.
    Denied,
    /// The credentials are missing, expired, or of another account.
    Credentials,
    /// The account may have no more of this: the quota has to be raised, or something removed.
    Exhausted,
    /// The call was taken, and what it made failed afterwards.
    Failed,
    /// Refused for good: the user has to change something.
    Refused,
    /// The answer or the wiring makes no sense: ours to mend.
    Bug,
}

/// A failed call for one part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PartError {
    /// What the caller can do.
    pub class: ErrorClass,
    /// The IAM action, such as `s3:CreateBucket`, so that a refusal can say which permission to grant.
    pub operation: String,
    /// What the call was about: a name, an id, an ARN.
    pub subject: String,
    /// AWS's own error code.
    pub code: Option<String>,
    /// AWS's words, with nothing secret in them.
    pub message: String,
    /// The request id, to be found in CloudTrail.
    pub request_id: Option<String>,
    /// The setting at fault, where it is known: `policy`, `encryption/kms_key_arn`.
    pub setting: Option<String>,
}

impl PartError {
    /// An error of `class` for one call.
    pub fn new(
        class: ErrorClass,
        operation: impl Into<String>,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            class,
            operation: operation.into(),
            subject: subject.into(),
            code: None,
            message: message.into(),
            request_id: None,
            setting: None,
        }
    }

    /// An error of `class` that shows in an object, without a call that failed.
    pub fn in_object(
        class: ErrorClass,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(class, OURS, subject, message)
    }

    /// A fault of ours: an answer that cannot be, a wire that leads nowhere.
    pub fn bug(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Bug, OURS, subject, message)
    }

    /// Names the setting that is at fault.
    #[must_use]
    pub fn about(mut self, setting: impl Into<String>) -> Self {
        self.setting = Some(setting.into());
        self
    }

    /// Whether AWS is at work on what was asked for, rather than refusing it.
    pub fn is_under_way(&self) -> bool {
        self.class == ErrorClass::Busy && self.code.is_none()
    }

    /// Whether the object is not there.
    pub fn is_not_found(&self) -> bool {
        self.class == ErrorClass::NotFound
    }
}

impl fmt::Display for PartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operation == OURS {
            write!(f, "`{}`", self.subject)?;
        } else {
            write!(f, "`{}` for `{}`", self.operation, self.subject)?;
        }
        match &self.code {
            Some(code) => write!(f, " was refused: {code}: {}", self.message)?,
            None => write!(f, ": {}", self.message)?,
        }
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}
