//! Personas, profiles, sign-in.

use std::collections::BTreeMap;

use cloister_framework::{Attr, Diagnostic, Path};

use super::check_policy;
use crate::studio_domain::{
    config::{Persona, Profile, SecureStudioDomain},
    policies::sign_in::is_private,
    shape::DEFAULT_PERSONA,
};

/// The personas that there are without any in config.
const USUAL: [&str; 2] = ["data-scientist", "mlops"];

pub(super) fn check(config: &SecureStudioDomain) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = personas(config).collect();
    for (name, profile) in members(&config.profiles) {
        found.extend(check_persona(config, name, profile));
        found.extend(check_user(config, name, profile));
        found.extend(check_name(name));
    }
    found.extend(check_sign_in(config));
    found
}

fn members<T>(map: &Attr<BTreeMap<String, Attr<T>>>) -> impl Iterator<Item = (&str, &T)> {
    map.known()
        .into_iter()
        .flatten()
        .filter_map(|(name, member)| Some((name.as_str(), member.known()?)))
}

fn personas(config: &SecureStudioDomain) -> impl Iterator<Item = Diagnostic> {
    members(&config.personas).filter_map(|(name, persona): (&str, &Persona)| {
        let place = format!("personas[\"{name}\"].additional_policy");
        let path = Path::attribute("personas")
            .key(name)
            .then("additional_policy");
        check_policy(&persona.additional_policy, &place, path)
    })
}

fn check_persona(config: &SecureStudioDomain, name: &str, profile: &Profile) -> Option<Diagnostic> {
    let persona = profile.persona.known()?;
    let known: Vec<&str> = match &config.personas {
        Attr::Unknown => return None,
        Attr::Null => [DEFAULT_PERSONA].into_iter().chain(USUAL).collect(),
        Attr::Known(personas) => [DEFAULT_PERSONA]
            .into_iter()
            .chain(personas.keys().map(String::as_str))
            .collect(),
    };
    (!known.contains(&persona.as_str())).then(|| {
        Diagnostic::error("Persona is unknown")
            .found(format!(
                "`profiles[\"{name}\"].persona` is `{persona}`; there are `{}`.",
                known.join("`, `")
            ))
            .action(format!(
                "Choose one of them, or add `{persona}` to `personas`."
            ))
            .at(Path::attribute("profiles").key(name).then("persona"))
    })
}

fn check_user(config: &SecureStudioDomain, name: &str, profile: &Profile) -> Option<Diagnostic> {
    let mode = config.auth_mode.known()?;
    let path = Path::attribute("profiles").key(name).then("sso_user");
    match (mode.as_str(), &profile.sso_user) {
        ("SSO", Attr::Null) => Some(
            Diagnostic::error("Profile has no user")
                .found(format!(
                    "`auth_mode` is `SSO`, and `profiles[\"{name}\"]` does not say whose profile it is."
                ))
                .action("Name the user of IAM Identity Center in `sso_user`.")
                .at(path),
        ),
        ("IAM", Attr::Known(_)) => Some(
            Diagnostic::error("Profile has a user that cannot sign in")
                .found(format!(
                    "`profiles[\"{name}\"].sso_user` is given, and `auth_mode` is `IAM`, without IAM Identity Center."
                ))
                .action("Remove `sso_user`, or set `auth_mode = \"SSO\"`.")
                .at(path),
        ),
        _ => None,
    }
}

/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateUserProfile.html>
fn check_name(name: &str) -> Option<Diagnostic> {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let bytes = name.as_bytes();
    let edges = [bytes.first(), bytes.last()];
    let sound = bytes.len() <= 63
        && bytes.iter().all(|byte| inside(*byte))
        && edges
            .iter()
            .all(|edge| edge.is_some_and(u8::is_ascii_alphanumeric));
    (!sound).then(|| {
        Diagnostic::error("Profile name is not allowed")
            .found(format!(
                "`{name}` cannot be the name of a user profile: up to 63 letters, digits and hyphens can, without a \
                 hyphen at either end."
            ))
            .action("Rename it in `profiles`.")
            .at(Path::attribute("profiles").key(name))
    })
}

fn check_sign_in(config: &SecureStudioDomain) -> Vec<Diagnostic> {
    let Some(sign_in) = config.sign_in.known() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if config.auth_mode == Attr::Known("SSO".to_owned()) {
        found.push(
            Diagnostic::error("Sign-in cannot be limited")
                .found(
                    "`sign_in` limits who may ask SageMaker for a sign-in address, and with `auth_mode = \"SSO\"` nobody \
                     asks: IAM Identity Center signs in.",
                )
                .action("Remove `sign_in`, and limit sign-in in IAM Identity Center.")
                .at(Path::attribute("sign_in")),
        );
    }
    let cidrs = sign_in.source_cidrs.known().into_iter().flatten();
    for cidr in cidrs
        .filter_map(Attr::known)
        .filter(|cidr| is_private(cidr))
    {
        found.push(
            Diagnostic::error("Private addresses never sign in")
                .found(format!(
                    "`sign_in.source_cidrs` holds `{cidr}`, and a request from a private address comes through a VPC \
                     endpoint, where AWS does not see it as its source."
                ))
                .action("Name the endpoint in `sign_in.vpc_endpoint_ids`, or its VPC in `sign_in.vpc_ids`.")
                .at(Path::attribute("sign_in").then("source_cidrs")),
        );
    }
    found
}
