//! What is wrong with a config, by itself and at its place.

use cloister_composite::{Blueprint, SettingError};
use cloister_framework::{Attr, Diagnostic, Diagnostics, Path};

use super::{
    archive::{bucket_name, known_archive},
    blueprint,
    config::AuditTrail,
    logs::RETENTIONS,
    promise::{Promise, broken_promises},
    proof, recover,
};
use crate::{
    bucket_name,
    composite::{Composite, Imported, Site},
    symbols::known_names,
};

impl Composite for AuditTrail {
    const TYPE: &'static str = "audit_trail";
    type Config = Self;

    fn name(config: &Self) -> &Attr<String> {
        &config.name
    }

    fn validate(config: &Self) -> Diagnostics {
        check_log_retention(config).into_iter().collect()
    }

    fn check(config: &Self, site: &Site) -> Diagnostics {
        let place = [check_name(config, site), check_own_bucket(config, site)];
        let place = place.into_iter().flatten();
        place.chain(check_promises(config, site)).collect()
    }

    fn administrators(config: &Self) -> Option<Vec<String>> {
        known_names(&config.administrators)
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
fn check_promises(config: &AuditTrail, site: &Site) -> Vec<Diagnostic> {
    let Some(archive) = known_archive(config, site) else {
        return Vec::new();
    };
    let broken = broken_promises(&archive, site);
    // Whoever manages reads as well: that is one fault.
    let managed_by_others = broken.iter().any(|it| it.promise == Promise::NobodyElse);
    let told = broken
        .iter()
        .filter(|it| !(managed_by_others && it.promise == Promise::Confidence));
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in told.map(proof::diagnostic) {
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

/// S3 reserves names of buckets, and the bucket's begins with the trail's.
fn check_name(config: &AuditTrail, site: &Site) -> Option<Diagnostic> {
    let name = config.name.known()?;
    let bucket = bucket_name(&site.identity(AuditTrail::TYPE, name));
    let why = bucket_name::refusal(&bucket)?;
    Some(
        Diagnostic::error("Trail name is not allowed")
            .found(format!(
                "`name` is `{name}`, so that the bucket would be `{bucket}`, and S3 does not allow that: {why}."
            ))
            .action("Choose another `name`.")
            .at(Path::attribute("name")),
    )
}

/// Each file that the trail delivers would be an event for the next one.
fn check_own_bucket(config: &AuditTrail, site: &Site) -> Option<Diagnostic> {
    let bucket = bucket_name(&site.identity(AuditTrail::TYPE, config.name.known()?));
    let arn = format!("arn:{}:s3:::{bucket}", site.partition);
    let named = config.s3_data_event_buckets.known()?;
    named.contains(&Attr::Known(arn)).then(|| {
        Diagnostic::error("Trail would record itself")
            .found(format!(
                "`s3_data_event_buckets` names `{bucket}`, the trail's own bucket: every log file that it delivers \
                 would be an event of the next one, without end."
            ))
            .action("Take it out of `s3_data_event_buckets`.")
            .at(Path::attribute("s3_data_event_buckets"))
    })
}

fn check_log_retention(config: &AuditTrail) -> Option<Diagnostic> {
    let days = *config.cloud_watch_logs.known()?.retention_days.known()?;
    let offered: Vec<String> = RETENTIONS.iter().map(ToString::to_string).collect();
    (!RETENTIONS.contains(&days)).then(|| {
        Diagnostic::error("Retention is not offered")
            .found(format!(
                "`cloud_watch_logs.retention_days` is `{days}`, and CloudWatch Logs keeps events for one of these \
                 numbers of days: {}.",
                offered.join(", ")
            ))
            .action("Choose one of them, or leave `retention_days` out to keep events for ever.")
            .at(Path::attribute("cloud_watch_logs").then("retention_days"))
    })
}
