//! The shared configuration files: which are read, and what the chosen profile says.

use std::collections::BTreeMap;

use aws_config::profile;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use super::{
    Environment,
    settings::{Settings, SettingsError},
};

/// What the chosen profile says, beside credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Profile(BTreeMap<&'static str, String>);

/// The keys of a profile that this crate reads.
const KEYS: [&str; 9] = [
    "region",
    "endpoint_url",
    "max_attempts",
    "retry_mode",
    "ca_bundle",
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
];

impl Profile {
    #[cfg(test)]
    pub(crate) fn of(values: &[(&'static str, &str)]) -> Self {
        Self(
            values
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned()))
                .collect(),
        )
    }

    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Reads the profile; an absent file or an absent default profile says nothing.
    pub(crate) async fn load(
        settings: &Settings,
        environment: &Environment,
    ) -> Result<Self, SettingsError> {
        let pairs: Vec<(&str, &str)> = environment.pairs().collect();
        let name = name(settings, environment);
        let loaded = profile::load(
            &Fs::real(),
            &Env::from_slice(&pairs),
            &files(settings, environment),
            name.map(|name| name.to_owned().into()),
        )
        .await
        .map_err(|error| SettingsError::new("shared_config_files", chain(&error)))?;
        if let Some(name) =
            name.filter(|name| loaded.get_profile(name).is_none() && *name != "default")
        {
            return Err(SettingsError::new(
                "profile",
                format!(
                    "no profile `{name}` in the shared configuration files: add it, or name another"
                ),
            ));
        }
        let value = |key| Some((key, loaded.get(key)?.to_owned()));
        Ok(Self(KEYS.into_iter().filter_map(value).collect()))
    }
}

/// The profile that is asked for by name, in settings or environment.
pub(crate) fn name<'a>(settings: &'a Settings, environment: &'a Environment) -> Option<&'a str> {
    settings
        .profile
        .as_deref()
        .or_else(|| environment.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]))
}

/// The files that profiles are read from. A file that is named must be there; the usual ones may be absent.
pub(crate) fn files(settings: &Settings, environment: &Environment) -> EnvConfigFiles {
    // The builder takes no empty list, and no file at all is a fair case: an empty text stands for it.
    let mut files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "");
    let kinds = [
        (
            EnvConfigFileKind::Config,
            &settings.shared_config_files,
            "AWS_CONFIG_FILE",
            "config",
        ),
        (
            EnvConfigFileKind::Credentials,
            &settings.shared_credentials_files,
            "AWS_SHARED_CREDENTIALS_FILE",
            "credentials",
        ),
    ];
    for (kind, own, variable, usual) in kinds {
        let named = match (own.is_empty(), environment.value(variable)) {
            (false, _) => own.clone(),
            (true, Some(file)) => vec![file.to_owned()],
            (true, None) => usual_file(environment, usual).into_iter().collect(),
        };
        for file in expanded(&named, environment) {
            files = files.with_file(kind, file);
        }
    }
    files.build()
}

fn usual_file(environment: &Environment, name: &str) -> Option<String> {
    let home = environment.first(&["HOME", "USERPROFILE"])?;
    let file = format!("{home}/.aws/{name}");
    std::path::Path::new(&file).is_file().then_some(file)
}

fn expanded(files: &[String], environment: &Environment) -> Vec<String> {
    let home = environment.first(&["HOME", "USERPROFILE"]);
    files
        .iter()
        .map(|file| match (file.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => format!("{home}/{rest}"),
            _ => file.clone(),
        })
        .collect()
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}
