//! The one line on stdout by which a host learns where and how to reach us.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::super::transport::Address;

/// The only Terraform plugin protocol that this program speaks.
pub(crate) const PROTOCOL_VERSION: u32 = 6;
/// The version of go-plugin's own handshake.
const CORE_PROTOCOL_VERSION: u32 = 1;

/// The handshake of a plugin whose listener is bound.
pub(crate) struct Handshake<'a> {
    pub(crate) address: &'a Address,
    /// DER of the server certificate; absent means no TLS.
    pub(crate) certificate: Option<&'a [u8]>,
    /// Whether the host asked for multiplexing, which we do not offer.
    pub(crate) asks_for_multiplexing: bool,
}

impl fmt::Display for Handshake<'_> {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The host rejects a padded certificate as bad base64.
        let certificate = self
            .certificate
            .map(|der| STANDARD_NO_PAD.encode(der))
            .unwrap_or_default();
        write!(
            line,
            "{CORE_PROTOCOL_VERSION}|{PROTOCOL_VERSION}|{}|{}|grpc|{certificate}",
            self.address.network(),
            self.address,
        )?;
        if self.asks_for_multiplexing {
            line.write_str("|false")
        } else {
            Ok(())
        }
    }
}

/// Why a host will refuse us, in words for its log; nothing when it speaks our protocol.
///
/// The handshake names version 6 all the same: the host's own message then
/// tells its user which versions met.
pub(crate) fn version_mismatch(host_versions: &[u32]) -> Option<String> {
    if host_versions.is_empty() || host_versions.contains(&PROTOCOL_VERSION) {
        return None;
    }
    Some(format!(
        "the host speaks plugin protocols {host_versions:?}, this provider only {PROTOCOL_VERSION}: \
         Terraform 1.0 or later, or OpenTofu, is needed"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(certificate: Option<&[u8]>, asks_for_multiplexing: bool) -> String {
        let address = Address::Unix("/tmp/cloister.sock".into());
        Handshake {
            address: &address,
            certificate,
            asks_for_multiplexing,
        }
        .to_string()
    }

    #[test]
    fn the_line_has_six_fields_or_seven_when_multiplexing_is_asked_for() {
        assert_eq!(line(None, false), "1|6|unix|/tmp/cloister.sock|grpc|");
        assert_eq!(line(None, true), "1|6|unix|/tmp/cloister.sock|grpc||false");
        assert_eq!(
            line(Some(b"DER!"), false),
            "1|6|unix|/tmp/cloister.sock|grpc|REVSIQ"
        );
    }

    #[test]
    fn tcp_is_named_with_host_and_port() {
        let address = Address::Tcp("127.0.0.1:10000".parse().unwrap());
        let handshake = Handshake {
            address: &address,
            certificate: None,
            asks_for_multiplexing: false,
        };
        assert_eq!(handshake.to_string(), "1|6|tcp|127.0.0.1:10000|grpc|");
    }

    #[test]
    fn only_a_host_without_version_6_is_a_mismatch() {
        for (versions, agrees) in [
            (&[][..], true),
            (&[5, 6], true),
            (&[6], true),
            (&[4, 5], false),
        ] {
            assert_eq!(version_mismatch(versions).is_none(), agrees, "{versions:?}");
        }
    }
}
