//! One statement, compiled: whether it is about a request.

use crate::access::Layer;
use crate::access::actions::ActionTest;
use crate::access::condition::ConditionTest;
use crate::access::facts::Facts;
use crate::access::principals::{AccountMeans, Naming, PrincipalTest};
use crate::access::resources::ResourceTest;
use crate::access::services::{WithoutResource, through_gateway, without_resource};
use crate::{Effect, Statement, Version};

/// A statement with everything that can be worked out without a request.
#[derive(Debug)]
pub(super) struct CompiledStatement<'p> {
    pub(super) effect: Effect,
    pub(super) sid: Option<&'p str>,
    layer: Layer,
    actions: ActionTest,
    principals: Option<PrincipalTest>,
    resources: Option<ResourceTest>,
    conditions: Vec<ConditionTest>,
}

impl<'p> CompiledStatement<'p> {
    /// Compiles a statement of a document of this version that is attached in
    /// this layer.
    pub(super) fn of(statement: &'p Statement, version: Version, layer: Layer) -> Self {
        let variables = version == Version::V2012;
        let effect = statement.effect;
        let conditions = statement.conditions.iter();
        Self {
            effect,
            sid: statement.sid.as_deref(),
            layer,
            actions: ActionTest::of(&statement.actions),
            principals: statement.principals.as_ref().map(PrincipalTest::of),
            resources: (statement.resources.as_ref())
                .map(|resources| ResourceTest::of(resources, variables)),
            conditions: conditions
                .map(|(operator, key, values)| {
                    ConditionTest::of(operator, key, values, effect, variables)
                })
                .collect(),
        }
    }

    /// How the statement names the caller if it is about the request, and
    /// `None` if it is not.
    pub(super) fn applies(&self, facts: &Facts<'_>) -> Option<Naming> {
        if !self.actions.matches(facts) {
            return None;
        }
        let naming = self.names(facts)?;
        let applies = self.covers(facts) && self.conditions.iter().all(|test| test.holds(facts));
        applies.then_some(naming)
    }

    fn names(&self, facts: &Facts<'_>) -> Option<Naming> {
        let named = match (&self.principals, self.layer.names_principals()) {
            (Some(principals), true) => return principals.names(facts, self.account_means(facts)),
            (None, false) => true,
            // AWS refuses to store it: let it open nothing.
            (Some(_), false) | (None, true) => self.effect == Effect::Deny,
        };
        named.then_some(Naming::Direct)
    }

    fn covers(&self, facts: &Facts<'_>) -> bool {
        match &self.resources {
            Some(resources) => resources.matches(facts),
            None => match without_resource(self.layer, facts.service) {
                WithoutResource::ItsOwn => true,
                WithoutResource::Nothing => false,
                WithoutResource::Refused => self.effect == Effect::Deny,
            },
        }
    }

    fn account_means(&self, facts: &Facts<'_>) -> AccountMeans {
        if self.layer == Layer::Endpoint && through_gateway(facts) {
            AccountMeans::RootUser
        } else {
            AccountMeans::Everybody
        }
    }
}

impl Layer {
    /// Whether statements of this layer say whom they are about.
    fn names_principals(self) -> bool {
        match self {
            Self::ResourceControl | Self::Endpoint | Self::Resource | Self::Trust => true,
            Self::ServiceControl | Self::Identity | Self::Boundary | Self::Session => false,
        }
    }
}
