//! What a trail's policies are about: its subjects, as far as they are known.

use std::collections::BTreeMap;

use cloister_composite::{Identity, PartKey, derived_name, unknown_mark};
use cloister_framework::Attr;

use super::config::AuditTrail;
use crate::{
    claims::account_of,
    composite::{Composite, Site},
    symbols::{known_names, names, text},
};

/// What the statements are about. Strings may be marks of unknowns.
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    /// The bucket that the trail writes to.
    pub(crate) bucket: String,
    pub(crate) bucket_arn: String,
    pub(crate) trail_arn: String,
    /// The pattern of the keys below which the trail writes.
    pub(crate) delivered: String,
    pub(crate) administrators: Vec<String>,
    pub(crate) readers: Vec<String>,
    /// The ARN of the log group, if there is one.
    pub(crate) log_group_arn: Option<String>,
}

impl Archive {
    /// Who may see the log files: administrators, then readers.
    pub(crate) fn everyone(&self) -> Vec<String> {
        [&self.administrators[..], &self.readers[..]].concat()
    }

    /// The readers of other accounts, with their accounts: those need to be let in, where the policies of readers of
    /// this account do.
    pub(crate) fn foreign_readers(&self, site: &Site) -> BTreeMap<String, Vec<String>> {
        let mut by_account: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for reader in &self.readers {
            if let Some(account) = account_of(reader).filter(|id| *id != site.account) {
                by_account.entry(account).or_default().push(reader.clone());
            }
        }
        by_account
    }
}

/// The subjects of the policies of the trail `name`.
pub(crate) fn archive(config: &AuditTrail, site: &Site, name: &str) -> Archive {
    let (partition, region, account) = (&site.partition, &site.region, &site.account);
    let bucket = bucket_name(&site.identity(AuditTrail::TYPE, name));
    let bucket_arn = format!("arn:{partition}:s3:::{bucket}");
    let group = log_group_name(name);
    Archive {
        delivered: delivered(config, &bucket_arn, account),
        trail_arn: format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"),
        administrators: names(&config.administrators),
        readers: names(&config.readers),
        log_group_arn: (!config.cloud_watch_logs.is_null())
            .then(|| format!("arn:{partition}:logs:{region}:{account}:log-group:{group}")),
        bucket,
        bucket_arn,
    }
}

/// The same; `None` while some of it is unknown.
pub(crate) fn known_archive(config: &AuditTrail, site: &Site) -> Option<Archive> {
    let name = config.name.known()?;
    let sets = [&config.administrators, &config.readers];
    let all_known = sets.into_iter().all(|set| known_names(set).is_some());
    let unknown = config.prefix.is_unknown()
        || config.organization.is_unknown()
        || config.cloud_watch_logs.is_unknown();
    (all_known && !unknown).then(|| archive(config, site, name))
}

/// Where the trail writes. The files of an organization's accounts lie below the organization's id, which nobody here
/// knows: that only this trail writes is what counts.
fn delivered(config: &AuditTrail, bucket_arn: &str, account: &str) -> String {
    let prefix = text(&config.prefix).map_or_else(String::new, |prefix| format!("{prefix}/"));
    let below = match config.organization {
        Attr::Known(true) => "*".to_owned(),
        Attr::Known(false) | Attr::Null => format!("{account}/*"),
        Attr::Unknown => unknown_mark(),
    };
    format!("{bucket_arn}/{prefix}AWSLogs/{below}")
}

/// The name of the trail's bucket: names of buckets are unique in all of AWS.
pub(crate) fn bucket_name(identity: &Identity) -> String {
    let key = PartKey::parse("bucket").expect("a word is a part key");
    derived_name(&identity.name, identity, &key)
}

/// The name of the trail's log group.
pub(crate) fn log_group_name(name: &str) -> String {
    format!("/cloister/audit-trail/{name}")
}
