//! Applying: the engine runs, and whatever it reached goes into the state.

use std::time::Duration;

use cloister_composite::{Applied, Applying, Blueprint, Destroyed, PartsState};
use cloister_composites::Composite;
use cloister_framework::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Operation, Private,
    Timeouts, UpdateRequest, Value,
};
use tokio::time::Instant;

use super::{
    composite::CompositeResource,
    diagnose::{
        Verb, blocked_diagnostic, blueprint_bug, failure_diagnostics, session_diagnostic,
        unknown_place,
    },
    input::Input,
    site::{CREATE, DELETE, Nowhere, Place, UPDATE},
    state::{INCOMPLETE, READY, exposed_value, put, read_parts, state_parts, tags_value},
};
use crate::settings::PartialCreate;

/// A composite that is about to be worked on.
pub(super) struct Job<C: Composite> {
    pub(super) input: Input<C>,
    pub(super) place: Place,
    pub(super) blueprint: Blueprint,
}

impl<C: Composite> CompositeResource<C> {
    /// Decodes a wholly known object and finds its place and blueprint.
    pub(super) async fn job(&self, value: &Value) -> Result<Job<C>, Diagnostic> {
        let mut input = Input::<C>::decode(value)?;
        if input.common.region.is_unknown() {
            input.common.region = cloister_framework::Attr::Null;
        }
        let place = match Place::of(&self.shared, &input.common).await {
            Ok(place) => place,
            Err(Nowhere::Unknown) => return Err(unknown_place()),
            Err(Nowhere::Refused(error)) => return Err(session_diagnostic(&error)),
        };
        let blueprint = C::blueprint(&input.config, &place.site)
            .map_err(|error| blueprint_bug(&error))?
            .ok_or_else(|| {
                Diagnostic::provider_bug("The blueprint is still open when it is to be applied.")
            })?;
        Ok(Job {
            input,
            place,
            blueprint,
        })
    }

    pub(super) async fn apply_create(&self, request: CreateRequest) -> ApplyResponse {
        let job = match self.job(&request.planned).await {
            Ok(job) => job,
            Err(diagnostic) => return failed(None, request.private, diagnostic),
        };
        if let Some(refusal) = Self::refuse_lockout(&job.input, &job.place) {
            return failed(None, request.private, refusal);
        }
        let deadline = match deadline(&request.planned, Operation::Create, CREATE) {
            Ok(deadline) => deadline,
            Err(diagnostic) => return failed(None, request.private, diagnostic),
        };
        let engine = job.place.engine(&self.shared);
        let stop = self.shared.stop();
        let applying = Applying {
            blueprint: &job.blueprint,
            previous: None,
            prior: None,
            deadline,
            stop: &stop,
        };
        match engine.apply(applying).await {
            Ok(applied) => Self::created(&job, &applied, request),
            Err(blocked) => {
                let diagnostic = blocked_diagnostic(
                    &blocked,
                    &job.blueprint.identity,
                    job.place.aws.caller_arn(),
                );
                failed(None, request.private, diagnostic)
            }
        }
    }

    fn created(job: &Job<C>, applied: &Applied, request: CreateRequest) -> ApplyResponse {
        let resume = job.place.configured.own.partial_create == PartialCreate::Resume;
        let verb = if resume { Verb::Resume } else { Verb::Create };
        let diagnostics = failure_diagnostics(verb, applied, job.place.aws.caller_arn());
        let nothing_made = !applied.is_complete() && made(&applied.parts) == 0;
        if nothing_made && !resume {
            // The anchor alone is no composite: the next create adopts it.
            return ApplyResponse {
                state: None,
                private: request.private,
                diagnostics,
                ..ApplyResponse::default()
            };
        }
        ApplyResponse {
            state: Some(reached(request.planned, job, applied)),
            private: request.private,
            identity: Some(identity(&job.blueprint)),
            diagnostics,
        }
    }

    pub(super) async fn apply_update(&self, request: UpdateRequest) -> ApplyResponse {
        let UpdateRequest {
            prior,
            planned,
            private,
            ..
        } = request;
        let job = match self.job(&planned).await {
            Ok(job) => job,
            Err(diagnostic) => return failed(Some(prior), private, diagnostic),
        };
        if let Some(refusal) = Self::refuse_lockout(&job.input, &job.place) {
            return failed(Some(prior), private, refusal);
        }
        let deadline = match deadline(&planned, Operation::Update, UPDATE) {
            Ok(deadline) => deadline,
            Err(diagnostic) => return failed(Some(prior), private, diagnostic),
        };
        let previous = Input::<C>::decode(&prior)
            .ok()
            .and_then(|before| C::blueprint(&before.config, &job.place.site).ok().flatten());
        let parts = read_parts(&prior);
        let engine = job.place.engine(&self.shared);
        let stop = self.shared.stop();
        let applying = Applying {
            blueprint: &job.blueprint,
            previous: previous.as_ref(),
            prior: Some(&parts),
            deadline,
            stop: &stop,
        };
        match engine.apply(applying).await {
            Ok(applied) => ApplyResponse {
                diagnostics: failure_diagnostics(
                    Verb::Update,
                    &applied,
                    job.place.aws.caller_arn(),
                ),
                state: Some(reached(planned, &job, &applied)),
                private,
                identity: Some(identity(&job.blueprint)),
            },
            Err(blocked) => {
                let diagnostic = blocked_diagnostic(
                    &blocked,
                    &job.blueprint.identity,
                    job.place.aws.caller_arn(),
                );
                failed(Some(prior), private, diagnostic)
            }
        }
    }

    pub(super) async fn apply_delete(&self, request: DeleteRequest) -> ApplyResponse {
        let DeleteRequest { prior, private } = request;
        if let Some(refusal) = Self::refuse_protected(&prior) {
            return failed(Some(prior), private, refusal);
        }
        let job = match self.job(&prior).await {
            Ok(job) => job,
            Err(diagnostic) => return failed(Some(prior), private, diagnostic),
        };
        let deadline = match deadline(&prior, Operation::Delete, DELETE) {
            Ok(deadline) => deadline,
            Err(diagnostic) => return failed(Some(prior), private, diagnostic),
        };
        let engine = job.place.engine(&self.shared);
        let parts = read_parts(&prior);
        match engine
            .destroy(&job.blueprint, &parts, deadline, &self.shared.stop())
            .await
        {
            Ok(destroyed) => left(prior, private, &destroyed, job.place.aws.caller_arn()),
            Err(blocked) => {
                let diagnostic = blocked_diagnostic(
                    &blocked,
                    &job.blueprint.identity,
                    job.place.aws.caller_arn(),
                );
                failed(Some(prior), private, diagnostic)
            }
        }
    }
}

/// What is left after a delete.
fn left(mut prior: Value, private: Private, destroyed: &Destroyed, caller: &str) -> ApplyResponse {
    let diagnostics = super::diagnose::destroy_diagnostics(destroyed, caller);
    if destroyed.remaining.is_empty() && diagnostics.is_empty() {
        return ApplyResponse::default();
    }
    put(&mut prior, "parts", state_parts(&destroyed.remaining));
    put(&mut prior, "status", Value::string(INCOMPLETE));
    ApplyResponse {
        state: Some(prior),
        private,
        diagnostics,
        ..ApplyResponse::default()
    }
}

fn failed(state: Option<Value>, private: Private, diagnostic: Diagnostic) -> ApplyResponse {
    ApplyResponse {
        state,
        private,
        diagnostics: Diagnostics::from(diagnostic),
        ..ApplyResponse::default()
    }
}

fn deadline(value: &Value, operation: Operation, default: Duration) -> Result<Instant, Diagnostic> {
    Ok(Instant::now() + Timeouts::of(value, operation, default)?)
}

/// How many parts exist, the anchor aside.
fn made(parts: &PartsState) -> usize {
    parts
        .iter()
        .filter(|(key, part)| key.as_str() != "anchor" && part.id.is_some())
        .count()
}

/// The planned object with what became of it.
fn reached<C: Composite>(mut planned: Value, job: &Job<C>, applied: &Applied) -> Value {
    let status = if applied.is_complete() {
        READY
    } else {
        INCOMPLETE
    };
    put(
        &mut planned,
        "id",
        Value::string(job.blueprint.identity.id()),
    );
    put(
        &mut planned,
        "region",
        Value::string(&job.place.site.region),
    );
    put(&mut planned, "status", Value::string(status));
    put(
        &mut planned,
        "tags_all",
        tags_value(job.place.site.tags.as_ref()),
    );
    put(&mut planned, "parts", state_parts(&applied.parts));
    for name in job.blueprint.exposed.keys() {
        let value = applied.exposed.get(name).map_or(Value::Null, exposed_value);
        put(&mut planned, name, value);
    }
    planned
}

/// The identity of a composite as Terraform 1.12 and later keep it.
pub(super) fn identity(blueprint: &Blueprint) -> Value {
    Value::object([
        ("account", Value::string(&blueprint.identity.account)),
        ("region", Value::string(&blueprint.identity.region)),
        ("name", Value::string(&blueprint.identity.name)),
    ])
}
