//! `PlanResourceChange`: defaults, write-only, marking, the resource's own plan, replacement.

use super::defaults::apply_defaults;
use super::invariants::check_form;
use super::mark::mark_computed;
use super::replace::paths_to_replace;
use super::write_only::null_write_only;
use crate::{Diagnostic, Diagnostics, Path, PlanRequest, Private, Resource, Value};

/// What Terraform asks; a null object is `Value::Null`.
#[derive(Clone, Debug)]
pub struct PlanInput {
    pub config: Value,
    pub prior: Value,
    pub proposed: Value,
    pub private: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct PlanOutput {
    pub planned: Value,
    pub requires_replace: Vec<Path>,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

pub async fn plan_resource(resource: &dyn Resource, input: PlanInput) -> PlanOutput {
    let private = match Private::decode(&input.private) {
        Ok(private) => private,
        Err(error) => return refused(input, super::apply::unreadable_private(&error)),
    };
    if input.proposed.is_null() {
        return plan_destroy(resource, input, private).await;
    }
    plan_change(resource, input, private).await
}

/// What Terraform sees of a plan with an error: nothing is done with the value.
fn refused(input: PlanInput, diagnostic: Diagnostic) -> PlanOutput {
    PlanOutput {
        planned: input.prior,
        requires_replace: Vec::new(),
        private: input.private,
        diagnostics: diagnostic.into(),
    }
}

async fn plan_destroy(resource: &dyn Resource, input: PlanInput, private: Private) -> PlanOutput {
    let diagnostics = if input.prior.is_null() {
        Diagnostics::new()
    } else {
        resource.plan_destroy(input.prior, private).await
    };
    PlanOutput {
        planned: Value::Null,
        requires_replace: Vec::new(),
        private: input.private,
        diagnostics,
    }
}

async fn plan_change(resource: &dyn Resource, input: PlanInput, private: Private) -> PlanOutput {
    let prior = Some(input.prior).filter(|prior| !prior.is_null());
    let proposed = propose(resource, input.proposed, &input.config, prior.as_ref());
    let request = PlanRequest {
        config: input.config.clone(),
        prior: prior.clone(),
        proposed,
        private: private.clone(),
    };
    let mut response = resource.plan(request).await;
    response.planned = resource.schema().complete(response.planned);
    if !response.diagnostics.has_errors() {
        response
            .diagnostics
            .extend(check_form(resource.schema(), &response.planned, "The plan"));
    }
    let requires_replace = match &prior {
        Some(prior) => paths_to_replace(
            resource.schema(),
            prior,
            &response.planned,
            &input.config,
            response.requires_replace,
        ),
        None => Vec::new(),
    };
    PlanOutput {
        planned: response.planned,
        requires_replace,
        private: response.private.with_framework_of(&private).encode(),
        diagnostics: response.diagnostics,
    }
}

/// Only where something changes may the provider compute anew: otherwise every
/// plan would show a difference.
fn propose(
    resource: &dyn Resource,
    mut proposed: Value,
    config: &Value,
    prior: Option<&Value>,
) -> Value {
    let schema = resource.schema();
    apply_defaults(schema, &mut proposed, config);
    null_write_only(schema, &mut proposed);
    if prior != Some(&proposed) {
        mark_computed(schema, &mut proposed, config, prior);
    }
    proposed
}
