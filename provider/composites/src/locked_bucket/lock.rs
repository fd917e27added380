//! What a bucket's lock is about: its subjects, as far as they are known.

use cloister_framework::Attr;
use cloister_policy::Document;

use super::{
    addition,
    config::{LockedBucket, ServiceDelivery},
};
use crate::{
    composite::Site,
    symbols::{known_names, names, text},
};

/// What the statements are about. Strings may be marks of outputs and unknowns.
#[derive(Debug, Clone)]
pub(crate) struct Lock {
    pub(crate) bucket_arn: String,
    pub(crate) key_arn: String,
    pub(crate) endpoints: Vec<String>,
    pub(crate) administrators: Vec<String>,
    pub(crate) break_glass: Vec<String>,
    pub(crate) via_services: Vec<String>,
    pub(crate) deliveries: Vec<ServiceDelivery>,
    /// The statements that the user adds.
    pub(crate) additional: Option<Document>,
}

impl Lock {
    /// The same without what the user adds.
    pub(crate) fn untouched(&self) -> Self {
        Self {
            additional: None,
            ..self.clone()
        }
    }
}

/// What the policies are about; `None` while some of it is unknown.
///
/// A key that is yet to be made has an ARN that no other key has.
pub(crate) fn known_lock(config: &LockedBucket, site: &Site) -> Option<Lock> {
    let name = config.name.known()?;
    let sets = [
        &config.vpc_endpoint_ids,
        &config.administrators,
        &config.break_glass_principals,
        &config.via_services,
    ];
    let all_known = sets.into_iter().all(|set| known_names(set).is_some());
    let unknown = config.additional_policy.is_unknown()
        || config.kms_key_arn.is_unknown()
        || config.allow_service_delivery.is_unknown();
    if unknown || !all_known {
        return None;
    }
    let deliveries = config.allow_service_delivery.known().into_iter().flatten();
    let mut parts_of_deliveries =
        deliveries.flat_map(|it| [&it.service, &it.source_arn, &it.source_account, &it.prefix]);
    if parts_of_deliveries.any(Attr::is_unknown) {
        return None;
    }
    let key_to_come = || {
        let (partition, region, account) = (&site.partition, &site.region, &site.account);
        format!("arn:{partition}:kms:{region}:{account}:key/{name}")
    };
    Some(Lock {
        key_arn: text(&config.kms_key_arn).unwrap_or_else(key_to_come),
        ..lock(config, site, name)
    })
}

/// The statements' subjects. The key's ARN is set once the key is laid out, since the key's policy names the bucket.
pub(crate) fn lock(config: &LockedBucket, site: &Site, name: &str) -> Lock {
    Lock {
        bucket_arn: format!("arn:{}:s3:::{name}", site.partition),
        key_arn: String::new(),
        endpoints: names(&config.vpc_endpoint_ids),
        administrators: names(&config.administrators),
        break_glass: names(&config.break_glass_principals),
        via_services: names(&config.via_services),
        deliveries: config
            .allow_service_delivery
            .known()
            .cloned()
            .unwrap_or_default(),
        additional: addition::statements(&config.additional_policy),
    }
}
