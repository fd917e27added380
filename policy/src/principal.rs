//! The principals a statement names.

use std::collections::BTreeMap;

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principals {
    Principal(PrincipalSet),
    NotPrincipal(PrincipalSet),
}

/// Everyone, or principals by kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalSet {
    /// Written `"*"`; resource policies treat `{"AWS": "*"}` alike.
    Anyone,
    Listed(BTreeMap<PrincipalKind, Vec<String>>),
}

/// What kind of name a principal is given by, in the order AWS lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// ARN, account id, unique id of a user or role, or `*`.
    Aws,
    /// Identity provider: its ARN or its host name.
    Federated,
    /// `NAME.amazonaws.com`.
    Service,
    /// S3's own id of an account.
    CanonicalUser,
}

/// One principal, for building statements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    Anyone,
    Named(PrincipalKind, String),
}

impl Principal {
    /// Everyone, also without credentials: `"*"`.
    pub fn anyone() -> Self {
        Self::Anyone
    }

    /// A user, role, session or account by ARN, or an account by its id.
    pub fn aws(name: impl Into<String>) -> Self {
        Self::Named(PrincipalKind::Aws, name.into())
    }

    /// An AWS service, such as `s3.amazonaws.com`.
    pub fn service(name: impl Into<String>) -> Self {
        Self::Named(PrincipalKind::Service, name.into())
    }

    /// An identity provider.
    pub fn federated(name: impl Into<String>) -> Self {
        Self::Named(PrincipalKind::Federated, name.into())
    }

    /// An account by S3's canonical user id.
    pub fn canonical_user(id: impl Into<String>) -> Self {
        Self::Named(PrincipalKind::CanonicalUser, id.into())
    }
}

impl PrincipalKind {
    pub(crate) const ALL: [Self; 4] = [
        Self::Aws,
        Self::Federated,
        Self::Service,
        Self::CanonicalUser,
    ];

    /// As written in a document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Federated => "Federated",
            Self::Service => "Service",
            Self::CanonicalUser => "CanonicalUser",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Principals {
    /// The set, whichever of the two fields holds it.
    pub fn set(&self) -> &PrincipalSet {
        match self {
            Self::Principal(set) | Self::NotPrincipal(set) => set,
        }
    }

    /// The same field with another set.
    pub(crate) fn with_set(&self, set: PrincipalSet) -> Self {
        match self {
            Self::Principal(_) => Self::Principal(set),
            Self::NotPrincipal(_) => Self::NotPrincipal(set),
        }
    }
}

impl PrincipalSet {
    /// Each principal with its kind; none for [`PrincipalSet::Anyone`].
    pub fn names(&self) -> impl Iterator<Item = (PrincipalKind, &str)> {
        let listed = match self {
            Self::Anyone => None,
            Self::Listed(kinds) => Some(kinds),
        };
        listed
            .into_iter()
            .flatten()
            .flat_map(|(kind, names)| names.iter().map(move |name| (*kind, name.as_str())))
    }

    /// Adds one; an `Anyone` joined by others is spelt `{"AWS": "*"}`.
    pub(crate) fn add(&mut self, principal: Principal) {
        let (kind, name) = match principal {
            Principal::Anyone if self.is_empty() => return *self = Self::Anyone,
            Principal::Anyone => (PrincipalKind::Aws, "*".to_owned()),
            Principal::Named(kind, name) => (kind, name),
        };
        if let Self::Anyone = self {
            let everyone = (PrincipalKind::Aws, vec!["*".to_owned()]);
            *self = Self::Listed(BTreeMap::from([everyone]));
        }
        if let Self::Listed(kinds) = self {
            kinds.entry(kind).or_default().push(name);
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Listed(kinds) if kinds.is_empty())
    }
}
