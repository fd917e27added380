//! What statements are compared with: a request, and what follows from it.

use std::cell::OnceCell;

use crate::access::caller::is_account_id;
use crate::access::request::folded;
use crate::access::services::service_of;
use crate::access::{Caller, Request};
use crate::arn::segments;

/// A request with what follows from it, worked out once for all statements.
pub(super) struct Facts<'r> {
    pub(super) request: &'r Request,
    /// The parts of the resource's ARN; `None` for `*`.
    pub(super) resource: Option<[&'r str; 6]>,
    /// The service that the action belongs to.
    pub(super) service: &'r str,
    /// The account that owns the resource.
    pub(super) owner: Option<&'r str>,
    /// A principal with a permissions boundary, which `NotPrincipal` never exempts.
    pub(super) has_boundary: bool,
    principal_arn: OnceCell<Option<String>>,
}

/// A condition key as statements look it up.
#[derive(Debug)]
pub(super) struct Key {
    folded: Box<str>,
    derived: Option<Derived>,
}

/// The values of a key in a request.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    Absent,
    One(&'a str),
    Several(&'a [String]),
}

/// Keys that follow from the caller and the resource.
#[derive(Debug, Clone, Copy)]
enum Derived {
    PrincipalAccount,
    PrincipalArn,
    PrincipalIsAwsService,
    PrincipalServiceName,
    PrincipalType,
    ResourceAccount,
    SecureTransport,
    UserId,
    Username,
    ViaAwsService,
}

/// When each is in a request, and with what:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const DERIVED: [(&str, Derived); 10] = [
    ("aws:principalaccount", Derived::PrincipalAccount),
    ("aws:principalarn", Derived::PrincipalArn),
    ("aws:principalisawsservice", Derived::PrincipalIsAwsService),
    ("aws:principalservicename", Derived::PrincipalServiceName),
    ("aws:principaltype", Derived::PrincipalType),
    ("aws:resourceaccount", Derived::ResourceAccount),
    ("aws:securetransport", Derived::SecureTransport),
    ("aws:userid", Derived::UserId),
    ("aws:username", Derived::Username),
    ("aws:viaawsservice", Derived::ViaAwsService),
];

impl Key {
    /// The key of this name, in any case.
    pub(super) fn named(name: &str) -> Self {
        let folded = folded(name);
        let derived = DERIVED.iter().find(|(key, _)| *key == folded);
        Self {
            derived: derived.map(|(_, derived)| *derived),
            folded: folded.into_boxed_str(),
        }
    }
}

impl<'a> Values<'a> {
    /// Each value.
    pub(super) fn each(self) -> impl Iterator<Item = &'a str> {
        let (one, several) = match self {
            Self::Absent => (None, [].as_slice()),
            Self::One(value) => (Some(value), [].as_slice()),
            Self::Several(values) => (None, values),
        };
        one.into_iter().chain(several.iter().map(String::as_str))
    }

    /// The only value there is.
    pub(super) fn only(self) -> Option<&'a str> {
        match self {
            Self::One(value) => Some(value),
            Self::Several([value]) => Some(value),
            Self::Absent | Self::Several(_) => None,
        }
    }
}

impl<'r> Facts<'r> {
    /// Takes the request apart.
    pub(super) fn of(request: &'r Request, has_boundary: bool) -> Self {
        let resource = segments(&request.resource);
        let named = resource
            .map(|parts| parts[4])
            .filter(|id| is_account_id(id));
        Self {
            request,
            resource,
            service: service_of(&request.action),
            owner: (request.resource_account.as_deref())
                .or(named)
                .or_else(|| request.caller.account()),
            has_boundary,
            principal_arn: OnceCell::new(),
        }
    }

    /// Whether caller and resource are of one account.
    pub(super) fn same_account(&self) -> bool {
        self.request.caller.account() == self.owner
    }

    /// The values that the request has for a key.
    pub(super) fn values(&self, key: &Key) -> Values<'_> {
        match self.request.context.get_folded(&key.folded) {
            Some([]) => Values::Absent,
            Some(values) => Values::Several(values),
            None => {
                let derived = key.derived.and_then(|derived| self.derived(derived));
                derived.map_or(Values::Absent, Values::One)
            }
        }
    }

    fn derived(&self, key: Derived) -> Option<&str> {
        let caller = &self.request.caller;
        match key {
            Derived::PrincipalAccount => match caller {
                Caller::Anonymous => Some("anonymous"),
                caller => caller.account(),
            },
            Derived::PrincipalArn => self.principal_arn(),
            Derived::PrincipalIsAwsService => match caller {
                Caller::Service(_) => Some("true"),
                caller => caller.account().map(|_| "false"),
            },
            Derived::PrincipalServiceName => match caller {
                Caller::Service(name) => Some(name),
                _ => None,
            },
            Derived::PrincipalType => principal_type(caller),
            Derived::ResourceAccount => self.owner,
            Derived::SecureTransport => Some("true"),
            Derived::UserId => match caller {
                Caller::Anonymous => Some("anonymous"),
                Caller::Root { account, .. } => Some(account),
                // The unique ids of users and roles are not in their ARNs.
                _ => None,
            },
            Derived::Username => match caller {
                Caller::User(arn) => arn.resource.rsplit('/').next(),
                _ => None,
            },
            Derived::ViaAwsService => Some("false"),
        }
    }

    /// The ARN of the user, the root user, or the role, never of its session.
    fn principal_arn(&self) -> Option<&str> {
        let written = self
            .principal_arn
            .get_or_init(|| match &self.request.caller {
                Caller::Root { account, partition } => {
                    Some(format!("arn:{partition}:iam::{account}:root"))
                }
                Caller::User(arn) | Caller::Role { role: arn, .. } => Some(arn.to_string()),
                Caller::Anonymous | Caller::Federated(_) | Caller::Service(_) => None,
            });
        written.as_deref()
    }
}

fn principal_type(caller: &Caller) -> Option<&'static str> {
    match caller {
        Caller::Anonymous => Some("Anonymous"),
        Caller::Root { .. } => Some("Account"),
        Caller::User(_) => Some("User"),
        Caller::Role { .. } => Some("AssumedRole"),
        Caller::Federated(_) | Caller::Service(_) => None,
    }
}
