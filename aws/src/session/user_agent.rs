//! The user agent: who calls, before what the SDK says about itself.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept, context::BeforeTransmitInterceptorContextMut, dyn_dispatch_hint,
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use super::settings::Product;

/// Puts cloister's name before the SDK's, and what `TF_APPEND_USER_AGENT` says after it.
///
/// The header is not part of the signature, so it is set after signing.
#[derive(Debug, Clone)]
pub(crate) struct UserAgent {
    start: String,
    end: Option<String>,
}

impl UserAgent {
    pub(crate) fn new(product: &Product, further: &[String], end: Option<&str>) -> Self {
        let mut words = vec!["APN/1.0".to_owned()];
        words.extend(
            product
                .terraform
                .as_ref()
                .map(|version| format!("terraform/{version}")),
        );
        words.push(format!("{}/{}", product.name, product.version));
        words.extend(further.iter().cloned());
        Self {
            start: printable(&words.join(" ")),
            end: end.map(printable),
        }
    }

    fn around(&self, sdk: &str) -> String {
        match &self.end {
            Some(end) => format!("{} {sdk} {end}", self.start),
            None => format!("{} {sdk}", self.start),
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for UserAgent {
    fn name(&self) -> &'static str {
        "CloisterUserAgent"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        let sdk = headers
            .get("user-agent")
            .unwrap_or("aws-sdk-rust")
            .to_owned();
        headers.try_insert("user-agent", self.around(&sdk))?;
        Ok(())
    }
}

/// A header takes visible ASCII alone; anything else would fail the call.
fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter == ' ' || letter.is_ascii_graphic() {
                letter
            } else {
                '?'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_names_partner_terraform_provider_and_additions() {
        let product = Product {
            terraform: Some("1.11.4".into()),
            version: "9.9.9".into(),
            ..Product::default()
        };
        let agent = UserAgent::new(&product, &["team/é1".into()], Some("ci/7"));
        assert_eq!(
            agent.around("aws-sdk-rust/1"),
            "APN/1.0 terraform/1.11.4 terraform-provider-cloister/9.9.9 team/?1 aws-sdk-rust/1 ci/7"
        );
    }
}
