//! `ReadDataSource`.

use super::defaults::apply_defaults;
use super::invariants::settle;
use crate::{DataSource, Diagnostic, Diagnostics, Value};

/// Reads, with defaults applied to the configuration.
pub async fn read_data_source(data_source: &dyn DataSource, config: Value) -> (Value, Diagnostics) {
    let mut filled = config.clone();
    apply_defaults(data_source.schema(), &mut filled, &config);
    let response = data_source.read(filled).await;
    let mut diagnostics = response.diagnostics;
    if let Some(state) = response.state {
        let mut state = data_source.schema().complete(state);
        diagnostics.extend(settle(data_source.schema(), &mut state, "The data read"));
        (state, diagnostics)
    } else {
        if !diagnostics.has_errors() {
            diagnostics.push(Diagnostic::provider_bug(
                "The data source answered neither data nor an error.",
            ));
        }
        (Value::Null, diagnostics)
    }
}
