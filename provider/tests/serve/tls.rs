//! Who gets in, and who does not.

use cloister_proto::tfplugin6::get_provider_schema;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use super::client::{Client, ClientCertificate};
use super::host::Host;

/// A call over a connection with `certificate`; the handshake may only fail with the first call.
async fn schema_with(host: &Host, certificate: Option<&ClientCertificate>) -> Result<(), String> {
    let mut client = Client::connect(host, certificate)
        .await
        .map_err(|error| error.to_string())?;
    let request = get_provider_schema::Request::default();
    client
        .provider
        .get_provider_schema(request)
        .await
        .map(drop)
        .map_err(|status| status.to_string())
}

#[tokio::test]
async fn only_the_hosts_own_certificate_opens_the_connection() {
    let host = Host::start().await;
    assert!(schema_with(&host, None).await.is_err(), "no certificate");
    assert!(
        schema_with(&host, Some(&ClientCertificate::new()))
            .await
            .is_err(),
        "another certificate"
    );
    schema_with(&host, Some(&host.certificate)).await.unwrap();
}

#[tokio::test]
async fn plain_text_is_refused_where_the_host_wants_tls() {
    let host = Host::start().await;
    let mut client = Client::connect_plainly(host.address()).await.unwrap();
    client
        .provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap_err();
}

#[tokio::test]
async fn a_peer_that_never_finishes_its_handshake_holds_nobody_up() {
    let host = Host::start().await;
    let mut silent = UnixStream::connect(host.address()).await.unwrap();
    let mut garbled = UnixStream::connect(host.address()).await.unwrap();
    garbled.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    silent.write_all(&[0x16]).await.unwrap();
    schema_with(&host, Some(&host.certificate)).await.unwrap();
}

#[tokio::test]
async fn a_host_without_certificate_gets_plain_text() {
    let host = Host::start_with(|command| {
        command
            .env_remove("PLUGIN_CLIENT_CERT")
            .env("PLUGIN_MULTIPLEX_GRPC", "true");
    })
    .await;
    assert_eq!(host.fields[..3], ["1", "6", "unix"]);
    assert_eq!(host.fields[4..], ["grpc", "", "false"]);
    let mut client = Client::connect_plainly(host.address()).await.unwrap();
    client
        .provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
}
