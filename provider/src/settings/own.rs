//! The settings that are cloister's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use cloister_composite::{Pace, Tags};
use cloister_framework::{Attr, Diagnostic, Path};

use super::{config::ProviderConfig, environment::Environment};

/// What a create that fails half-way leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartialCreate {
    /// State and error: Terraform taints the resource.
    Taint,
    /// State and warning: the next apply goes on.
    Resume,
}

/// The settings that are cloister's own.
pub(crate) struct OwnSettings {
    pub(crate) owner: String,
    pub(crate) default_tags: Tags,
    /// Says of a tag key whether `ignore_tags` names it.
    pub(crate) ignored_tags: Box<dyn Fn(&str) -> bool + Send + Sync>,
    pub(crate) account_role_arn: Option<String>,
    pub(crate) account_external_id: Option<String>,
    pub(crate) partial_create: PartialCreate,
    pub(crate) pace: Pace,
    /// How slow the other side is, with AWS as 1.
    pub(crate) time_scale: f64,
}

impl OwnSettings {
    /// Settles config over environment over defaults.
    pub(crate) fn of(
        config: &ProviderConfig,
        environment: &Environment,
    ) -> Result<Self, Diagnostic> {
        let text = |attribute: &Attr<String>| attribute.known().cloned();
        let owner = text(&config.owner).or_else(|| environment.owner.clone());
        let time_scale = time_scale(environment)?;
        let mut pace = Pace::default();
        if let Some(lease) = config.lease.known() {
            pace.lease = lease_of(lease)?;
            pace.heartbeat = pace.heartbeat.min(pace.lease / 3);
        }
        Ok(Self {
            owner: owner.unwrap_or_else(|| "terraform".to_owned()),
            default_tags: default_tags(config, environment),
            ignored_tags: ignored_tags(config),
            account_role_arn: text(&config.account_role_arn),
            account_external_id: text(&config.account_external_id),
            partial_create: match text(&config.partial_create).as_deref() {
                Some("resume") => PartialCreate::Resume,
                _ => PartialCreate::Taint,
            },
            pace: pace.scaled(time_scale),
            time_scale,
        })
    }
}

fn default_tags(config: &ProviderConfig, environment: &Environment) -> BTreeMap<String, String> {
    let mut tags = environment.default_tags.clone();
    let blocks = config
        .default_tags
        .iter()
        .filter_map(|block| block.tags.known());
    for (key, value) in blocks.flatten() {
        if let Some(value) = value.known() {
            tags.insert(key.clone(), value.clone());
        }
    }
    tags
}

fn ignored_tags(config: &ProviderConfig) -> Box<dyn Fn(&str) -> bool + Send + Sync> {
    let known = |set: &Attr<BTreeSet<Attr<String>>>| -> Vec<String> {
        set.known()
            .into_iter()
            .flatten()
            .filter_map(|key| key.known().cloned())
            .collect()
    };
    let keys: Vec<String> = config
        .ignore_tags
        .iter()
        .flat_map(|block| known(&block.keys))
        .collect();
    let prefixes: Vec<String> = config
        .ignore_tags
        .iter()
        .flat_map(|block| known(&block.key_prefixes))
        .collect();
    Box::new(move |key| {
        keys.iter().any(|ignored| ignored == key)
            || prefixes
                .iter()
                .any(|prefix| key.starts_with(prefix.as_str()))
    })
}

/// A stand-in for AWS that takes a share of AWS's durations says which, so that nobody waits for it as for AWS.
fn time_scale(environment: &Environment) -> Result<f64, Diagnostic> {
    const FASTEST: f64 = 0.001;
    let Some(text) = &environment.time_scale else {
        return Ok(1.0);
    };
    let scale = text.parse().ok();
    scale
        .filter(|scale| (FASTEST..=1.0).contains(scale))
        .ok_or_else(|| {
            Diagnostic::error("Time scale is out of range")
                .found(format!(
                    "`CLOISTER_TIME_SCALE` is `{text}`, which is no number from {FASTEST} to 1."
                ))
                .action(
                    "Correct the environment variable, or remove it: it is for stand-ins of AWS.",
                )
        })
}

fn lease_of(text: &str) -> Result<Duration, Diagnostic> {
    const SHORTEST: Duration = Duration::from_secs(1);
    cloister_framework::parse_duration(text)
        .filter(|lease| *lease >= SHORTEST)
        .ok_or_else(|| {
            Diagnostic::error("Lease is no duration")
                .found(format!(
                    "`lease` is `{text}`, which is no duration of a second or more."
                ))
                .action("Write it like `3m` or `90s`.")
                .at(Path::attribute("lease"))
        })
}
