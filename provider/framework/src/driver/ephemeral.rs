//! Open, renew and close of ephemeral resources.

use super::apply::unreadable_private;
use super::defaults::apply_defaults;
use super::invariants::settle;
use crate::{Diagnostic, Diagnostics, EphemeralResource, Private, Value};

#[derive(Clone, Debug, Default)]
pub struct OpenOutput {
    pub result: Value,
    pub private: Vec<u8>,
    /// Seconds since 1970, UTC.
    pub renew_at: Option<i64>,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug, Default)]
pub struct RenewOutput {
    pub private: Vec<u8>,
    /// Seconds since 1970, UTC.
    pub renew_at: Option<i64>,
    pub diagnostics: Diagnostics,
}

/// Opens, with defaults applied to the configuration.
pub async fn open_ephemeral(ephemeral: &dyn EphemeralResource, config: Value) -> OpenOutput {
    let mut filled = config.clone();
    apply_defaults(ephemeral.schema(), &mut filled, &config);
    let response = ephemeral.open(filled).await;
    let mut diagnostics = response.diagnostics;
    let result = if let Some(result) = response.result {
        let mut result = ephemeral.schema().complete(result);
        diagnostics.extend(settle(ephemeral.schema(), &mut result, "The opened value"));
        result
    } else {
        if !diagnostics.has_errors() {
            diagnostics.push(Diagnostic::provider_bug(
                "The ephemeral resource answered neither a value nor an error.",
            ));
        }
        Value::Null
    };
    OpenOutput {
        result,
        private: response.private.encode(),
        renew_at: response.renew_at,
        diagnostics,
    }
}

pub async fn renew_ephemeral(ephemeral: &dyn EphemeralResource, private: &[u8]) -> RenewOutput {
    match Private::decode(private) {
        Ok(private) => {
            let response = ephemeral.renew(private).await;
            RenewOutput {
                private: response.private.encode(),
                renew_at: response.renew_at,
                diagnostics: response.diagnostics,
            }
        }
        Err(error) => RenewOutput {
            diagnostics: unreadable_private(&error).into(),
            ..RenewOutput::default()
        },
    }
}

pub async fn close_ephemeral(ephemeral: &dyn EphemeralResource, private: &[u8]) -> Diagnostics {
    match Private::decode(private) {
        Ok(private) => ephemeral.close(private).await,
        Err(error) => unreadable_private(&error).into(),
    }
}
