//! The way back: from what stands in the account to the config that would have made it.

use cloister_framework::Attr;
use cloister_policy::Document;
use serde_json::Value;

use super::{
    config::{AuditTrail, CloudWatchLogs},
    logs,
    policy::SID_OBJECTS,
    selectors,
};
use crate::{
    bucket_policy::SID_MANAGEMENT,
    composite::Imported,
    own_key,
    recovered::{days, string, values_in},
    symbols::set_of,
};

/// A config with nothing but a name: its blueprint has every part that a trail can have.
pub(crate) fn sketch(name: &str) -> AuditTrail {
    AuditTrail {
        name: Attr::Known(name.to_owned()),
        administrators: Attr::Null,
        readers: Attr::Null,
        s3_data_event_buckets: Attr::Null,
        network_activity: Attr::Known(true),
        organization: Attr::Known(false),
        prefix: Attr::Null,
        retention_days: Attr::Null,
        cloud_watch_logs: Attr::Known(CloudWatchLogs {
            retention_days: Attr::Null,
            role_path: Attr::Null,
            role_boundary_arn: Attr::Null,
        }),
        own_key: Attr::Null,
        force_destroy: Attr::Known(false),
        arn: Attr::Null,
        bucket: Attr::Null,
        bucket_arn: Attr::Null,
        key_arn: Attr::Null,
        log_group: Attr::Null,
    }
}

/// The config; `None` without a bucket.
pub(crate) fn recover(imported: &Imported<'_>) -> Option<AuditTrail> {
    let settings = |part: &str| {
        let found = imported.found.iter().find(|(key, _)| key.as_str() == part);
        found.map(|(_, found)| &found.settings)
    };
    let bucket = settings("bucket")?;
    let trail = settings("trail").unwrap_or(&Value::Null);
    let (buckets, network_activity) = selectors::recover(trail);
    let mut config = AuditTrail {
        s3_data_event_buckets: buckets,
        network_activity,
        organization: Attr::Known(trail["organization"] == Value::Bool(true)),
        prefix: string(trail, "/prefix"),
        retention_days: days(bucket, "/lifecycle/0/expire_days"),
        cloud_watch_logs: logs::recover(imported),
        own_key: settings("key").map_or(Attr::Null, |key| own_key::recover(key, imported.kept)),
        force_destroy: Attr::Known(imported.kept.get("force_destroy") == Some(&Value::Bool(true))),
        ..sketch(imported.name)
    };
    let document = settings("bucket/policy").and_then(|policy| policy.get("policy"));
    if let Some(document) = document.and_then(|document| Document::from_value(document).ok()) {
        let managers = values_in(&document, SID_MANAGEMENT, "aws:PrincipalArn");
        let everyone = values_in(&document, SID_OBJECTS, "aws:PrincipalArn");
        let readers = everyone.into_iter().filter(|name| !managers.contains(name));
        config.readers = set_of(readers);
        config.administrators = set_of(managers);
    }
    Some(config)
}
