//! What is asked: who, which action, on which resource, under which circumstances.

use std::collections::BTreeMap;

use crate::Arn;

/// One request, as AWS would authorise it.
///
/// Condition keys that AWS derives from the caller and the resource itself
/// (`aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`,
/// `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName`, `aws:ResourceAccount`,
/// `aws:SecureTransport`, `aws:ViaAWSService`, `aws:userid`, `aws:username`)
/// need not be in `context`; what is there wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub caller: Caller,
    /// `SERVICE:Name`; case makes no difference.
    pub action: String,
    /// An ARN, or `*` for an action that knows no resource.
    pub resource: String,
    /// The account that owns the resource; `None` where the ARN tells it, or
    /// where it is the caller's own.
    pub resource_account: Option<String>,
    pub context: Context,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody signed the request.
    Anonymous,
    /// The root user of an account.
    Root { account: String, partition: String },
    /// An IAM user.
    User(Arn),
    /// A role's session; `session` is `None` where any session of the role is meant.
    Role { role: Arn, session: Option<Arn> },
    /// Somebody an identity provider vouches for, before a role is assumed:
    /// the provider's ARN or host name.
    Federated(String),
    /// An AWS service in its own name: `NAME.amazonaws.com`.
    Service(String),
}

/// The condition keys of a request with their values.
///
/// Names ignore case, tag keys in them included, as AWS documents for
/// `aws:ResourceTag` and its like. Booleans and numbers are text. A key
/// without values is absent, even where AWS would derive it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Request {
    /// A request on a resource of the account that its ARN names, or of the
    /// caller's own, in an empty context.
    pub fn new(caller: Caller, action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            caller,
            action: action.into(),
            resource: resource.into(),
            resource_account: None,
            context: Context::default(),
        }
    }

    /// The same request on a resource of this account.
    #[must_use]
    pub fn owned_by(self, account: impl Into<String>) -> Self {
        Self {
            resource_account: Some(account.into()),
            ..self
        }
    }

    /// The same request with this value of a condition key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.set(key, [value]);
        self
    }
}

impl Context {
    /// Gives a key these values in place of those it had; none make it absent.
    pub fn set(&mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) {
        let values = values.into_iter().map(Into::into).collect();
        self.0.insert(folded(key), values);
    }

    /// The values of a key; `None` where nothing was said about it.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.get_folded(&folded(key))
    }

    /// Each key, in lower case, with its values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0
            .iter()
            .map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    pub(super) fn get_folded(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }
}

impl<K: AsRef<str>, V: Into<String>> FromIterator<(K, V)> for Context {
    /// Several values of one key are gathered.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in pairs {
            keys.entry(folded(key.as_ref()))
                .or_default()
                .push(value.into());
        }
        Self(keys)
    }
}

/// The spelling under which a condition key is looked up.
pub(super) fn folded(key: &str) -> String {
    key.to_lowercase()
}
