//! Finds settings that contradict each other or cannot be kept, before anything is called.

use super::{
    Environment,
    resolve::parse_retry_mode,
    settings::{Settings, SettingsError},
};

/// The first fault of `settings`, if there is one.
pub(crate) fn check(settings: &Settings, environment: &Environment) -> Result<(), SettingsError> {
    check_keys(settings)?;
    check_accounts(settings)?;
    check_roles(settings, environment)?;
    check_connection(settings)?;
    match environment.value("AWS_RETRY_MODE") {
        Some(mode) if settings.retry_mode.is_none() => parse_retry_mode(mode).map(|_| ()),
        _ => Ok(()),
    }
}

fn check_keys(settings: &Settings) -> Result<(), SettingsError> {
    match (&settings.access_key, &settings.secret_key) {
        (Some(_), None) => Err(SettingsError::new(
            "secret_key",
            "`access_key` is set and `secret_key` is not: set both, or neither",
        )),
        (None, Some(_)) => Err(SettingsError::new(
            "access_key",
            "`secret_key` is set and `access_key` is not: set both, or neither",
        )),
        (None, None) if settings.token.is_some() => Err(SettingsError::new(
            "token",
            "`token` belongs to `access_key` and `secret_key`, which are absent",
        )),
        _ => Ok(()),
    }
}

fn check_accounts(settings: &Settings) -> Result<(), SettingsError> {
    let listed =
        !settings.allowed_account_ids.is_empty() || !settings.forbidden_account_ids.is_empty();
    if !settings.allowed_account_ids.is_empty() && !settings.forbidden_account_ids.is_empty() {
        return Err(SettingsError::new(
            "forbidden_account_ids",
            "`allowed_account_ids` and `forbidden_account_ids` exclude each other: keep one",
        ));
    }
    if listed && settings.skip_requesting_account_id {
        return Err(SettingsError::new(
            "skip_requesting_account_id",
            "allowed and forbidden accounts can only be kept when the account is asked for: set it to false",
        ));
    }
    for (attribute, ids) in [
        ("allowed_account_ids", &settings.allowed_account_ids),
        ("forbidden_account_ids", &settings.forbidden_account_ids),
    ] {
        if let Some(id) = ids.iter().find(|id| !is_account_id(id)) {
            return Err(SettingsError::new(
                attribute,
                format!("`{id}` is no account id: 12 digits are"),
            ));
        }
    }
    Ok(())
}

fn check_roles(settings: &Settings, environment: &Environment) -> Result<(), SettingsError> {
    if settings
        .assume_role
        .iter()
        .any(|role| role.role_arn.is_empty())
    {
        return Err(SettingsError::new("assume_role", "`role_arn` is empty"));
    }
    let Some(identity) = &settings.assume_role_with_web_identity else {
        return Ok(());
    };
    let fault = |message: &str| Err(SettingsError::new("assume_role_with_web_identity", message));
    if identity.token.is_some() && identity.token_file.is_some() {
        return fault(
            "`web_identity_token` and `web_identity_token_file` exclude each other: keep one",
        );
    }
    let token = identity.token.is_some()
        || identity.token_file.is_some()
        || environment.value("AWS_WEB_IDENTITY_TOKEN_FILE").is_some();
    if !token {
        return fault(
            "set `web_identity_token`, `web_identity_token_file` or AWS_WEB_IDENTITY_TOKEN_FILE",
        );
    }
    if identity.role_arn.is_none() && environment.value("AWS_ROLE_ARN").is_none() {
        return fault("set `role_arn` or AWS_ROLE_ARN");
    }
    Ok(())
}

fn check_connection(settings: &Settings) -> Result<(), SettingsError> {
    if settings.insecure {
        return Err(SettingsError::new(
            "insecure",
            "certificates are always checked: remove it, and name the authority in `custom_ca_bundle`",
        ));
    }
    let bad = settings
        .endpoints
        .iter()
        .find(|(_, url)| !url.starts_with("https://") && !url.starts_with("http://"));
    match bad {
        Some((service, url)) => Err(SettingsError::new(
            "endpoints",
            format!("`{url}` for `{service}` is no http or https address"),
        )),
        None => Ok(()),
    }
}

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::session::settings::{AssumeRole, WebIdentity};

    #[test]
    fn settings_that_cannot_be_kept_are_refused_by_attribute() {
        let cases: [(&str, Settings, Option<&str>); 11] = [
            ("nothing", Settings::default(), None),
            (
                "half a key",
                Settings {
                    access_key: Some("AK".into()),
                    ..Settings::default()
                },
                Some("secret_key"),
            ),
            (
                "other half",
                Settings {
                    secret_key: Some("s".into()),
                    ..Settings::default()
                },
                Some("access_key"),
            ),
            (
                "a token alone",
                Settings {
                    token: Some("t".into()),
                    ..Settings::default()
                },
                Some("token"),
            ),
            (
                "both lists",
                Settings {
                    allowed_account_ids: vec!["111122223333".into()],
                    forbidden_account_ids: vec!["111122223334".into()],
                    ..Settings::default()
                },
                Some("forbidden_account_ids"),
            ),
            (
                "a list that cannot be checked",
                Settings {
                    allowed_account_ids: vec!["111122223333".into()],
                    skip_requesting_account_id: true,
                    ..Settings::default()
                },
                Some("skip_requesting_account_id"),
            ),
            (
                "an account that is none",
                Settings {
                    allowed_account_ids: vec!["1111".into()],
                    ..Settings::default()
                },
                Some("allowed_account_ids"),
            ),
            (
                "insecure",
                Settings {
                    insecure: true,
                    ..Settings::default()
                },
                Some("insecure"),
            ),
            (
                "an endpoint that is no address",
                Settings {
                    endpoints: BTreeMap::from([("s3".into(), "localhost:4566".into())]),
                    ..Settings::default()
                },
                Some("endpoints"),
            ),
            (
                "a role without ARN",
                Settings {
                    assume_role: vec![AssumeRole::default()],
                    ..Settings::default()
                },
                Some("assume_role"),
            ),
            (
                "a web identity without token",
                Settings {
                    assume_role_with_web_identity: Some(WebIdentity::default()),
                    ..Settings::default()
                },
                Some("assume_role_with_web_identity"),
            ),
        ];
        for (name, settings, expected) in cases {
            let found = check(&settings, &Environment::default())
                .err()
                .map(|error| error.attribute);
            assert_eq!(found, expected, "{name}");
        }
    }
}
