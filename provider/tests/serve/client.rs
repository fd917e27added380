//! A client with the certificate of a Terraform host: self-signed, P-521, a CA.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use cloister_proto::go_plugin::grpc_broker_client::GrpcBrokerClient;
use cloister_proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use cloister_proto::go_plugin::grpc_stdio_client::GrpcStdioClient;
use cloister_proto::health::health_client::HealthClient;
use cloister_proto::tfplugin6::provider_client::ProviderClient;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::host::Host;

const LARGEST_MESSAGE: usize = 512 * 1024 * 1024;

pub(crate) struct ClientCertificate {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl ClientCertificate {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self {
            certificate: params.self_signed(&key).unwrap(),
            key,
        }
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }
}

/// One connection and the services on it.
pub(crate) struct Client {
    pub(crate) provider: ProviderClient<Channel>,
    pub(crate) controller: GrpcControllerClient<Channel>,
    pub(crate) broker: GrpcBrokerClient<Channel>,
    pub(crate) stdio: GrpcStdioClient<Channel>,
    pub(crate) health: HealthClient<Channel>,
}

impl Client {
    /// Connects under TLS, with `certificate` or with none.
    pub(crate) async fn connect(
        host: &Host,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Self, tonic::transport::Error> {
        let tls = TlsConnector::from(Arc::new(tls_config(&host.fields[5], certificate)));
        let address = host.address().to_owned();
        let connect = move |_| {
            let (tls, address) = (tls.clone(), address.clone());
            async move {
                let stream = UnixStream::connect(address).await?;
                let name = ServerName::try_from("localhost").unwrap();
                std::io::Result::Ok(TokioIo::new(tls.connect(name, stream).await?))
            }
        };
        Endpoint::from_static("http://localhost")
            .connect_with_connector(service_fn(connect))
            .await
            .map(Self::over)
    }

    /// Connects without TLS.
    pub(crate) async fn connect_plainly(address: &str) -> Result<Self, tonic::transport::Error> {
        let address = address.to_owned();
        let connect = move |_| {
            let address = address.clone();
            async move { std::io::Result::Ok(TokioIo::new(UnixStream::connect(address).await?)) }
        };
        Endpoint::from_static("http://localhost")
            .connect_with_connector(service_fn(connect))
            .await
            .map(Self::over)
    }

    fn over(channel: Channel) -> Self {
        Self {
            provider: ProviderClient::new(channel.clone())
                .max_decoding_message_size(LARGEST_MESSAGE)
                .max_encoding_message_size(LARGEST_MESSAGE),
            controller: GrpcControllerClient::new(channel.clone()),
            broker: GrpcBrokerClient::new(channel.clone()),
            stdio: GrpcStdioClient::new(channel.clone()),
            health: HealthClient::new(channel),
        }
    }
}

fn tls_config(server_certificate: &str, certificate: Option<&ClientCertificate>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(
            STANDARD_NO_PAD.decode(server_certificate).unwrap(),
        ))
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match certificate {
        None => builder.with_no_client_auth(),
        Some(ClientCertificate { certificate, key }) => {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            builder
                .with_client_auth_cert(vec![certificate.der().clone()], key)
                .unwrap()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}
