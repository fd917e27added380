//! What is orphaned: the objects of an account that carry cloister's tags, without those that the given states hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloister_aws::{
    Accounts, Aws, Composed, Environment, Settings, TaggedObject, Target, kinds, standing,
    tagged_in_iam, tagged_objects,
};
use cloister_composite::{Anchor, Blocked, Engine, Identity, Kinds, Pace, PartError};
use jiff::Timestamp;
use uuid::Uuid;

use super::OrphansArgs;
use crate::failure::Failure;

/// What a look at an account found.
pub(super) struct Inventory {
    /// The 12-digit account id.
    pub(super) account: String,
    /// The regions that were looked at.
    pub(super) regions: Vec<String>,
    /// By composite.
    pub(super) orphans: Vec<Orphan>,
    sessions: BTreeMap<String, Arc<Aws>>,
    kinds: Kinds<Aws>,
    pace: Pace,
}

/// A composite of which something stands that no given state holds.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) identity: Identity,
    /// Its owner, as its tags have it.
    pub(super) owner: String,
    pub(super) anchor: Anchored,
    /// Whether a given state holds the composite, though not these objects.
    pub(super) in_state: bool,
    pub(super) objects: Vec<TaggedObject>,
}

/// What became of a composite's anchor.
#[derive(Debug)]
pub(super) enum Anchored {
    Gone,
    Unreadable(String),
    Stands(Box<Anchor>),
}

impl Inventory {
    /// Looks at the account of the credentials.
    pub(super) async fn take(args: &OrphansArgs, states: &[Composed]) -> Result<Self, Failure> {
        let accounts = accounts(args)?;
        let mut found = Self {
            account: String::new(),
            regions: Vec::new(),
            orphans: Vec::new(),
            sessions: BTreeMap::new(),
            kinds: kinds(),
            pace: Pace::default().scaled(args.time_scale.unwrap_or(1.0)),
        };
        let wanted: Vec<Option<String>> = match &args.regions[..] {
            [] => vec![None],
            named => named.iter().cloned().map(Some).collect(),
        };
        for region in wanted {
            let aws = session(&accounts, region).await?;
            aws.account_id().clone_into(&mut found.account);
            found.sessions.insert(aws.region().to_owned(), aws);
        }
        found.regions = found.sessions.keys().cloned().collect();
        let global = found.in_iam(&accounts).await?;
        for (region, aws) in &found.sessions {
            let regional = tagged_objects(aws).await.map_err(|error| unread(&error))?;
            let all = regional.into_iter().chain(global.iter().cloned());
            let here: Vec<TaggedObject> = all
                .filter(|one| region_of(one) == Some(region))
                .filter(|one| !is_held(one, &found.account, states))
                .collect();
            let standing = standing(aws, here).await.map_err(|error| unread(&error))?;
            let left = standing
                .into_iter()
                .filter(|one| !is_held(one, &found.account, states));
            let orphans = found.by_composite(aws, left, states).await?;
            found.orphans.extend(orphans);
        }
        Ok(found)
    }

    async fn in_iam(&self, accounts: &Accounts) -> Result<Vec<TaggedObject>, Failure> {
        let Some(any) = self.sessions.values().next() else {
            return Ok(Vec::new());
        };
        let region = any.partition().iam_region;
        let aws = session(accounts, Some(region.to_owned())).await?;
        tagged_in_iam(&aws).await.map_err(|error| unread(&error))
    }

    async fn by_composite(
        &self,
        aws: &Aws,
        objects: impl Iterator<Item = TaggedObject>,
        states: &[Composed],
    ) -> Result<Vec<Orphan>, Failure> {
        let mut by_tag: BTreeMap<String, Vec<TaggedObject>> = BTreeMap::new();
        for object in objects {
            by_tag
                .entry(object.composite.clone())
                .or_default()
                .push(object);
        }
        let mut orphans = Vec::new();
        for (tag, objects) in by_tag {
            let Some(identity) = identity(&self.account, &tag) else {
                continue;
            };
            let anchor = match self.engine(aws).anchor(&identity).await {
                Ok(None) => Anchored::Gone,
                Ok(Some(anchor)) => Anchored::Stands(Box::new(anchor)),
                Err(Blocked::Call(error)) => return Err(unread(&error)),
                Err(blocked) => Anchored::Unreadable(blocked.to_string()),
            };
            let owner = objects.iter().map(|one| &one.owner).max();
            orphans.push(Orphan {
                owner: owner.cloned().unwrap_or_default(),
                in_state: holds(&tag, &self.account, states).next().is_some(),
                identity,
                anchor,
                objects,
            });
        }
        Ok(orphans)
    }

    /// The session of a region that was looked at.
    pub(super) fn session(&self, region: &str) -> Result<&Arc<Aws>, Failure> {
        let session = self.sessions.get(region);
        session.ok_or_else(|| Failure::broken(format!("region `{region}` was not looked at")))
    }

    /// The engine in the account and region of a session.
    pub(super) fn engine<'a>(&'a self, aws: &'a Aws) -> Engine<'a, Aws> {
        Engine {
            kinds: &self.kinds,
            context: aws,
            anchors: aws,
            ignored_tags: &|_| false,
            pace: self.pace,
            clock: &Timestamp::now,
            draw: &|| Uuid::new_v4().simple().to_string(),
        }
    }
}

fn accounts(args: &OrphansArgs) -> Result<Accounts, Failure> {
    let settings = Settings {
        profile: args.profile.clone(),
        time_scale: args.time_scale,
        ..Settings::default()
    };
    Accounts::open(settings, Environment::from_process())
        .map_err(|error| Failure::wrong_usage(error.to_string()))
}

async fn session(accounts: &Accounts, region: Option<String>) -> Result<Arc<Aws>, Failure> {
    let target = Target {
        account: None,
        region,
    };
    accounts.session(&target).await.map_err(|error| {
        Failure::broken(error.to_string()).hint(
            "set credentials as for the AWS CLI (`--profile`, `AWS_PROFILE`), and a region (`--region`, `AWS_REGION`)",
        )
    })
}

fn unread(error: &PartError) -> Failure {
    Failure::broken(error.to_string()).hint(
        "the credentials must be allowed `tag:GetResources`, `iam:GetAccountAuthorizationDetails`, `kms:ListAliases`, \
         and to read what stands",
    )
}

fn region_of(object: &TaggedObject) -> Option<&str> {
    object.composite.split('/').nth(1)
}

/// The composite of a tag; `None` for a tag that cloister does not write.
fn identity(account: &str, tag: &str) -> Option<Identity> {
    let [composite, region, name] = tag.split('/').collect::<Vec<_>>().try_into().ok()?;
    Some(Identity {
        account: account.to_owned(),
        region: region.to_owned(),
        composite: composite.to_owned(),
        name: name.to_owned(),
    })
}

fn holds<'a>(
    tag: &'a str,
    account: &'a str,
    states: &'a [Composed],
) -> impl Iterator<Item = &'a Composed> {
    let same = move |one: &&Composed| one.account == account && one.tag == tag;
    states.iter().filter(same)
}

/// Whether a state holds the object, or the composite with the object yet to be recognised: a part without an id.
/// What AWS gave the tags to by itself, such as the apps of a domain, goes with the composite.
fn is_held(object: &TaggedObject, account: &str, states: &[Composed]) -> bool {
    let Some(kind) = object.kind else {
        return holds(&object.composite, account, states).next().is_some();
    };
    let mut parts = holds(&object.composite, account, states).flat_map(|one| &one.parts);
    parts.any(|part| {
        let same = part.id.as_ref().is_none_or(|id| *id == object.id);
        part.kind == kind && same
    })
}

#[cfg(test)]
mod tests {
    use cloister_aws::PartShown;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_state_holds_what_it_names_and_what_it_is_about_to_recognise() {
        let part = |kind: &str, id: Option<&str>| PartShown {
            kind: kind.into(),
            id: id.map(str::to_owned),
            settings: Value::Null,
        };
        let states = [Composed {
            account: "1".into(),
            region: "here".into(),
            tag: "t/here/n".into(),
            parts: vec![part("kms:key", Some("k1")), part("s3:bucket", None)],
        }];
        let object = |composite: &str, kind, id: &str| TaggedObject {
            composite: composite.into(),
            part: String::new(),
            kind,
            id: id.into(),
            arn: String::new(),
            owner: String::new(),
        };
        for (object, account, expected) in [
            (object("t/here/n", Some("kms:key"), "k1"), "1", true),
            (object("t/here/n", Some("kms:key"), "k2"), "1", false),
            (object("t/here/n", Some("s3:bucket"), "b"), "1", true),
            (object("t/here/n", Some("kms:key"), "k1"), "2", false),
            (object("t/here/m", Some("kms:key"), "k1"), "1", false),
            (object("t/here/n", None, "arn"), "1", true),
            (object("t/here/m", None, "arn"), "1", false),
        ] {
            assert_eq!(is_held(&object, account, &states), expected, "{object:?}");
        }
    }
}
