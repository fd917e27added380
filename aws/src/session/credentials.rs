//! Where the first credentials come from, in which order.

use aws_config::{
    ecs::EcsCredentialsProvider, imds, meta::credentials::CredentialsProviderChain,
    profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_types::{SdkConfig, region::Region};

use super::{
    Environment, profile,
    resolve::Metadata,
    roles::{Role, RoleSession},
    settings::{Secret, Settings, SettingsError, WebIdentity},
};

/// One place where credentials may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Keys in the settings or the environment.
    Keys(Keys),
    /// A token that an identity provider wrote.
    WebIdentity(Box<WebIdentity>),
    /// A profile of the shared files; the default one if it has no name.
    Profile(Option<String>),
    /// The container's credentials endpoint.
    Container,
    /// The instance metadata service.
    Instance,
}

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    id: String,
    secret: Secret,
    token: Option<Secret>,
}

/// The places to look at, in order. What the settings name is not replaced by anything else.
pub(crate) fn sources(
    settings: &Settings,
    environment: &Environment,
    metadata: &Metadata,
) -> Vec<Source> {
    if let Some(identity) = &settings.assume_role_with_web_identity {
        return vec![Source::WebIdentity(Box::new(filled(identity, environment)))];
    }
    if let (Some(id), Some(secret)) = (&settings.access_key, &settings.secret_key) {
        return vec![Source::Keys(Keys {
            id: id.clone(),
            secret: secret.clone(),
            token: settings.token.clone(),
        })];
    }
    if let Some(name) = &settings.profile {
        return vec![Source::Profile(Some(name.clone()))];
    }
    let mut places = Vec::new();
    places.extend(keys(environment).map(Source::Keys));
    if environment.value("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
        && environment.value("AWS_ROLE_ARN").is_some()
    {
        let identity = filled(&WebIdentity::default(), environment);
        places.push(Source::WebIdentity(Box::new(identity)));
    }
    places.push(Source::Profile(
        profile::name(settings, environment).map(str::to_owned),
    ));
    let container = [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    if environment.first(&container).is_some() {
        places.push(Source::Container);
    }
    if metadata.asked {
        places.push(Source::Instance);
    }
    places
}

/// The provider that asks `places` one after the other.
pub(crate) fn provider(
    places: Vec<Source>,
    means: &Means<'_>,
) -> Result<SharedCredentialsProvider, SettingsError> {
    let mut chain: Option<CredentialsProviderChain> = None;
    for place in places {
        let (name, provider) = one(place, means)?;
        chain = Some(match chain {
            None => CredentialsProviderChain::first_try(name, provider),
            Some(chain) => chain.or_else(name, provider),
        });
    }
    chain.map(SharedCredentialsProvider::new).ok_or_else(|| {
        SettingsError::new(
            "access_key",
            "there is no place left where credentials could be",
        )
    })
}

/// What providers need to do their work.
pub(crate) struct Means<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) environment: &'a Environment,
    pub(crate) metadata: &'a Metadata,
    pub(crate) region: &'a str,
    pub(crate) config: &'a SdkConfig,
    pub(crate) role_session: &'a (dyn Fn(Role) -> RoleSession + Sync),
}

fn one(
    place: Source,
    means: &Means<'_>,
) -> Result<(&'static str, SharedCredentialsProvider), SettingsError> {
    Ok(match place {
        Source::Keys(keys) => {
            let token = keys.token.map(|token| token.reveal().to_owned());
            let found = Credentials::new(keys.id, keys.secret.reveal(), token, None, "keys");
            ("keys", SharedCredentialsProvider::new(found))
        }
        Source::WebIdentity(identity) => {
            let session = (means.role_session)(Role::WebIdentity(identity));
            ("web identity", SharedCredentialsProvider::new(session))
        }
        Source::Profile(name) => {
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&provider_config(means))
                .profile_files(profile::files(means.settings, means.environment))
                .profile_name(name.unwrap_or_else(|| "default".to_owned()))
                .build();
            ("profile", SharedCredentialsProvider::new(provider))
        }
        Source::Container => {
            let provider = EcsCredentialsProvider::builder()
                .configure(&provider_config(means))
                .build();
            ("container", SharedCredentialsProvider::new(provider))
        }
        Source::Instance => {
            let provider = imds::credentials::ImdsCredentialsProvider::builder()
                .configure(&provider_config(means))
                .imds_client(metadata_client(means)?)
                .build();
            ("instance", SharedCredentialsProvider::new(provider))
        }
    })
}

fn provider_config(means: &Means<'_>) -> ProviderConfig {
    let mut config =
        ProviderConfig::without_region().with_region(Some(Region::new(means.region.to_owned())));
    if let Some(client) = means.config.http_client() {
        config = config.with_http_client(client);
    }
    config
}

fn metadata_client(means: &Means<'_>) -> Result<imds::Client, SettingsError> {
    let mut client = imds::Client::builder()
        .configure(&provider_config(means))
        .max_attempts(2);
    if let Some(address) = &means.metadata.endpoint {
        client = client.endpoint(address).map_err(|error| {
            SettingsError::new("ec2_metadata_service_endpoint", error.to_string())
        })?;
    }
    if let Some(mode) = &means.metadata.mode {
        let mode = mode.parse().map_err(|_| {
            SettingsError::new(
                "ec2_metadata_service_endpoint_mode",
                "IPv4 or IPv6 is expected",
            )
        })?;
        client = client.endpoint_mode(mode);
    }
    Ok(client.build())
}

fn keys(environment: &Environment) -> Option<Keys> {
    Some(Keys {
        id: environment.value("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret: environment
            .first(&["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"])?
            .into(),
        token: environment.value("AWS_SESSION_TOKEN").map(Secret::from),
    })
}

fn filled(identity: &WebIdentity, environment: &Environment) -> WebIdentity {
    let or = |own: &Option<String>, name| {
        own.clone()
            .or_else(|| environment.value(name).map(str::to_owned))
    };
    let mut filled = identity.clone();
    filled.role_arn = or(&identity.role_arn, "AWS_ROLE_ARN");
    filled.session_name = or(&identity.session_name, "AWS_ROLE_SESSION_NAME");
    if filled.token.is_none() {
        filled.token_file = or(&identity.token_file, "AWS_WEB_IDENTITY_TOKEN_FILE");
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (&'a Settings, &'a [(&'a str, &'a str)], bool, &'a [&'a str]);

    fn names(settings: &Settings, environment: &[(&str, &str)], asked: bool) -> Vec<String> {
        let metadata = Metadata {
            asked,
            ..Metadata::default()
        };
        sources(
            settings,
            &Environment::of(environment.iter().copied()),
            &metadata,
        )
        .into_iter()
        .map(|source| match source {
            Source::Keys(keys) => format!("keys {}", keys.id),
            Source::WebIdentity(identity) => {
                format!("web {}", identity.role_arn.unwrap_or_default())
            }
            Source::Profile(name) => format!("profile {}", name.unwrap_or_default()),
            Source::Container => "container".to_owned(),
            Source::Instance => "instance".to_owned(),
        })
        .collect()
    }

    #[test]
    fn credentials_come_from_settings_then_environment_then_files_then_the_machine() {
        let none = Settings::default();
        let keys = Settings {
            access_key: Some("OWN".into()),
            secret_key: Some("s".into()),
            profile: Some("p".into()),
            ..Settings::default()
        };
        let profile = Settings {
            profile: Some("p".into()),
            ..Settings::default()
        };
        let web = Settings {
            assume_role_with_web_identity: Some(WebIdentity::default()),
            ..Settings::default()
        };
        let environment = [
            ("AWS_ACCESS_KEY_ID", "ENV"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_PROFILE", "q"),
            ("AWS_ROLE_ARN", "role"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "file"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://c"),
        ];
        let all: &[(&str, &str)] = &environment;
        let cases: [Case<'_>; 6] = [
            (&none, &[], true, &["profile ", "instance"]),
            (&none, &[], false, &["profile "]),
            (
                &none,
                all,
                true,
                &["keys ENV", "web role", "profile q", "container", "instance"],
            ),
            (&profile, all, true, &["profile p"]),
            (&keys, all, true, &["keys OWN"]),
            (&web, all, true, &["web role"]),
        ];
        for (settings, environment, asked, expected) in cases {
            assert_eq!(names(settings, environment, asked), expected);
        }
    }
}
