//! What client and server tell each other they can do.

use cloister_framework::Provider;
use cloister_framework::driver::Capabilities;
use cloister_proto::tfplugin6::{ClientCapabilities, ServerCapabilities};

/// What this provider can do beyond the base protocol.
pub(super) fn server_capabilities(provider: &dyn Provider) -> ServerCapabilities {
    ServerCapabilities {
        plan_destroy: true,
        // Schemas are built on first use, so that no call relies on this one:
        // Terraform then asks once per command and not once per process.
        get_provider_schema_optional: true,
        move_resource_state: provider
            .resources()
            .iter()
            .any(|resource| resource.takes_over()),
        generate_resource_config: false,
    }
}

pub(super) fn client_capabilities(client: Option<ClientCapabilities>) -> Capabilities {
    let client = client.unwrap_or_default();
    Capabilities {
        write_only_attributes: client.write_only_attributes_allowed,
        deferral: client.deferral_allowed,
    }
}
