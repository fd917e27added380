//! Policies compiled once to answer many requests.

use std::collections::BTreeSet;

use crate::Effect;
use crate::access::combine::{Allowance, Own, combine};
use crate::access::decision::{DecidedBy, Decision, Outcome};
use crate::access::facts::Facts;
use crate::access::principals::Naming;
use crate::access::services::{concerns, resource_layer};
use crate::access::statement::CompiledStatement;
use crate::access::{Attached, Caller, Layer, Policies, Request};

/// [`Policies`], prepared: patterns are taken apart, values are read.
///
/// A decision allocates nothing per statement.
#[derive(Debug)]
pub struct Compiled<'p> {
    identity: Vec<CompiledDocument<'p>>,
    boundary: Option<CompiledDocument<'p>>,
    session: Vec<CompiledDocument<'p>>,
    service_control: Vec<Vec<CompiledDocument<'p>>>,
    resource_control: Vec<CompiledDocument<'p>>,
    resource: Option<CompiledDocument<'p>>,
    /// The resource's policy, compiled as that of a role: only the request
    /// tells which it is.
    trust: Option<CompiledDocument<'p>>,
    endpoint: Option<CompiledDocument<'p>>,
    unread: &'p BTreeSet<Layer>,
}

#[derive(Debug)]
struct CompiledDocument<'p> {
    name: &'p str,
    statements: Vec<CompiledStatement<'p>>,
}

/// The most direct Allow of a layer, or the denial that ends evaluation.
type Found<'p> = Result<Option<Allowance<'p>>, Decision<'p>>;

impl Policies {
    /// Decides one request; [`Compiled`] is for many.
    pub fn decide(&self, request: &Request) -> Decision<'_> {
        Compiled::new(self).decide(request)
    }
}

impl<'p> Compiled<'p> {
    /// Prepares policies.
    pub fn new(policies: &'p Policies) -> Self {
        let all = |layer, documents: &'p [Attached]| -> Vec<_> {
            let documents = documents.iter();
            (documents.map(|document| CompiledDocument::of(layer, document))).collect()
        };
        let one = |layer, document: &'p Option<Attached>| {
            (document.as_ref()).map(|document| CompiledDocument::of(layer, document))
        };
        Self {
            identity: all(Layer::Identity, &policies.identity),
            boundary: one(Layer::Boundary, &policies.boundary),
            session: all(Layer::Session, &policies.session),
            service_control: (policies.service_control.iter())
                .map(|level| all(Layer::ServiceControl, level))
                .collect(),
            resource_control: (policies.resource_control.iter())
                .flat_map(|level| all(Layer::ResourceControl, level))
                .collect(),
            resource: one(Layer::Resource, &policies.resource),
            trust: one(Layer::Trust, &policies.resource),
            endpoint: one(Layer::Endpoint, &policies.endpoint),
            unread: &policies.unread,
        }
    }

    /// Decides one request.
    pub fn decide(&self, request: &Request) -> Decision<'p> {
        let has_boundary = self.boundary.is_some() && request.caller.has_policies();
        let facts = Facts::of(request, has_boundary);
        let decision = self.weigh(&facts).unwrap_or_else(|denied| denied);
        match decision.outcome {
            Outcome::Allowed => self.unless_unread(&facts, decision),
            _ => decision,
        }
    }

    /// Looks for a Deny in every layer before it asks where an Allow is missing.
    fn weigh(&self, facts: &Facts<'_>) -> Result<Decision<'p>, Decision<'p>> {
        if concerns(Layer::ResourceControl, facts) {
            allowance(Layer::ResourceControl, &self.resource_control, facts)?;
        }
        let service_control = self.every_level_allows(facts)?;
        let endpoint = allowance(Layer::Endpoint, self.endpoint.as_slice(), facts)?;
        let resource_layer = resource_layer(facts);
        let attached = match resource_layer {
            Layer::Trust => &self.trust,
            _ => &self.resource,
        };
        let resource = allowance(resource_layer, attached.as_slice(), facts)?;
        let own = self.own(facts)?;

        if !service_control && !self.is_unread(Layer::ServiceControl) {
            return Err(Decision::missing(Layer::ServiceControl));
        }
        if !self.passes(Layer::Endpoint, self.endpoint.is_some(), endpoint) {
            return Err(Decision::missing(Layer::Endpoint));
        }
        // What was not read may name the caller more directly than what was.
        let resource = resource
            .filter(|found| found.naming == Naming::Direct)
            .or_else(|| self.assumed(resource_layer, facts))
            .or(resource);
        combine(facts, resource_layer, resource, &own)
    }

    fn every_level_allows(&self, facts: &Facts<'_>) -> Result<bool, Decision<'p>> {
        if !concerns(Layer::ServiceControl, facts) {
            return Ok(true);
        }
        let mut allows = true;
        for level in &self.service_control {
            allows &= allowance(Layer::ServiceControl, level, facts)?.is_some();
        }
        Ok(allows)
    }

    /// What the policies of the caller itself come to.
    fn own(&self, facts: &Facts<'_>) -> Result<Own<'p>, Decision<'p>> {
        let caller = &facts.request.caller;
        if !caller.has_policies() {
            // The root user needs none; nobody else without any may do anything by them.
            let is_root = matches!(caller, Caller::Root { .. });
            return Ok(Own {
                identity: is_root.then(Allowance::without_statement),
                boundary: true,
                session: true,
            });
        }
        let identity = allowance(Layer::Identity, &self.identity, facts)?;
        let boundary = allowance(Layer::Boundary, self.boundary.as_slice(), facts)?;
        let session = allowance(Layer::Session, &self.session, facts)?;
        Ok(Own {
            identity: identity.or_else(|| self.assumed(Layer::Identity, facts)),
            boundary: self.passes(Layer::Boundary, self.boundary.is_some(), boundary),
            session: self.passes(Layer::Session, !self.session.is_empty(), session),
        })
    }

    /// Whether a layer that only limits lets the request through.
    fn passes(&self, layer: Layer, exists: bool, found: Option<Allowance<'p>>) -> bool {
        !exists || found.is_some() || self.is_unread(layer)
    }

    /// What is allowed is undecided while a layer that concerns it is unread.
    fn unless_unread(&self, facts: &Facts<'_>, allowed: Decision<'p>) -> Decision<'p> {
        let unread = self.unread.iter().find(|layer| concerns(**layer, facts));
        match unread {
            Some(layer) => Decision {
                outcome: Outcome::Undecided,
                layer: *layer,
                by: None,
            },
            None => allowed,
        }
    }

    /// A role's trust policy is its resource policy, under either name.
    fn is_unread(&self, layer: Layer) -> bool {
        self.unread.contains(&layer)
            || (layer == Layer::Trust && self.unread.contains(&Layer::Resource))
    }

    /// An unread layer is taken to allow everything.
    fn assumed(&self, layer: Layer, facts: &Facts<'_>) -> Option<Allowance<'p>> {
        (self.is_unread(layer) && concerns(layer, facts)).then(Allowance::without_statement)
    }
}

impl<'p> CompiledDocument<'p> {
    fn of(layer: Layer, attached: &'p Attached) -> Self {
        let version = attached.document.version;
        let statements = attached.document.statements.iter();
        Self {
            name: &attached.name,
            statements: statements
                .map(|statement| CompiledStatement::of(statement, version, layer))
                .collect(),
        }
    }
}

/// The most direct Allow of a layer's documents, the first of several; a Deny
/// is the end.
fn allowance<'p>(layer: Layer, documents: &[CompiledDocument<'p>], facts: &Facts<'_>) -> Found<'p> {
    let mut best: Option<Allowance<'p>> = None;
    let statements = documents.iter().flat_map(|document| {
        let statements = document.statements.iter().enumerate();
        statements.map(move |(index, statement)| (document.name, index, statement))
    });
    for (document, index, statement) in statements {
        // Once somebody is named directly, only a Deny makes a difference.
        let is_settled = best.is_some_and(|best| best.naming == Naming::Direct);
        if is_settled && statement.effect == Effect::Allow {
            continue;
        }
        let Some(naming) = statement.applies(facts) else {
            continue;
        };
        let by = DecidedBy {
            document,
            statement: index,
            sid: statement.sid,
        };
        if statement.effect == Effect::Deny {
            return Err(Decision {
                outcome: Outcome::ExplicitDeny,
                layer,
                by: Some(by),
            });
        }
        if best.is_none_or(|best| best.naming < naming) {
            best = Some(Allowance {
                naming,
                by: Some(by),
            });
        }
    }
    Ok(best)
}
