//! What a call is: its API name, the permission that it takes, and whether it may be repeated.

/// What repeating a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It changes nothing.
    Read,
    /// Repeating it leaves what one call leaves.
    Idempotent,
    /// Repeating it may make a second object, or fail because of the first: never repeated blindly.
    Once,
}

/// One API of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The API, as the limiter and the log name it: `s3:HeadBucket`.
    pub(crate) api: &'static str,
    /// The IAM action, as a refusal names it: `s3:ListBucket`.
    pub(crate) iam_action: &'static str,
    /// What repeating it does.
    pub(crate) effect: Effect,
}

impl Operation {
    pub(crate) const fn read(api: &'static str) -> Self {
        Self {
            api,
            iam_action: api,
            effect: Effect::Read,
        }
    }

    pub(crate) const fn idempotent(api: &'static str) -> Self {
        Self {
            api,
            iam_action: api,
            effect: Effect::Idempotent,
        }
    }

    pub(crate) const fn once(api: &'static str) -> Self {
        Self {
            api,
            iam_action: api,
            effect: Effect::Once,
        }
    }

    /// Names the IAM action where it differs from the API.
    pub(crate) const fn allowed_by(self, iam_action: &'static str) -> Self {
        Self { iam_action, ..self }
    }

    /// The service's prefix: `s3`.
    pub(crate) fn service(&self) -> &'static str {
        self.api.split(':').next().unwrap_or(self.api)
    }
}
