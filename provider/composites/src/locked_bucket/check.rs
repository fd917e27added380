//! What is wrong with a config, by itself and at its place.

use std::collections::BTreeMap;

use cloister_composite::{Blueprint, SettingError};
use cloister_framework::{Attr, Diagnostic, Diagnostics, Path};
use cloister_policy::{Arn, Document};

use super::{
    addition, blueprint,
    config::LockedBucket,
    lock::known_lock,
    promise::{Documents, KeyOwner, broken_promises},
    proof, recover,
};
use crate::{
    bucket_name,
    composite::{Composite, Imported, Site},
    symbols::known_names,
};

impl Composite for LockedBucket {
    const TYPE: &'static str = "s3_locked_bucket";
    type Config = Self;

    fn name(config: &Self) -> &Attr<String> {
        &config.name
    }

    fn validate(config: &Self) -> Diagnostics {
        [check_name(config), check_key_choice(config)]
            .into_iter()
            .flatten()
            .chain(check_rules(config))
            .chain(addition::check(&config.additional_policy))
            .collect()
    }

    fn check(config: &Self, site: &Site) -> Diagnostics {
        // What is malformed says nothing that could be proven.
        let addition = addition::check(&config.additional_policy);
        let unproven = if addition.is_empty() {
            check_promises(config, site)
        } else {
            Vec::new()
        };
        let key = check_key_place(config, site).into_iter();
        key.chain(addition).chain(unproven).collect()
    }

    fn administrators(config: &Self) -> Option<Vec<String>> {
        let mut names = known_names(&config.administrators)?;
        names.extend(known_names(&config.break_glass_principals)?);
        Some(names)
    }

    fn blueprint(config: &Self, site: &Site) -> Result<Option<Blueprint>, SettingError> {
        blueprint::blueprint(config, site)
    }

    fn sketch(name: &str, _recipe: Option<&serde_json::Value>) -> Option<Self> {
        Some(recover::sketch(name))
    }

    fn recover(imported: &Imported<'_>) -> Option<Self> {
        recover::recover(imported)
    }
}

/// What is not known yet is proven in the plan that apply makes.
fn check_promises(config: &LockedBucket, site: &Site) -> Vec<Diagnostic> {
    let Some(lock) = known_lock(config, site) else {
        return Vec::new();
    };
    let owner = if config.kms_key_arn.is_null() {
        KeyOwner::Bucket
    } else {
        KeyOwner::Somebody
    };
    let broken = broken_promises(&lock, site, &Documents::of(&lock, site, owner));
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in broken.iter().map(|broken| proof::diagnostic(broken, &lock)) {
        // One fault breaks several promises: each attribute is mended once.
        if found
            .iter()
            .all(|earlier| earlier.path() != diagnostic.path())
        {
            found.push(diagnostic);
        }
    }
    found
}

/// The bucket's policy for a config that is wholly known, proven; or the first promise that it does not keep.
pub(crate) fn proven_policy(config: &LockedBucket, site: &Site) -> Result<Document, Diagnostic> {
    let unknown =
        || Diagnostic::provider_bug("A policy was asked for before its settings are known.");
    let lock = known_lock(config, site).ok_or_else(unknown)?;
    match check_promises(config, site).into_iter().next() {
        Some(broken) => Err(broken),
        None => Ok(lock.policy()),
    }
}

fn check_name(config: &LockedBucket) -> Option<Diagnostic> {
    let name = config.name.known()?;
    let why = bucket_name::refusal(name)?;
    Some(
        Diagnostic::error("Bucket name is not allowed")
            .found(format!(
                "`name` is `{name}`, and S3 does not allow that: {why}."
            ))
            .action("Choose another `name`.")
            .at(Path::attribute("name")),
    )
}

fn check_key_choice(config: &LockedBucket) -> Option<Diagnostic> {
    let both = config.kms_key_arn.known().is_some() && config.own_key.known().is_some();
    both.then(|| {
        Diagnostic::error("Two keys for one bucket")
            .found(
                "`kms_key_arn` names a key, and `own_key` describes one that cloister would make.",
            )
            .action("Remove one of them.")
            .at(Path::attribute("own_key"))
    })
}

/// S3 takes one rule per id; sets of rules that differ elsewhere would reach it as two.
fn check_rules(config: &LockedBucket) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in config.lifecycle_rules.known().into_iter().flatten() {
        if let Some(id) = rule.id.known() {
            *seen.entry(id).or_default() += 1;
        }
    }
    let twice = seen.into_iter().filter(|(_, count)| *count > 1);
    twice
        .map(|(id, count)| {
            Diagnostic::error("Lifecycle rules share an id")
                .found(format!(
                    "`lifecycle_rules` has {count} rules with the `id` `{id}`."
                ))
                .action("Give each rule an `id` of its own.")
                .at(Path::attribute("lifecycle_rules"))
        })
        .collect()
}

fn check_key_place(config: &LockedBucket, site: &Site) -> Option<Diagnostic> {
    let key = config.kms_key_arn.known()?;
    let region = Arn::parse(key).ok()?.region;
    (region != site.region).then(|| {
        Diagnostic::error("Key is in another region")
            .found(format!(
                "`kms_key_arn` is `{key}`, in `{region}`, and the bucket is in `{}`: S3 uses keys of the bucket's own \
                 region only.",
                site.region
            ))
            .action(format!("Name a key in `{}`, or leave `kms_key_arn` out.", site.region))
            .at(Path::attribute("kms_key_arn"))
    })
}
