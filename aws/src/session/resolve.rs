//! Precedence: what the settings say, else the environment, else the profile, else AWS's default.

use std::collections::BTreeMap;

use super::{
    Environment,
    profile::Profile,
    settings::{RetryMode, Settings, SettingsError},
};

/// How often a throttled call is repeated where nobody says otherwise, as in the AWS provider.
const MAX_RETRIES: u32 = 25;

/// Everything about the way to AWS, with no source left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) region: Option<String>,
    pub(crate) endpoints: Endpoints,
    pub(crate) max_retries: u32,
    pub(crate) retry_mode: RetryMode,
    pub(crate) custom_ca_bundle: Option<String>,
    pub(crate) http_proxy: Option<String>,
    pub(crate) https_proxy: Option<String>,
    pub(crate) no_proxy: Option<String>,
    pub(crate) use_fips: bool,
    pub(crate) use_dualstack: bool,
    pub(crate) metadata: Metadata,
    pub(crate) user_agent_end: Option<String>,
}

/// The instance metadata service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) asked: bool,
    pub(crate) endpoint: Option<String>,
    pub(crate) mode: Option<String>,
}

/// Endpoints by service, and the one for all others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Endpoints {
    by_service: BTreeMap<String, String>,
    general: Option<String>,
}

impl Endpoints {
    /// Where `service` is reached, unless at AWS's own address.
    pub(crate) fn of(&self, service: &str) -> Option<&str> {
        self.by_service
            .get(service)
            .or(self.general.as_ref())
            .map(String::as_str)
    }
}

/// Applies the precedence to every setting.
pub(crate) fn resolve(
    settings: &Settings,
    environment: &Environment,
    profile: &Profile,
) -> Result<Resolved, SettingsError> {
    let pick = |own: &Option<String>, names: &[&str], key: &str| -> Option<String> {
        own.clone()
            .or_else(|| environment.first(names).map(str::to_owned))
            .or_else(|| profile.value(key).map(str::to_owned))
    };
    let flag = |own: Option<bool>, name: &str, key: &str| {
        let said =
            || pick(&None, &[name], key).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        own.unwrap_or_else(said)
    };
    Ok(Resolved {
        region: pick(
            &settings.region,
            &["AWS_REGION", "AWS_DEFAULT_REGION"],
            "region",
        ),
        endpoints: endpoints(settings, environment, profile),
        max_retries: max_retries(settings, environment, profile)?,
        retry_mode: match (
            settings.retry_mode,
            pick(&None, &["AWS_RETRY_MODE"], "retry_mode"),
        ) {
            (Some(mode), _) => mode,
            (None, Some(text)) => parse_retry_mode(&text)?,
            (None, None) => RetryMode::Adaptive,
        },
        custom_ca_bundle: pick(&settings.custom_ca_bundle, &["AWS_CA_BUNDLE"], "ca_bundle"),
        http_proxy: pick(&settings.http_proxy, &["HTTP_PROXY", "http_proxy"], ""),
        https_proxy: pick(&settings.https_proxy, &["HTTPS_PROXY", "https_proxy"], ""),
        no_proxy: pick(&settings.no_proxy, &["NO_PROXY", "no_proxy"], ""),
        use_fips: flag(
            settings.use_fips_endpoint,
            "AWS_USE_FIPS_ENDPOINT",
            "use_fips_endpoint",
        ),
        use_dualstack: flag(
            settings.use_dualstack_endpoint,
            "AWS_USE_DUALSTACK_ENDPOINT",
            "use_dualstack_endpoint",
        ),
        metadata: Metadata {
            asked: !settings.skip_metadata_api_check
                && !environment.says_true("AWS_EC2_METADATA_DISABLED"),
            endpoint: pick(
                &settings.ec2_metadata_service_endpoint,
                &["AWS_EC2_METADATA_SERVICE_ENDPOINT"],
                "ec2_metadata_service_endpoint",
            ),
            mode: pick(
                &settings.ec2_metadata_service_endpoint_mode,
                &["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"],
                "ec2_metadata_service_endpoint_mode",
            ),
        },
        user_agent_end: environment.value("TF_APPEND_USER_AGENT").map(str::to_owned),
    })
}

/// Reads the name of a retry mode.
pub(crate) fn parse_retry_mode(text: &str) -> Result<RetryMode, SettingsError> {
    match text.to_ascii_lowercase().as_str() {
        "standard" | "legacy" => Ok(RetryMode::Standard),
        "adaptive" => Ok(RetryMode::Adaptive),
        _ => Err(SettingsError::new(
            "retry_mode",
            format!("`{text}` is no retry mode: `standard` and `adaptive` are"),
        )),
    }
}

fn endpoints(settings: &Settings, environment: &Environment, profile: &Profile) -> Endpoints {
    const PREFIX: &str = "AWS_ENDPOINT_URL_";
    let mut found = Endpoints::default();
    if !environment.says_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
        found.general = environment
            .value("AWS_ENDPOINT_URL")
            .or_else(|| profile.value("endpoint_url"))
            .map(str::to_owned);
        found.by_service = environment
            .pairs()
            .filter_map(|(name, url)| {
                let service = name.strip_prefix(PREFIX)?;
                Some((service_name(service), url.to_owned()))
            })
            .collect();
    }
    found.by_service.extend(settings.endpoints.clone());
    found
}

/// The name that the AWS provider has for the service of an environment variable: `NETWORK_FIREWALL`.
fn service_name(variable: &str) -> String {
    match variable.to_ascii_lowercase().replace('_', "").as_str() {
        "cloudwatchlogs" => "logs".to_owned(),
        name => name.to_owned(),
    }
}

/// `AWS_MAX_ATTEMPTS` and `max_attempts` count the first try as well, `max_retries` does not differ in the AWS
/// provider: all three set the number of attempts, and so they do here.
fn max_retries(
    settings: &Settings,
    environment: &Environment,
    profile: &Profile,
) -> Result<u32, SettingsError> {
    if let Some(number) = settings.max_retries {
        return Ok(number);
    }
    match environment
        .value("AWS_MAX_ATTEMPTS")
        .or_else(|| profile.value("max_attempts"))
    {
        None => Ok(MAX_RETRIES),
        Some(text) => text.parse().map_err(|_| {
            SettingsError::new(
                "max_retries",
                format!("`{text}` is no number of attempts: a whole number is"),
            )
        }),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use super::*;

    fn resolved(
        settings: &Settings,
        environment: &[(&str, &str)],
        profile: &[(&'static str, &str)],
    ) -> Resolved {
        resolve(
            settings,
            &Environment::of(environment.iter().copied()),
            &Profile::of(profile),
        )
        .unwrap()
    }

    #[test]
    fn the_region_comes_from_settings_then_environment_then_profile() {
        let own = Settings {
            region: Some("us-east-1".into()),
            ..Settings::default()
        };
        let none = Settings::default();
        let both = [
            ("AWS_DEFAULT_REGION", "eu-west-3"),
            ("AWS_REGION", "eu-west-2"),
        ];
        let profile = [("region", "eu-west-1")];
        for (settings, environment, expected) in [
            (&own, &both[..], "us-east-1"),
            (&none, &both[..], "eu-west-2"),
            (&none, &both[..1], "eu-west-3"),
            (&none, &[], "eu-west-1"),
        ] {
            assert_eq!(
                resolved(settings, environment, &profile).region.as_deref(),
                Some(expected)
            );
        }
        assert_eq!(resolved(&none, &[], &[]).region, None);
    }

    #[test]
    fn an_endpoint_comes_from_the_most_particular_source() {
        let settings = Settings {
            endpoints: BTreeMap::from([("s3".into(), "http://settings".into())]),
            ..Settings::default()
        };
        let environment = [
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_ENDPOINT_URL_S3", "http://s3"),
            ("AWS_ENDPOINT_URL_KMS", "http://kms"),
        ];
        let profile = [("endpoint_url", "http://profile")];
        let found = resolved(&settings, &environment, &profile).endpoints;
        let of = |service| found.of(service).unwrap();
        assert_eq!(
            (of("s3"), of("kms"), of("ssm")),
            ("http://settings", "http://kms", "http://all")
        );

        let ignored = [
            environment[0],
            environment[1],
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ];
        let found = resolved(&settings, &ignored, &profile).endpoints;
        assert_eq!(
            (found.of("s3"), found.of("kms")),
            (Some("http://settings"), None)
        );
        let found = resolved(&Settings::default(), &[], &profile).endpoints;
        assert_eq!(found.of("kms"), Some("http://profile"));
    }

    #[test]
    fn retries_are_25_unless_someone_says_otherwise() {
        let own = Settings {
            max_retries: Some(3),
            ..Settings::default()
        };
        let none = Settings::default();
        let environment = [("AWS_MAX_ATTEMPTS", "4")];
        let profile = [("max_attempts", "5")];
        assert_eq!(resolved(&own, &environment, &profile).max_retries, 3);
        assert_eq!(resolved(&none, &environment, &profile).max_retries, 4);
        assert_eq!(resolved(&none, &[], &profile).max_retries, 5);
        assert_eq!(resolved(&none, &[], &[]).max_retries, 25);
        let bad = Environment::of([("AWS_MAX_ATTEMPTS", "many")]);
        assert_eq!(
            resolve(&none, &bad, &Profile::default())
                .unwrap_err()
                .attribute,
            "max_retries"
        );
    }

    #[test]
    fn the_metadata_service_is_asked_unless_switched_off() {
        let none = Settings::default();
        let skip = Settings {
            skip_metadata_api_check: true,
            ..Settings::default()
        };
        assert!(resolved(&none, &[], &[]).metadata.asked);
        assert!(!resolved(&skip, &[], &[]).metadata.asked);
        assert!(
            !resolved(&none, &[("AWS_EC2_METADATA_DISABLED", "TRUE")], &[])
                .metadata
                .asked
        );
    }
}
