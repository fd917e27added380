//! `ApplyResourceChange`: create, update or delete, and what then stands.

use super::invariants::{check_identity, settle};
use crate::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Private, PrivateError,
    Resource, UpdateRequest, Value,
};

/// What Terraform asks; a null object is `Value::Null`.
#[derive(Clone, Debug)]
pub struct ApplyInput {
    pub config: Value,
    pub prior: Value,
    pub planned: Value,
    pub private: Vec<u8>,
}

/// What stands after a call; `Value::Null` where nothing does.
#[derive(Clone, Debug, Default)]
pub struct ApplyOutput {
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub diagnostics: Diagnostics,
}

pub async fn apply_resource(resource: &dyn Resource, input: ApplyInput) -> ApplyOutput {
    let private = match Private::decode(&input.private) {
        Ok(private) => private,
        Err(error) => {
            let diagnostics = unreadable_private(&error).into();
            return ApplyOutput {
                state: input.prior,
                private: input.private,
                identity: None,
                diagnostics,
            };
        }
    };
    let ApplyInput {
        config,
        prior,
        planned,
        ..
    } = input;
    let kept = private.clone();
    match (prior.is_null(), planned.is_null()) {
        (true, true) => ApplyOutput::default(),
        (true, false) => {
            let response = resource
                .create(CreateRequest {
                    planned,
                    config,
                    private,
                })
                .await;
            stands(
                resource,
                response,
                &Value::Null,
                &kept,
                "The state after create",
            )
        }
        (false, true) => {
            let response = resource
                .delete(DeleteRequest {
                    prior: prior.clone(),
                    private,
                })
                .await;
            deleted(resource, response, &prior, &kept)
        }
        (false, false) => {
            let request = UpdateRequest {
                prior: prior.clone(),
                planned,
                config,
                private,
            };
            let response = resource.update(request).await;
            stands(resource, response, &prior, &kept, "The state after update")
        }
    }
}

pub(super) fn unreadable_private(error: &PrivateError) -> Diagnostic {
    Diagnostic::provider_bug(format!(
        "Private data of the resource cannot be read: {error}."
    ))
}

/// After create and update something must stand, unless an error says why not.
fn stands(
    resource: &dyn Resource,
    response: ApplyResponse,
    prior: &Value,
    private: &Private,
    answer: &str,
) -> ApplyOutput {
    let mut diagnostics = response.diagnostics;
    let state = match response.state {
        Some(state) if !state.is_null() => {
            let mut state = resource.schema().complete(state);
            diagnostics.extend(settle(resource.schema(), &mut state, answer));
            state
        }
        _ => {
            if !diagnostics.has_errors() {
                diagnostics.push(Diagnostic::provider_bug(format!("{answer} is missing.")));
            }
            prior.clone()
        }
    };
    diagnostics.extend(check_identity(resource, response.identity.as_ref()));
    let private = response.private.with_framework_of(private).encode();
    ApplyOutput {
        state,
        private,
        identity: response.identity,
        diagnostics,
    }
}

/// After a delete nothing stands, unless an error says why.
fn deleted(
    resource: &dyn Resource,
    response: ApplyResponse,
    prior: &Value,
    private: &Private,
) -> ApplyOutput {
    if !response.diagnostics.has_errors() {
        let diagnostics = response.diagnostics;
        return ApplyOutput {
            diagnostics,
            ..ApplyOutput::default()
        };
    }
    stands(
        resource,
        response,
        prior,
        private,
        "The state after an unfinished delete",
    )
}
