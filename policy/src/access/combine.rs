//! Nothing denies: who must allow, and who did.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use crate::access::Layer;
use crate::access::decision::{DecidedBy, Decision, Outcome};
use crate::access::facts::Facts;
use crate::access::principals::Naming;
use crate::access::services::resource_must_allow;

/// The most direct Allow found in a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance<'p> {
    pub(super) naming: Naming,
    /// `None` where no statement was needed, or none could be read.
    pub(super) by: Option<DecidedBy<'p>>,
}

/// What the policies of the caller itself come to.
pub(super) struct Own<'p> {
    pub(super) identity: Option<Allowance<'p>>,
    /// It allows, or there is none.
    pub(super) boundary: bool,
    /// It allows, or there is none.
    pub(super) session: bool,
}

/// Decides from what the resource's policy and the caller's own allow.
///
/// Within an account either side may allow, except for keys and roles, whose
/// own policy must. What it grants to the caller directly, nothing but a Deny
/// limits; what it grants to a role, boundary and session policy limit; and
/// what it grants to the account is left to the identity policies. Between
/// accounts both sides must allow. Services and providers, and whoever did not
/// sign, have the resource's policy alone.
pub(super) fn combine<'p>(
    facts: &Facts<'_>,
    resource_layer: Layer,
    resource: Option<Allowance<'p>>,
    own: &Own<'p>,
) -> Result<Decision<'p>, Decision<'p>> {
    let has_account = facts.request.caller.account().is_some();
    let same_account = has_account && facts.same_account();
    if resource.is_none() && (!same_account || resource_must_allow(facts)) {
        return Err(Decision::missing(resource_layer));
    }
    let by_resource = Ok(Decision::allowed(resource_layer, resource));
    let naming = resource.map(|allowance| allowance.naming);
    if !has_account || (same_account && naming == Some(Naming::Direct)) {
        return by_resource;
    }
    let is_granted_to_role = same_account && naming == Some(Naming::Role);
    if !is_granted_to_role && own.identity.is_none() {
        return Err(Decision::missing(Layer::Identity));
    }
    if !own.boundary {
        return Err(Decision::missing(Layer::Boundary));
    }
    if !own.session {
        return Err(Decision::missing(Layer::Session));
    }
    // Between accounts, the owner's side is what opens the resource.
    if is_granted_to_role || !same_account {
        by_resource
    } else {
        Ok(Decision::allowed(Layer::Identity, own.identity))
    }
}

impl Allowance<'_> {
    /// An Allow that needs no statement.
    pub(super) fn without_statement() -> Self {
        Self {
            naming: Naming::Direct,
            by: None,
        }
    }
}

impl<'p> Decision<'p> {
    /// No statement of this layer allows.
    pub(super) fn missing(layer: Layer) -> Self {
        Self {
            outcome: Outcome::ImplicitDeny,
            layer,
            by: None,
        }
    }

    fn allowed(layer: Layer, allowance: Option<Allowance<'p>>) -> Self {
        Self {
            outcome: Outcome::Allowed,
            layer,
            by: allowance.and_then(|allowance| allowance.by),
        }
    }
}
