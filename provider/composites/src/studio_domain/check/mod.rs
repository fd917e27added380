//! What is wrong with a config: by itself, at its place, and in its account.

mod account;
mod network;
mod people;

use cloister_aws::{Facts, Inquiry};
use cloister_composite::{Blueprint, SettingError};
use cloister_framework::{Attr, Diagnostic, Diagnostics, Path, Value};
use cloister_policy::Document;

use super::{
    blueprint,
    config::SecureStudioDomain,
    promises::{broken_key_promises, broken_promises},
    recipe,
};
use crate::{
    composite::{Composite, Imported, Site},
    symbols::known_names,
};

impl Composite for SecureStudioDomain {
    const TYPE: &'static str = "secure_studio_domain";
    const PRECIOUS: &'static [&'static str] = &["domain"];
    type Config = Self;

    fn name(config: &Self) -> &Attr<String> {
        &config.name
    }

    fn validate(config: &Self) -> Diagnostics {
        network::check(config)
            .into_iter()
            .chain(people::check(config))
            .collect()
    }

    fn check(config: &Self, site: &Site) -> Diagnostics {
        check_promises(config, site)
    }

    fn administrators(config: &Self) -> Option<Vec<String>> {
        known_names(&config.administrators)
    }

    fn inquiry(config: &Self, prior: Option<&Self>, site: &Site) -> Inquiry {
        account::inquiry(config, prior, site)
    }

    fn choose(config: &Self, facts: &Facts) -> Vec<(Path, Value)> {
        account::choose(config, facts)
    }

    fn check_facts(config: &Self, prior: Option<&Self>, site: &Site, facts: &Facts) -> Diagnostics {
        account::check(config, prior, site, facts)
    }

    fn blueprint(config: &Self, site: &Site) -> Result<Option<Blueprint>, SettingError> {
        blueprint::blueprint(config, site)
    }

    fn sketch(name: &str, recipe: Option<&serde_json::Value>) -> Option<Self> {
        recipe::config(name, recipe)
    }

    fn recover(imported: &Imported<'_>) -> Option<Self> {
        recipe::recover(imported)
    }
}

/// What is not known yet is proven in the plan that apply makes.
fn check_promises(config: &SecureStudioDomain, site: &Site) -> Diagnostics {
    let Some(subjects) = blueprint::proof_subjects(config, site) else {
        return Diagnostics::new();
    };
    let personas = subjects.personas.iter().flat_map(|(name, acting)| {
        let broken = broken_promises(acting, &subjects.guardrails);
        broken
            .into_iter()
            .map(move |broken| broken.of_persona(name))
    });
    let keys = subjects.keys.iter().flat_map(broken_key_promises);
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in personas.chain(keys.map(|broken| broken.of_key())) {
        // One fault breaks several promises: each attribute is mended once.
        if found
            .iter()
            .all(|earlier| earlier.path() != diagnostic.path())
        {
            found.push(diagnostic);
        }
    }
    found.into_iter().collect()
}

/// A policy that the user gave is a policy.
fn check_policy(policy: &Attr<String>, place: &str, path: Path) -> Option<Diagnostic> {
    let text = policy.known()?;
    let error = Document::parse(text).err()?;
    Some(
        Diagnostic::error("Policy is malformed")
            .found(format!("`{place}` is no policy document: {error}."))
            .action(format!("Correct `{place}`."))
            .at(path),
    )
}
