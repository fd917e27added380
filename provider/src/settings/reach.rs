//! From the provider block to the settings of AWS sessions.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use cloister_aws as aws;
use cloister_framework::{Attr, Diagnostic, Path};

use super::config::{AssumeRole, Endpoints, ProviderConfig, WebIdentity};

/// The settings of AWS sessions. The config is wholly known.
pub(crate) fn aws_settings(
    config: &ProviderConfig,
    terraform_version: &str,
) -> Result<aws::Settings, Diagnostic> {
    let roles = config.assume_role.iter().map(assume_role);
    let web = config
        .assume_role_with_web_identity
        .first()
        .map(web_identity);
    Ok(aws::Settings {
        region: text(&config.region),
        profile: text(&config.profile),
        access_key: text(&config.access_key),
        secret_key: text(&config.secret_key).map(Into::into),
        token: text(&config.token).map(Into::into),
        shared_config_files: list(&config.shared_config_files),
        shared_credentials_files: list(&config.shared_credentials_files),
        assume_role: roles.collect::<Result<_, _>>()?,
        assume_role_with_web_identity: web.transpose()?,
        endpoints: config.endpoints.iter().flat_map(endpoints).collect(),
        retry_mode: text(&config.retry_mode).map(|mode| match mode.as_str() {
            "adaptive" => aws::RetryMode::Adaptive,
            _ => aws::RetryMode::Standard,
        }),
        max_retries: config.max_retries.known().copied(),
        allowed_account_ids: set(&config.allowed_account_ids),
        forbidden_account_ids: set(&config.forbidden_account_ids),
        skip_credentials_validation: flag(config.skip_credentials_validation),
        skip_metadata_api_check: text(&config.skip_metadata_api_check).as_deref() == Some("true"),
        skip_region_validation: flag(config.skip_region_validation),
        skip_requesting_account_id: flag(config.skip_requesting_account_id),
        s3_use_path_style: flag(config.s3_use_path_style),
        http_proxy: text(&config.http_proxy),
        https_proxy: text(&config.https_proxy),
        no_proxy: text(&config.no_proxy),
        custom_ca_bundle: text(&config.custom_ca_bundle),
        insecure: flag(config.insecure),
        use_fips_endpoint: config.use_fips_endpoint.known().copied(),
        use_dualstack_endpoint: config.use_dualstack_endpoint.known().copied(),
        ec2_metadata_service_endpoint: text(&config.ec2_metadata_service_endpoint),
        ec2_metadata_service_endpoint_mode: text(&config.ec2_metadata_service_endpoint_mode),
        sts_region: text(&config.sts_region),
        user_agent: list(&config.user_agent),
        product: aws::Product {
            terraform: Some(terraform_version.to_owned()),
            ..aws::Product::default()
        },
        ..aws::Settings::default()
    })
}

fn assume_role(role: &AssumeRole) -> Result<aws::AssumeRole, Diagnostic> {
    Ok(aws::AssumeRole {
        role_arn: text(&role.role_arn).unwrap_or_default(),
        duration: duration(&role.duration, "assume_role")?,
        external_id: text(&role.external_id),
        policy: text(&role.policy),
        policy_arns: set(&role.policy_arns),
        session_name: text(&role.session_name),
        source_identity: text(&role.source_identity),
        tags: text_map(&role.tags),
        transitive_tag_keys: set(&role.transitive_tag_keys),
    })
}

fn web_identity(web: &WebIdentity) -> Result<aws::WebIdentity, Diagnostic> {
    Ok(aws::WebIdentity {
        role_arn: text(&web.role_arn),
        session_name: text(&web.session_name),
        token: text(&web.token).map(Into::into),
        token_file: text(&web.token_file),
        duration: duration(&web.duration, "assume_role_with_web_identity")?,
        policy: text(&web.policy),
        policy_arns: set(&web.policy_arns),
    })
}

fn endpoints(block: &Endpoints) -> Vec<(String, String)> {
    let named = [
        ("cloudtrail", &block.cloudtrail),
        ("ec2", &block.ec2),
        ("efs", &block.efs),
        ("iam", &block.iam),
        ("kms", &block.kms),
        ("logs", &block.logs),
        ("networkfirewall", &block.networkfirewall),
        ("s3", &block.s3),
        ("sagemaker", &block.sagemaker),
        ("servicequotas", &block.servicequotas),
        ("ssm", &block.ssm),
        ("ssoadmin", &block.ssoadmin),
        ("sts", &block.sts),
    ];
    named
        .into_iter()
        .filter_map(|(service, url)| Some((service.to_owned(), text(url)?)))
        .collect()
}

fn duration(attribute: &Attr<String>, block: &str) -> Result<Option<Duration>, Diagnostic> {
    let Some(text) = attribute.known() else {
        return Ok(None);
    };
    cloister_framework::parse_duration(text)
        .map(Some)
        .ok_or_else(|| {
            Diagnostic::error("Duration is not readable")
                .found(format!("`duration` is `{text}`."))
                .action("Write it like `1h` or `90m`.")
                .at(Path::attribute(block).index(0).then("duration"))
        })
}

fn text(attribute: &Attr<String>) -> Option<String> {
    attribute.known().filter(|text| !text.is_empty()).cloned()
}

fn flag(attribute: Attr<bool>) -> bool {
    attribute.known().copied().unwrap_or(false)
}

fn list(attribute: &Attr<Vec<Attr<String>>>) -> Vec<String> {
    attribute
        .known()
        .into_iter()
        .flatten()
        .filter_map(text)
        .collect()
}

fn set(attribute: &Attr<BTreeSet<Attr<String>>>) -> Vec<String> {
    attribute
        .known()
        .into_iter()
        .flatten()
        .filter_map(text)
        .collect()
}

fn text_map(attribute: &Attr<BTreeMap<String, Attr<String>>>) -> BTreeMap<String, String> {
    let pairs = attribute.known().into_iter().flatten();
    pairs
        .filter_map(|(key, value)| Some((key.clone(), text(value)?)))
        .collect()
}
