//! What is wrong with a config, by itself and at its place.

use std::collections::BTreeMap;

use cloister_composite::{Blueprint, SettingError};
use cloister_framework::{Attr, Diagnostic, Diagnostics, Path};
use cloister_policy::Arn;

use super::{blueprint, config::LockedBucket, name, recover};
use crate::{
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
            .collect()
    }

    fn check(config: &Self, site: &Site) -> Diagnostics {
        check_key_place(config, site).into_iter().collect()
    }

    fn administrators(config: &Self) -> Option<Vec<String>> {
        let mut names = known_names(&config.administrators)?;
        names.extend(known_names(&config.break_glass_principals)?);
        Some(names)
    }

    fn blueprint(config: &Self, site: &Site) -> Result<Option<Blueprint>, SettingError> {
        blueprint::blueprint(config, site)
    }

    fn sketch(name: &str) -> Self {
        recover::sketch(name)
    }

    fn recover(imported: &Imported<'_>) -> Option<Self> {
        recover::recover(imported)
    }
}

fn check_name(config: &LockedBucket) -> Option<Diagnostic> {
    let name = config.name.known()?;
    let why = name::refusal(name)?;
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
