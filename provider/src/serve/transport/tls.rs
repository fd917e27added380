//! Mutual TLS with certificates that live as long as the process.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use thiserror::Error;

use super::pinned_client::PinnedClient;

/// The name that every go-plugin host looks for in the server certificate.
const SERVER_NAME: &str = "localhost";
/// How far the certificate reaches back, for clocks that step while we start.
const CLOCK_SLACK: Duration = Duration::from_mins(1);
/// As long as go-plugin's own certificates; the key is gone with the process.
const LIFETIME: Duration = Duration::from_hours(30 * 365 * 24);

/// Why no TLS server could be set up.
#[derive(Debug, Error)]
pub(crate) enum TlsError {
    #[error("PLUGIN_CLIENT_CERT holds no certificate: {0}")]
    ClientCertificate(rustls::pki_types::pem::Error),
    #[error("no server certificate could be made: {0}")]
    ServerCertificate(#[from] rcgen::Error),
    #[error("TLS could not be set up: {0}")]
    Config(#[from] rustls::Error),
}

/// A TLS server and the certificate by which its client knows it.
pub(crate) struct ServerTls {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) certificate: CertificateDer<'static>,
}

/// Sets up TLS for the one client that holds the key of `client_certificate` (PEM).
pub(crate) fn server_tls(client_certificate: &str, now: SystemTime) -> Result<ServerTls, TlsError> {
    let client = CertificateDer::from_pem_slice(client_certificate.as_bytes())
        .map_err(TlsError::ClientCertificate)?;
    // P-256 is accepted by every host and takes a fraction of the time of P-521.
    let key = KeyPair::generate()?;
    let certificate: CertificateDer<'static> = server_params(now)?.self_signed(&key)?.into();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Ok(ServerTls {
        config: Arc::new(server_config(client, certificate.clone(), key)?),
        certificate,
    })
}

fn server_params(now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let since_epoch = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    params.not_before = epoch + since_epoch.saturating_sub(CLOCK_SLACK);
    params.not_after = epoch + since_epoch + LIFETIME;
    params
        .distinguished_name
        .push(DnType::CommonName, SERVER_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn server_config(
    client: CertificateDer<'static>,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = PinnedClient::new(client, provider.signature_verification_algorithms);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    // The one client connects once: tickets would only cost time.
    config.send_tls13_tickets = 0;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_certificate_is_refused() {
        let refused = server_tls("nonsense", SystemTime::UNIX_EPOCH).map(|_| ());
        assert!(
            matches!(refused, Err(TlsError::ClientCertificate(_))),
            "{refused:?}"
        );
    }
}
