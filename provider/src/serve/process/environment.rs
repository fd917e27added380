//! What the host asks of this process, read from the environment once.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The value by which a Terraform or OpenTofu host shows that it started us.
///
/// It guards against running the program by hand, not against an attacker.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const COOKIE_VARIABLE: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// The range that go-plugin itself takes where the host names none.
const DEFAULT_PORTS: RangeInclusive<u16> = 10_000..=25_000;

/// The kind of address to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// A Unix socket, or loopback TCP where no socket can be made.
    Unix,
    /// Loopback TCP.
    Tcp,
}

/// What the host asks of a plugin process.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HostEnvironment {
    /// Whether a Terraform or OpenTofu host started this process.
    pub(crate) started_by_host: bool,
    /// The protocol versions that the host speaks, in no order.
    pub(crate) protocol_versions: Vec<u32>,
    /// PEM of the only client certificate to accept; absent means no TLS.
    pub(crate) client_certificate: Option<String>,
    pub(crate) network: Network,
    pub(crate) ports: RangeInclusive<u16>,
    pub(crate) socket_dir: Option<PathBuf>,
    pub(crate) socket_group: Option<String>,
    /// Whether the handshake line must say that we do not multiplex.
    pub(crate) asks_for_multiplexing: bool,
}

impl HostEnvironment {
    /// Reads the environment of this process.
    pub(crate) fn of_this_process() -> Self {
        Self::parse(variable_of_this_process)
    }

    /// Reads the host's wishes through `variable`; an empty value counts as absent.
    pub(crate) fn parse(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            started_by_host: given(COOKIE_VARIABLE).as_deref() == Some(COOKIE),
            protocol_versions: parse_versions(
                &given("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default(),
            ),
            client_certificate: given("PLUGIN_CLIENT_CERT"),
            network: parse_network(given("CLOISTER_PLUGIN_NETWORK").as_deref()),
            ports: parse_ports(given("PLUGIN_MIN_PORT"), given("PLUGIN_MAX_PORT")),
            socket_dir: given("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: given("PLUGIN_UNIX_SOCKET_GROUP"),
            asks_for_multiplexing: given("PLUGIN_MULTIPLEX_GRPC").is_some(),
        }
    }
}

/// A variable of this process that is set to text.
#[expect(
    clippy::disallowed_methods,
    reason = "this module is the edge where the host's wishes are read"
)]
pub(crate) fn variable_of_this_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The versions that are numbers; a host may list others, which are not for us.
fn parse_versions(list: &str) -> Vec<u32> {
    list.split(',')
        .filter_map(|version| version.trim().parse().ok())
        .collect()
}

fn parse_network(asked: Option<&str>) -> Network {
    match asked {
        Some("tcp") => Network::Tcp,
        _ if cfg!(unix) => Network::Unix,
        _ => Network::Tcp,
    }
}

fn parse_ports(lowest: Option<String>, highest: Option<String>) -> RangeInclusive<u16> {
    let port = |text: Option<String>| text.and_then(|text| text.trim().parse::<u16>().ok());
    match (port(lowest), port(highest)) {
        (Some(lowest), Some(highest)) if lowest <= highest => lowest..=highest,
        _ => DEFAULT_PORTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(variables: &[(&str, &str)]) -> HostEnvironment {
        HostEnvironment::parse(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_is_not_a_host() {
        let expected = HostEnvironment {
            started_by_host: false,
            protocol_versions: vec![],
            client_certificate: None,
            network: Network::Unix,
            ports: 10_000..=25_000,
            socket_dir: None,
            socket_group: None,
            asks_for_multiplexing: false,
        };
        assert_eq!(parsed(&[]), expected);
        assert_eq!(
            parsed(&[("PLUGIN_CLIENT_CERT", ""), (COOKIE_VARIABLE, "x")]),
            expected
        );
    }

    #[test]
    fn everything_a_host_can_ask_is_read() {
        let asked = parsed(&[
            (COOKIE_VARIABLE, COOKIE),
            ("PLUGIN_PROTOCOL_VERSIONS", "6,x,5"),
            ("PLUGIN_CLIENT_CERT", "PEM"),
            ("CLOISTER_PLUGIN_NETWORK", "tcp"),
            ("PLUGIN_MIN_PORT", "30000"),
            ("PLUGIN_MAX_PORT", "30010"),
            ("PLUGIN_UNIX_SOCKET_DIR", "/run/p"),
            ("PLUGIN_UNIX_SOCKET_GROUP", "staff"),
            ("PLUGIN_MULTIPLEX_GRPC", "true"),
        ]);
        let expected = HostEnvironment {
            started_by_host: true,
            protocol_versions: vec![6, 5],
            client_certificate: Some("PEM".to_owned()),
            network: Network::Tcp,
            ports: 30_000..=30_010,
            socket_dir: Some(PathBuf::from("/run/p")),
            socket_group: Some("staff".to_owned()),
            asks_for_multiplexing: true,
        };
        assert_eq!(asked, expected);
    }

    #[test]
    fn ports_that_are_no_range_fall_back_to_the_default() {
        for (lowest, highest) in [("9", "1"), ("a", "20000"), ("1", "70000")] {
            let asked = parsed(&[("PLUGIN_MIN_PORT", lowest), ("PLUGIN_MAX_PORT", highest)]);
            assert_eq!(asked.ports, DEFAULT_PORTS, "{lowest}-{highest}");
        }
    }
}
