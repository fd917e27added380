//! Reads a caller from the ARN, id or name it goes by.

use crate::Arn;
use crate::access::Caller;
use crate::principal_of_session;

impl Caller {
    /// Reads the ARN of a user, role, role session or account root, an account
    /// id (its root user), `NAME.amazonaws.com`, or `anonymous`; `None` for
    /// everything else.
    ///
    /// The ARN of a session has lost the path of its role: the role is taken to
    /// have none.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "anonymous" {
            return Some(Self::Anonymous);
        }
        if is_account_id(text) {
            return Some(Self::root(text, "aws"));
        }
        if is_service_name(text) {
            return Some(Self::Service(text.to_owned()));
        }
        Self::of_arn(Arn::parse(text).ok()?)
    }

    /// The caller that an ARN names.
    pub fn of_arn(arn: Arn) -> Option<Self> {
        if !is_account_id(&arn.account) || !arn.region.is_empty() {
            return None;
        }
        if let Some(role) = principal_of_session(&arn) {
            let session = Some(arn);
            return Some(Self::Role { role, session });
        }
        match (arn.service.as_str(), arn.resource.split_once('/')) {
            ("iam", None) if arn.resource == "root" => {
                Some(Self::root(&arn.account, &arn.partition))
            }
            ("iam", Some(("user", name))) if !name.is_empty() => Some(Self::User(arn)),
            ("iam", Some(("role", name))) if !name.is_empty() => Some(Self::Role {
                role: arn,
                session: None,
            }),
            _ => None,
        }
    }

    /// The account that the caller belongs to; services and whoever did not
    /// sign belong to none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root { account, .. } => Some(account),
            Self::User(arn) | Self::Role { role: arn, .. } => Some(&arn.account),
            Self::Anonymous | Self::Federated(_) | Self::Service(_) => None,
        }
    }

    /// The partition of the caller's account.
    pub(super) fn partition(&self) -> Option<&str> {
        match self {
            Self::Root { partition, .. } => Some(partition),
            Self::User(arn) | Self::Role { role: arn, .. } => Some(&arn.partition),
            Self::Anonymous | Self::Federated(_) | Self::Service(_) => None,
        }
    }

    /// Whether policies can be attached to the caller: users and roles.
    pub(super) fn has_policies(&self) -> bool {
        matches!(self, Self::User(_) | Self::Role { .. })
    }

    /// A role that belongs to an AWS service, which no organisation policy limits.
    pub(super) fn is_service_linked(&self) -> bool {
        matches!(self, Self::Role { role, .. } if role.resource.starts_with("role/aws-service-role/"))
    }

    fn root(account: &str, partition: &str) -> Self {
        Self::Root {
            account: account.to_owned(),
            partition: partition.to_owned(),
        }
    }
}

/// Twelve digits.
pub(super) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_service_name(text: &str) -> bool {
    let name = text
        .strip_suffix(".amazonaws.com")
        .or_else(|| text.strip_suffix(".amazonaws.com.cn"));
    name.is_some_and(|name| !name.is_empty() && !name.contains([':', '/']))
}
