//! `ConfigureProvider`.

use super::defaults::apply_defaults;
use crate::{ConfigureRequest, Diagnostics, Provider};

/// Hands the settings over, with defaults applied.
pub async fn configure_provider(
    provider: &dyn Provider,
    mut request: ConfigureRequest,
) -> Diagnostics {
    let schema = provider.schema();
    // Without a provider block some clients send null: the same as an empty one.
    if request.config.is_null() {
        request.config = schema.empty();
    }
    let config = request.config.clone();
    apply_defaults(schema, &mut request.config, &config);
    provider.configure(request).await
}
