//! `Principal` and `NotPrincipal`, compiled.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use crate::access::Caller;
use crate::access::caller::is_account_id;
use crate::access::facts::Facts;
use crate::{Arn, PrincipalKind, PrincipalSet, Principals};

/// How directly a statement names the caller: what a resource's policy grants
/// depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    /// By its account, which only lets the account's own policies decide.
    Account,
    /// By its role: boundary and session policy still limit it.
    Role,
    /// As user, session, service or provider, or by `*`: nothing but a Deny
    /// limits it.
    Direct,
}

/// The principals that a statement is about.
#[derive(Debug)]
pub(super) struct PrincipalTest {
    names: Vec<Name>,
    all_but: bool,
}

#[derive(Debug)]
enum Name {
    Anyone,
    /// Account id or root ARN, which mean the same: the whole account.
    Account {
        id: String,
        partition: Option<String>,
    },
    /// A user, role or session.
    Arn(Arn),
    Federated(String),
    Service(String),
}

/// Whom the id of an account stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountMeans {
    Everybody,
    /// In the policies of gateway endpoints.
    /// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
    RootUser,
}

impl PrincipalTest {
    /// Compiles a statement's field.
    pub(super) fn of(principals: &Principals) -> Self {
        let names = match principals.set() {
            PrincipalSet::Anyone => vec![Name::Anyone],
            listed @ PrincipalSet::Listed(_) => listed
                .names()
                .filter_map(|(kind, name)| Name::read(kind, name))
                .collect(),
        };
        Self {
            names,
            all_but: matches!(principals, Principals::NotPrincipal(_)),
        }
    }

    /// How the statement names the caller; `None` where it is not about it.
    pub(super) fn names(&self, facts: &Facts<'_>, account: AccountMeans) -> Option<Naming> {
        let caller = &facts.request.caller;
        if self.all_but {
            let exempt = !facts.has_boundary && self.exempts(caller);
            return (!exempt).then_some(Naming::Direct);
        }
        let namings = (self.names.iter()).filter_map(|name| name.names(caller, account));
        namings.max()
    }

    /// Whether `NotPrincipal` lists the caller on every level: AWS denies a user
    /// whose account is not listed too, and an account that lists only itself
    /// exempts none of its users.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    fn exempts(&self, caller: &Caller) -> bool {
        let listed = |wanted: Naming| {
            (self.names.iter())
                .any(|name| name.names(caller, AccountMeans::Everybody) == Some(wanted))
        };
        let anyone = (self.names.iter()).any(|name| matches!(name, Name::Anyone));
        let account = (self.names.iter()).any(|name| name.is_account_of(caller));
        anyone
            || match caller {
                Caller::User(_) => account && listed(Naming::Direct),
                Caller::Role { role, .. } => {
                    let others = self.names.iter().any(|name| name.is_session_of(role));
                    account && listed(Naming::Role) && (!others || listed(Naming::Direct))
                }
                Caller::Root { .. } => account,
                Caller::Service(_) | Caller::Federated(_) => listed(Naming::Direct),
                Caller::Anonymous => false,
            }
    }
}

impl Name {
    /// `None` for what names nobody who can be recognised here: unique ids of
    /// deleted principals, canonical users, and wildcards, which AWS knows
    /// only as a `*` alone.
    fn read(kind: PrincipalKind, name: &str) -> Option<Self> {
        match kind {
            PrincipalKind::Aws if name == "*" => Some(Self::Anyone),
            PrincipalKind::Aws if is_account_id(name) => Some(Self::Account {
                id: name.to_owned(),
                partition: None,
            }),
            PrincipalKind::Aws => Some(Self::of_arn(Arn::parse(name).ok()?)),
            PrincipalKind::Federated => Some(Self::Federated(name.to_owned())),
            PrincipalKind::Service => Some(Self::Service(name.to_owned())),
            PrincipalKind::CanonicalUser => None,
        }
    }

    fn of_arn(arn: Arn) -> Self {
        if arn.service == "iam" && arn.resource == "root" {
            Self::Account {
                id: arn.account,
                partition: Some(arn.partition),
            }
        } else {
            Self::Arn(arn)
        }
    }

    fn names(&self, caller: &Caller, account: AccountMeans) -> Option<Naming> {
        match (self, caller) {
            (Self::Anyone, _) => Some(Naming::Direct),
            (Self::Account { .. }, Caller::Root { .. }) => {
                self.is_account_of(caller).then_some(Naming::Direct)
            }
            (Self::Account { .. }, _) => (account == AccountMeans::Everybody
                && self.is_account_of(caller))
            .then_some(Naming::Account),
            (Self::Arn(arn), Caller::User(user)) => (arn == user).then_some(Naming::Direct),
            (Self::Arn(arn), Caller::Role { session, .. }) if session.as_ref() == Some(arn) => {
                Some(Naming::Direct)
            }
            (Self::Arn(arn), Caller::Role { role, .. }) => (arn == role).then_some(Naming::Role),
            (Self::Federated(name), Caller::Federated(provider)) => {
                (name == provider).then_some(Naming::Direct)
            }
            (Self::Service(name), Caller::Service(service)) => {
                (name == service).then_some(Naming::Direct)
            }
            _ => None,
        }
    }

    fn is_account_of(&self, caller: &Caller) -> bool {
        let Self::Account { id, partition } = self else {
            return false;
        };
        let same_partition = match (partition.as_deref(), caller.partition()) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        caller.account() == Some(id) && same_partition
    }

    fn is_session_of(&self, role: &Arn) -> bool {
        let Self::Arn(arn) = self else { return false };
        crate::principal_of_session(arn).is_some_and(|found| {
            let name = role.resource.rsplit('/').next();
            found.account == role.account && found.resource.rsplit('/').next() == name
        })
    }
}
