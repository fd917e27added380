//! Builds documents and statements in code, without JSON literals.
//!
//! A statement has either `Action` or `NotAction`, and so for resources and
//! principals: a method of the one form replaces what the other form set.

use std::collections::BTreeMap;

use crate::{
    Actions, Conditions, Document, Effect, Principal, PrincipalSet, Principals, QualifiedOperator,
    Resources, Statement, Version,
};

impl Document {
    /// A document of the current language version with these statements.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self {
            version: Version::V2012,
            id: None,
            statements: statements.into_iter().collect(),
        }
    }

    /// The same document under this id.
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..self
        }
    }

    /// The same document with one more statement at the end.
    #[must_use]
    pub fn with(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }
}

impl Statement {
    /// Starts a statement that grants; an empty `sid` gives none.
    pub fn allow(sid: &str) -> Self {
        Self::with_effect(Effect::Allow, sid)
    }

    /// Starts a statement that refuses; an empty `sid` gives none.
    pub fn deny(sid: &str) -> Self {
        Self::with_effect(Effect::Deny, sid)
    }

    /// Adds a principal; [`Principal::anyone`] alone is written `"*"`.
    #[must_use]
    pub fn principal(self, principal: Principal) -> Self {
        self.principals([principal])
    }

    /// Adds principals.
    #[must_use]
    pub fn principals(mut self, principals: impl IntoIterator<Item = Principal>) -> Self {
        let mut set = match self.principals.take() {
            Some(Principals::Principal(set)) => set,
            _ => PrincipalSet::Listed(BTreeMap::new()),
        };
        principals
            .into_iter()
            .for_each(|principal| set.add(principal));
        Self {
            principals: Some(Principals::Principal(set)),
            ..self
        }
    }

    /// Adds principals that are exempt. AWS advises against it: prefer
    /// [`Principal::anyone`] with `ArnNotLike` on `aws:PrincipalArn`.
    #[must_use]
    pub fn not_principals(mut self, principals: impl IntoIterator<Item = Principal>) -> Self {
        let mut set = match self.principals.take() {
            Some(Principals::NotPrincipal(set)) => set,
            _ => PrincipalSet::Listed(BTreeMap::new()),
        };
        principals
            .into_iter()
            .for_each(|principal| set.add(principal));
        Self {
            principals: Some(Principals::NotPrincipal(set)),
            ..self
        }
    }

    /// Adds an action.
    #[must_use]
    pub fn action(self, action: impl Into<String>) -> Self {
        self.actions([action])
    }

    /// Adds actions.
    #[must_use]
    pub fn actions(self, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let known = match self.actions {
            Actions::Action(known) => known,
            Actions::NotAction(_) => Vec::new(),
        };
        Self {
            actions: Actions::Action(joined(known, actions)),
            ..self
        }
    }

    /// Adds actions to which the statement does not apply.
    #[must_use]
    pub fn not_actions(self, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let known = match self.actions {
            Actions::NotAction(known) => known,
            Actions::Action(_) => Vec::new(),
        };
        Self {
            actions: Actions::NotAction(joined(known, actions)),
            ..self
        }
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource(self, resource: impl Into<String>) -> Self {
        self.resources([resource])
    }

    /// Adds resources.
    #[must_use]
    pub fn resources(self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let known = match self.resources {
            Some(Resources::Resource(known)) => known,
            _ => Vec::new(),
        };
        Self {
            resources: Some(Resources::Resource(joined(known, resources))),
            ..self
        }
    }

    /// Adds resources to which the statement does not apply.
    #[must_use]
    pub fn not_resources(self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let known = match self.resources {
            Some(Resources::NotResource(known)) => known,
            _ => Vec::new(),
        };
        Self {
            resources: Some(Resources::NotResource(joined(known, resources))),
            ..self
        }
    }

    /// Adds a condition: all conditions must hold, each by one of its values.
    ///
    /// Values given again for the same operator and key are alternatives to
    /// the earlier ones, since a document cannot say "both".
    #[must_use]
    pub fn when(
        mut self,
        operator: impl Into<QualifiedOperator>,
        key: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.conditions
            .add(operator.into(), key, values.into_iter().map(Into::into));
        self
    }

    fn with_effect(effect: Effect, sid: &str) -> Self {
        Self {
            sid: (!sid.is_empty()).then(|| sid.to_owned()),
            effect,
            principals: None,
            actions: Actions::Action(Vec::new()),
            resources: None,
            conditions: Conditions::none(),
        }
    }
}

fn joined(
    mut known: Vec<String>,
    more: impl IntoIterator<Item = impl Into<String>>,
) -> Vec<String> {
    known.extend(more.into_iter().map(Into::into));
    known
}
