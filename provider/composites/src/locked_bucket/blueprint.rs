//! What a locked bucket consists of.

use cloister_aws::{
    AccessLog as LogTarget, Arn, Encryption, LifecycleRule as Rule, Ownership, PublicAccessBlock,
    S3Bucket, S3BucketDesired, S3BucketDisposal, S3BucketPolicy, S3BucketPolicyDesired,
    S3BucketPolicyDisposal, Transition, Versioning,
};
use cloister_composite::{Blueprint, Builder, Input, SettingError, Tags, unknown_mark};
use cloister_framework::Attr;

use super::{
    config::{LifecycleRule, LockedBucket},
    key_policy::key_policy,
    lock::{Lock, lock},
};
use crate::{
    composite::{Composite, Site},
    own_key,
    symbols::text,
};

/// Lays out the parts; `None` while it is unknown whether the bucket has a key of its own, what its name is, or
/// whether services deliver into it.
pub(crate) fn blueprint(
    config: &LockedBucket,
    site: &Site,
) -> Result<Option<Blueprint>, SettingError> {
    let (Some(name), false, false) = (
        config.name.known(),
        config.kms_key_arn.is_unknown(),
        config.allow_service_delivery.is_unknown() || config.own_key.is_unknown(),
    ) else {
        return Ok(None);
    };
    let identity = site.identity(LockedBucket::TYPE, name);
    let mut parts = Blueprint::builder(identity, &site.owner, site.tags.clone());
    let mut lock = lock(config, site, name);
    let key_arn: Input<Arn> = match config.kms_key_arn.known() {
        Some(given) => Input::Known(given.clone().into()),
        None => own_key::lay_out(
            &mut parts,
            &config.own_key,
            format!("Objects of the bucket {name}"),
            &key_policy(&lock, site),
            &site.identity(LockedBucket::TYPE, name),
        ),
    };
    lock.key_arn = mark(&key_arn);
    bucket(&mut parts, config, name, key_arn);
    policy(&mut parts, config, &lock);
    parts.expose("arn", &lock.bucket_arn);
    parts.expose("key_arn", &lock.key_arn);
    keep(&mut parts, config, site);
    parts.finish().map(Some)
}

fn mark(input: &Input<Arn>) -> String {
    match input {
        Input::Known(arn) => arn.as_str().to_owned(),
        Input::Output(mark) => mark.clone(),
        Input::Unknown => unknown_mark(),
    }
}

fn bucket(parts: &mut Builder, config: &LockedBucket, name: &str, key_arn: Input<Arn>) {
    let key_origin = if config.kms_key_arn.is_null() {
        "name"
    } else {
        "kms_key_arn"
    };
    let _ = parts
        .part::<S3Bucket>(
            "bucket",
            &S3BucketDesired {
                name: name.to_owned(),
                versioning: Some(Versioning::Enabled),
                encryption: Some(Encryption {
                    algorithm: "aws:kms".to_owned(),
                    kms_key_arn: Some(key_arn),
                    bucket_key: true,
                }),
                public_access_block: Some(PublicAccessBlock::ALL),
                ownership: Some(Ownership::BucketOwnerEnforced),
                lifecycle: rules(config),
                access_log: log_target(config),
                tags: Tags::new(),
            },
        )
        .disposal(&S3BucketDisposal {
            empty: config.force_destroy == Attr::Known(true),
        })
        .from("", "name")
        .from("encryption/kms_key_arn", key_origin)
        .from("lifecycle", "lifecycle_rules")
        .from("access_log", "access_log")
        .from("tags", "tags");
}

fn log_target(config: &LockedBucket) -> Option<LogTarget> {
    let bucket = match &config.access_log {
        Attr::Null => return None,
        Attr::Unknown => unknown_mark(),
        Attr::Known(log) => text(&log.bucket).unwrap_or_default(),
    };
    let prefix = config.access_log.known().and_then(|log| text(&log.prefix));
    Some(LogTarget {
        bucket,
        prefix: prefix.unwrap_or_default(),
    })
}

fn rules(config: &LockedBucket) -> Option<Vec<Rule>> {
    match &config.lifecycle_rules {
        Attr::Null => None,
        Attr::Unknown => Some(vec![unknown_rule()]),
        Attr::Known(rules) => Some(
            rules
                .iter()
                .map(|it| rule(it).unwrap_or_else(unknown_rule))
                .collect(),
        ),
    }
}

/// The mark in its id makes the settings that hold the rule unknown as a whole.
fn unknown_rule() -> Rule {
    Rule {
        id: unknown_mark(),
        ..Rule::default()
    }
}

/// The rule; `None` while a part of it is unknown.
fn rule(rule: &LifecycleRule) -> Option<Rule> {
    let transitions = match &rule.transitions {
        Attr::Null => Vec::new(),
        Attr::Unknown => return None,
        Attr::Known(all) => all
            .iter()
            .map(|it| {
                Some(Transition {
                    days: *it.days.known()?,
                    storage_class: it.storage_class.known()?.clone(),
                })
            })
            .collect::<Option<_>>()?,
    };
    Some(Rule {
        id: text(&rule.id)?,
        prefix: text(&rule.prefix).unwrap_or_default(),
        expire_days: days(rule.expire_days)?,
        noncurrent_expire_days: days(rule.noncurrent_expire_days)?,
        abort_multipart_days: days(rule.abort_multipart_days)?,
        transitions,
        ..Rule::default()
    })
}

/// Days, null or not; `None` while they are unknown.
#[expect(
    clippy::option_option,
    reason = "null and unknown are different answers"
)]
fn days(days: Attr<u32>) -> Option<Option<u32>> {
    match days {
        Attr::Null => Some(None),
        Attr::Unknown => None,
        Attr::Known(days) => Some(Some(days)),
    }
}

fn policy(parts: &mut Builder, config: &LockedBucket, lock: &Lock) {
    let force = config.force_destroy == Attr::Known(true);
    let bucket: Input<String> = lock
        .bucket_arn
        .rsplit_once(':')
        .map_or_else(String::new, |(_, name)| name.to_owned())
        .into();
    let _ = parts
        .part::<S3BucketPolicy>(
            "bucket/policy",
            &S3BucketPolicyDesired {
                bucket,
                policy: lock.policy().to_value(),
            },
        )
        .after("bucket", "a policy needs its bucket")
        // Deleted by itself, it would leave a bucket that cannot be emptied open to the whole account.
        .goes_with("bucket")
        .disposal(&S3BucketPolicyDisposal {
            relax: force.then(|| lock.relaxed_policy().to_value()),
        })
        .from("", "vpc_endpoint_ids");
}

/// What AWS cannot store, for an import.
fn keep(parts: &mut Builder, config: &LockedBucket, site: &Site) {
    parts.keep("deletion_protection", site.deletion_protection);
    parts.keep("force_destroy", config.force_destroy == Attr::Known(true));
}
