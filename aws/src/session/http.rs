//! The HTTP client that all calls of a process share: proxies, certificate authorities, connections.

use std::sync::Arc;

use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnectorSettings, SharedHttpClient},
    runtime_components::RuntimeComponents,
};

use super::{resolve::Resolved, settings::SettingsError};

/// Makes the client.
pub(crate) async fn http_client(resolved: &Resolved) -> Result<SharedHttpClient, SettingsError> {
    let context = tls_context(resolved.custom_ca_bundle.as_deref()).await?;
    let provider = tls::Provider::Rustls(CryptoMode::AwsLc);
    let Some(proxy) = proxy(resolved)? else {
        return Ok(Builder::new()
            .tls_provider(provider)
            .tls_context(context)
            .build_https());
    };
    let context = Arc::new(context);
    Ok(
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder()
                .proxy_config(proxy.clone())
                .connector_settings(
                    settings
                        .cloned()
                        .unwrap_or_else(|| HttpConnectorSettings::builder().build()),
                );
            connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            connector
                .tls_provider(provider.clone())
                .tls_context((*context).clone())
                .build()
        }),
    )
}

async fn tls_context(bundle: Option<&str>) -> Result<TlsContext, SettingsError> {
    let mut trust = TrustStore::default();
    if let Some(path) = bundle {
        let fault =
            |why: String| SettingsError::new("custom_ca_bundle", format!("`{path}`: {why}"));
        let pem = tokio::fs::read(path)
            .await
            .map_err(|error| fault(error.to_string()))?;
        if !pem.windows(11).any(|window| window == b"-----BEGIN ") {
            return Err(fault("holds no PEM certificate".to_owned()));
        }
        trust.add_pem_certificate(pem);
    }
    TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| SettingsError::new("custom_ca_bundle", error.to_string()))
}

/// The proxy. The client takes one: where both are set and differ, the one for HTTPS holds, which all of AWS's own
/// endpoints use, and plain HTTP goes direct.
fn proxy(resolved: &Resolved) -> Result<Option<ProxyConfig>, SettingsError> {
    let (attribute, made) = match (&resolved.https_proxy, &resolved.http_proxy) {
        (Some(https), Some(http)) if https == http => {
            ("https_proxy", ProxyConfig::all(https.as_str()))
        }
        (Some(https), _) => ("https_proxy", ProxyConfig::https(https.as_str())),
        (None, Some(http)) => ("http_proxy", ProxyConfig::http(http.as_str())),
        (None, None) => return Ok(None),
    };
    let proxy = made.map_err(|error| SettingsError::new(attribute, error.to_string()))?;
    Ok(Some(match &resolved.no_proxy {
        Some(hosts) => proxy.no_proxy(hosts),
        None => proxy,
    }))
}
