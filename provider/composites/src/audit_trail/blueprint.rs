//! What a trail consists of.

use cloister_aws::{
    Arn, Encryption, LifecycleRule, Ownership, PublicAccessBlock, S3Bucket, S3BucketDesired,
    S3BucketDisposal, S3BucketPolicy, S3BucketPolicyDesired, S3BucketPolicyDisposal, Trail,
    TrailDesired, Versioning,
};
use cloister_composite::{Blueprint, Builder, Input, SettingError, Tags, unknown_mark};
use cloister_framework::Attr;

use super::{
    archive::{Archive, archive},
    config::AuditTrail,
    logs::{self, LogTarget},
    selectors::selectors,
};
use crate::{
    composite::{Composite, Site},
    own_key,
    symbols::text,
};

/// How long a deleted or expired log file can be restored.
const RESTORABLE_DAYS: u32 = 30;

/// Lays out the parts; `None` while the name is unknown, or whether there is a log group.
pub(crate) fn blueprint(
    config: &AuditTrail,
    site: &Site,
) -> Result<Option<Blueprint>, SettingError> {
    let open = config.cloud_watch_logs.is_unknown() || config.own_key.is_unknown();
    let Some(name) = config.name.known().filter(|_| !open) else {
        return Ok(None);
    };
    let identity = site.identity(AuditTrail::TYPE, name);
    let mut parts = Blueprint::builder(identity.clone(), &site.owner, site.tags.clone());
    let archive = archive(config, site, name);
    let key_arn = own_key::lay_out(
        &mut parts,
        &config.own_key,
        format!("Log files of the trail {name}"),
        &archive.key_policy(site),
        &identity,
    );
    let log_target = logs::lay_out(&mut parts, config, &identity, &archive, &key_arn);
    bucket(&mut parts, config, &archive, key_arn.clone());
    policy(&mut parts, config, site, &archive);
    trail(
        &mut parts,
        config,
        name,
        &archive,
        key_arn.clone(),
        log_target,
    );
    parts.expose("arn", &archive.trail_arn);
    parts.expose("bucket", &archive.bucket);
    parts.expose("bucket_arn", &archive.bucket_arn);
    parts.expose("key_arn", &key_arn);
    parts.expose("log_group", &logs::group_name(config, name));
    parts.keep("deletion_protection", site.deletion_protection);
    parts.keep("force_destroy", config.force_destroy == Attr::Known(true));
    parts.finish().map(Some)
}

fn bucket(parts: &mut Builder, config: &AuditTrail, archive: &Archive, key_arn: Input<Arn>) {
    let _ = parts
        .part::<S3Bucket>(
            "bucket",
            &S3BucketDesired {
                name: archive.bucket.clone(),
                versioning: Some(Versioning::Enabled),
                encryption: Some(Encryption {
                    algorithm: "aws:kms".to_owned(),
                    kms_key_arn: Some(key_arn),
                    // With a bucket key, the key's policy could not tell one trail's files from another's.
                    bucket_key: false,
                }),
                public_access_block: Some(PublicAccessBlock::ALL),
                ownership: Some(Ownership::BucketOwnerEnforced),
                lifecycle: retention(config.retention_days),
                access_log: None,
                tags: Tags::new(),
            },
        )
        .disposal(&S3BucketDisposal {
            empty: config.force_destroy == Attr::Known(true),
        })
        .from("", "name")
        .from("lifecycle", "retention_days")
        .from("tags", "tags");
}

fn retention(days: Attr<u32>) -> Option<Vec<LifecycleRule>> {
    let id = match days {
        Attr::Null => return None,
        // The mark makes the settings that hold the rule unknown as a whole.
        Attr::Unknown => unknown_mark(),
        Attr::Known(_) => "retention".to_owned(),
    };
    Some(vec![LifecycleRule {
        id,
        expire_days: days.into_known(),
        noncurrent_expire_days: Some(RESTORABLE_DAYS),
        ..LifecycleRule::default()
    }])
}

fn policy(parts: &mut Builder, config: &AuditTrail, site: &Site, archive: &Archive) {
    let force = config.force_destroy == Attr::Known(true);
    let _ = parts
        .part::<S3BucketPolicy>(
            "bucket/policy",
            &S3BucketPolicyDesired {
                bucket: archive.bucket.clone().into(),
                policy: archive.policy(site).to_value(),
            },
        )
        .after("bucket", "a policy needs its bucket")
        // Deleted by itself, it would leave a bucket that cannot be emptied open to the whole account.
        .goes_with("bucket")
        .disposal(&S3BucketPolicyDisposal {
            relax: force.then(|| archive.closed_policy().to_value()),
        })
        .from("", "administrators");
}

fn trail(
    parts: &mut Builder,
    config: &AuditTrail,
    name: &str,
    archive: &Archive,
    key_arn: Input<Arn>,
    log_target: Option<LogTarget>,
) {
    let (group, role) = log_target.map(|target| (target.group, target.role)).unzip();
    let mut trail = parts
        .part::<Trail>(
            "trail",
            &TrailDesired {
                name: name.to_owned(),
                bucket: archive.bucket.clone().into(),
                prefix: text(&config.prefix),
                kms_key_arn: Some(key_arn),
                log_group_arn: group,
                log_role_arn: role,
                multi_region: true,
                organization: config.organization == Attr::Known(true),
                file_validation: true,
                global_events: None,
                logging: true,
                selectors: selectors(config, archive),
                basic_selectors: Vec::new(),
                tags: Tags::new(),
            },
        )
        .after(
            "bucket/policy",
            "CloudTrail makes sure that it may deliver before it makes a trail",
        );
    if !config.cloud_watch_logs.is_null() {
        trail = trail.after(
            logs::ROLE_POLICIES,
            "CloudTrail makes sure that it may write to the log group",
        );
    }
    let _ = trail
        .from("", "name")
        .from("prefix", "prefix")
        .from("organization", "organization")
        .from("selectors", "network_activity")
        .from("log_group_arn", "cloud_watch_logs")
        .from("log_role_arn", "cloud_watch_logs")
        .from("tags", "tags");
}
