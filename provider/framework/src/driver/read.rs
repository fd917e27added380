//! `ReadResource`: what is there now.

use super::apply::{ApplyOutput, unreadable_private};
use super::invariants::{check_identity, settle};
use crate::{Private, ReadRequest, Resource, Value};

/// Reads; a null state in the answer means that it is gone.
pub async fn read_resource(resource: &dyn Resource, state: Value, private: &[u8]) -> ApplyOutput {
    if state.is_null() {
        return ApplyOutput::default();
    }
    let before = match Private::decode(private) {
        Ok(before) => before,
        Err(error) => {
            let diagnostics = unreadable_private(&error).into();
            return ApplyOutput {
                state,
                private: private.to_vec(),
                identity: None,
                diagnostics,
            };
        }
    };
    let request = ReadRequest {
        state: state.clone(),
        private: before.clone(),
    };
    let response = resource.read(request).await;
    let mut diagnostics = response.diagnostics;
    let found = match response.state {
        Some(found) => found,
        // A failed read says nothing about whether it is gone.
        None if diagnostics.has_errors() => state,
        None => Value::Null,
    };
    let mut found = resource.schema().complete(found);
    if !found.is_null() {
        diagnostics.extend(settle(
            resource.schema(),
            &mut found,
            "The state after read",
        ));
    }
    diagnostics.extend(check_identity(resource, response.identity.as_ref()));
    let private = response.private.with_framework_of(&before).encode();
    ApplyOutput {
        state: found,
        private,
        identity: response.identity,
        diagnostics,
    }
}
