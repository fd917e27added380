//! How each answer says that a call was refused: in its diagnostics, so that
//! the user reads it at the right place, and never as a gRPC status.

use cloister_framework::Diagnostic;
use cloister_proto::tfplugin6 as wire;

use super::super::convert::wire_diagnostic;

/// An answer that can carry a refusal.
pub(super) trait Refusal {
    fn refused(diagnostic: &Diagnostic) -> Self;
}

/// A table, not logic: the messages have the field in common, but no trait.
macro_rules! refuse_in_diagnostics {
    ($($rpc:ident)+) => {$(
        impl Refusal for wire::$rpc::Response {
            fn refused(diagnostic: &Diagnostic) -> Self {
                let mut answer = Self::default();
                answer.diagnostics.push(wire_diagnostic(diagnostic));
                answer
            }
        }
    )+};
}

refuse_in_diagnostics! {
    apply_resource_change close_ephemeral_resource configure_provider configure_state_store delete_state
    generate_resource_config get_functions get_metadata get_provider_schema get_resource_identity_schemas get_states
    import_resource_state lock_state move_resource_state open_ephemeral_resource plan_action plan_resource_change
    read_data_source read_resource read_state_bytes renew_ephemeral_resource unlock_state upgrade_resource_identity
    upgrade_resource_state validate_action_config validate_data_resource_config validate_ephemeral_resource_config
    validate_list_resource_config validate_provider_config validate_resource_config validate_state_store
    write_state_bytes
}

impl Refusal for wire::call_function::Response {
    fn refused(diagnostic: &Diagnostic) -> Self {
        let text = format!("{}: {}", diagnostic.summary(), diagnostic.detail());
        Self {
            result: None,
            error: Some(wire::FunctionError {
                text,
                function_argument: None,
            }),
        }
    }
}

impl Refusal for wire::stop_provider::Response {
    fn refused(diagnostic: &Diagnostic) -> Self {
        Self {
            error: diagnostic.detail(),
        }
    }
}

impl Refusal for wire::list_resource::Event {
    fn refused(diagnostic: &Diagnostic) -> Self {
        Self {
            diagnostic: vec![wire_diagnostic(diagnostic)],
            ..Self::default()
        }
    }
}

impl Refusal for wire::invoke_action::Event {
    fn refused(diagnostic: &Diagnostic) -> Self {
        use wire::invoke_action::event::{Completed, Type};

        Self {
            r#type: Some(Type::Completed(Completed {
                diagnostics: vec![wire_diagnostic(diagnostic)],
            })),
        }
    }
}
