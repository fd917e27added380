//! Where a composite stands: account, region, session, tags.

use std::{sync::Arc, time::Duration};

use cloister_aws::{AccountRole as Role, Aws, Target};
use cloister_composite::{Engine, PartError, Tags};
use cloister_composites::{Common, Site};
use cloister_framework::Attr;
use jiff::Timestamp;
use uuid::Uuid;

use crate::provider::{Configured, Shared};

/// A session in a composite's account and region, and the settings that apply there.
pub(crate) struct Place {
    pub(crate) aws: Arc<Aws>,
    pub(crate) site: Site,
    pub(crate) configured: Arc<Configured>,
}

/// Why there is no place yet.
pub(crate) enum Nowhere {
    /// Something about account, region or provider is not known yet.
    Unknown,
    /// The account cannot be reached.
    Refused(PartError),
}

impl Place {
    /// The place of a composite with these common attributes.
    pub(crate) async fn of(shared: &Shared, common: &Common) -> Result<Self, Nowhere> {
        let configured = shared.configured().ok_or(Nowhere::Unknown)?;
        let target = target(common, &configured).ok_or(Nowhere::Unknown)?;
        let aws = configured
            .accounts
            .session(&target)
            .await
            .map_err(Nowhere::Refused)?;
        let site = Site {
            account: aws.account_id().to_owned(),
            region: aws.region().to_owned(),
            partition: aws.partition().id.to_owned(),
            owner: configured.own.owner.clone(),
            tags: tags_all(common, &configured.own.default_tags),
            deletion_protection: common.deletion_protection != Attr::Known(false),
        };
        Ok(Self {
            aws,
            site,
            configured,
        })
    }

    /// The engine at this place.
    pub(crate) fn engine<'a>(&'a self, shared: &'a Shared) -> Engine<'a, Aws> {
        Engine {
            kinds: shared.kinds(),
            context: &*self.aws,
            anchors: &*self.aws,
            ignored_tags: &*self.configured.own.ignored_tags,
            pace: self.configured.own.pace,
            clock: &now,
            draw: &draw,
        }
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn draw() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Which account and region are meant; `None` while that is unknown.
fn target(common: &Common, configured: &Configured) -> Option<Target> {
    let account = match &common.account {
        Attr::Null => None,
        Attr::Unknown => return None,
        Attr::Known(account) => {
            let id = account.id.known()?.clone();
            let general = || {
                let pattern = configured.own.account_role_arn.as_ref()?;
                Some(pattern.replace("{account}", &id))
            };
            if account.role_arn.is_unknown() || account.external_id.is_unknown() {
                return None;
            }
            let external_id = account.external_id.known().cloned();
            Some(Role {
                role_arn: account.role_arn.known().cloned().or_else(general),
                external_id: external_id.or_else(|| configured.own.account_external_id.clone()),
                id,
            })
        }
    };
    if common.region.is_unknown() {
        return None;
    }
    Some(Target {
        account,
        region: common.region.known().cloned(),
    })
}

/// The user's tags over default ones; `None` while some are unknown.
fn tags_all(common: &Common, default_tags: &Tags) -> Option<Tags> {
    let mut tags = default_tags.clone();
    match &common.tags {
        Attr::Null => {}
        Attr::Unknown => return None,
        Attr::Known(own) => {
            for (key, value) in own {
                tags.insert(key.clone(), value.known()?.clone());
            }
        }
    }
    Some(tags)
}

/// How long operations take at most, unless `timeouts` says otherwise.
pub(crate) const CREATE: Duration = Duration::from_hours(1);
/// See [`CREATE`].
pub(crate) const UPDATE: Duration = Duration::from_hours(1);
/// See [`CREATE`]: one stuck app or firewall takes long to go.
pub(crate) const DELETE: Duration = Duration::from_mins(90);
