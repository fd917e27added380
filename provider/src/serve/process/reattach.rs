//! The `TF_REATTACH_PROVIDERS` setting that points a host at a running process.

use serde::Serialize;

use super::super::transport::Address;
use super::handshake::PROTOCOL_VERSION;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reattach<'a> {
    protocol: &'a str,
    protocol_version: u32,
    pid: u32,
    /// Keeps the host from killing the process when a command ends.
    test: bool,
    addr: ReattachAddress<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReattachAddress<'a> {
    network: &'a str,
    string: String,
}

/// The JSON value of `TF_REATTACH_PROVIDERS` for the provider `source`.
pub(crate) fn render_reattach(source: &str, pid: u32, address: &Address) -> String {
    let reattach = Reattach {
        protocol: "grpc",
        protocol_version: PROTOCOL_VERSION,
        pid,
        test: true,
        addr: ReattachAddress {
            network: address.network(),
            string: address.to_string(),
        },
    };
    serde_json::to_string(&std::collections::BTreeMap::from([(source, reattach)]))
        .expect("a map of strings and numbers is always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_what_terraform_parses() {
        let address = Address::Unix("/tmp/c.sock".into());
        assert_eq!(
            render_reattach("registry.terraform.io/cloister/cloister", 7, &address),
            concat!(
                r#"{"registry.terraform.io/cloister/cloister":{"Protocol":"grpc","ProtocolVersion":6,"#,
                r#""Pid":7,"Test":true,"Addr":{"Network":"unix","String":"/tmp/c.sock"}}}"#
            )
        );
    }
}
