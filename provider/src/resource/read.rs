//! Reading: the state again, with every difference at its place.

use cloister_composite::{Blueprint, Outlook, Status};
use cloister_composites::Composite;
use cloister_framework::{Diagnostic, ReadRequest, ReadResponse, Value};

use super::{
    apply::{Job, identity},
    composite::CompositeResource,
    diagnose::blocked_diagnostic,
    state::{INCOMPLETE, READY, exposed_value, put, read_parts, state_parts},
};

impl<C: Composite> CompositeResource<C> {
    pub(super) async fn refresh(&self, request: ReadRequest) -> ReadResponse {
        let ReadRequest { state, private } = request;
        match self.observe(&state).await {
            Ok(observed) => ReadResponse {
                identity: observed.as_ref().map(|(_, identity)| identity.clone()),
                state: observed.map(|(state, _)| state),
                private,
                ..ReadResponse::default()
            },
            Err(diagnostic) => ReadResponse {
                state: Some(state),
                private,
                diagnostics: diagnostic.into(),
                ..ReadResponse::default()
            },
        }
    }

    /// The state as the account has it, and its identity; `None` if nothing of the composite exists.
    async fn observe(&self, state: &Value) -> Result<Option<(Value, Value)>, Diagnostic> {
        let job: Job<C> = self.job(state).await?;
        let engine = job.place.engine(&self.shared);
        let outlook = engine
            .outlook(&job.blueprint, &read_parts(state))
            .await
            .map_err(|blocked| {
                blocked_diagnostic(
                    &blocked,
                    &job.blueprint.identity,
                    job.place.aws.caller_arn(),
                )
            })?;
        if outlook.parts.is_empty() {
            return Ok(None);
        }
        let shown = show(state.clone(), &job.blueprint, &outlook);
        Ok(Some((shown, identity(&job.blueprint))))
    }
}

/// The state with what was found in it.
pub(super) fn show(mut state: Value, blueprint: &Blueprint, outlook: &Outlook) -> Value {
    let status = if is_complete(blueprint, outlook) {
        READY
    } else {
        INCOMPLETE
    };
    put(&mut state, "status", Value::string(status));
    put(&mut state, "parts", state_parts(&outlook.parts));
    for name in blueprint.exposed.keys() {
        if let Some(exposed) = outlook.exposed.get(name) {
            put(&mut state, name, exposed_value(exposed));
        }
    }
    state
}

fn is_complete(blueprint: &Blueprint, outlook: &Outlook) -> bool {
    let made = |key| outlook.parts.get(key).is_some_and(|part| part.id.is_some());
    // A run that changes a composite leaves it `Ready`: that it did not come to its end shows in what it left to write.
    let ready = outlook.anchor.as_ref().is_some_and(|anchor| {
        anchor.status == Status::Ready
            && anchor.intents.is_empty()
            && anchor.recipe == blueprint.recipe
    });
    ready && blueprint.parts.keys().all(made)
}
