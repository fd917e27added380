//! Importing: a composite that stands in the account, by name.

use std::collections::BTreeMap;

use cloister_composite::{Anchor, PartState, PartsState, TAG_COMPOSITE, TAG_OWNER, TAG_PART, Tags};
use cloister_composites::{AccountRole, Common, Composite, Imported};
use cloister_framework::{
    Attr, Diagnostic, ImportRequest, ImportResponse, Resource, Value, to_value,
};

use super::{
    apply::identity,
    composite::CompositeResource,
    diagnose::{
        blocked_diagnostic, blueprint_bug, part_diagnostic, session_diagnostic, unknown_place,
    },
    read::show,
    site::{Nowhere, Place},
    state::{put, tags_value},
};

/// The import id, taken apart.
struct Address {
    account: Option<String>,
    region: Option<String>,
    name: String,
}

impl<C: Composite> CompositeResource<C> {
    pub(super) async fn import_by_name(&self, request: ImportRequest) -> ImportResponse {
        match self.imported(&request).await {
            Ok((state, identity)) => ImportResponse {
                state: Some(state),
                identity: Some(identity),
                ..ImportResponse::default()
            },
            Err(diagnostic) => ImportResponse {
                diagnostics: diagnostic.into(),
                ..ImportResponse::default()
            },
        }
    }

    async fn imported(&self, request: &ImportRequest) -> Result<(Value, Value), Diagnostic> {
        let address = address(request)?;
        let (place, account) = self.place_of(&address).await?;
        let anchored = self.anchored(&place, &address).await?;
        let (kept, recipe) = anchored
            .map(|anchor| (anchor.settings, anchor.recipe))
            .unwrap_or_default();
        let engine = place.engine(&self.shared);
        let sketched = C::sketch(&address.name, recipe.as_ref())
            .ok_or_else(|| nothing_there(&place.site.identity(C::TYPE, &address.name).id()))?;
        let sketch = C::blueprint(&sketched, &place.site).map_err(|error| blueprint_bug(&error))?;
        let sketch =
            sketch.ok_or_else(|| Diagnostic::provider_bug("A sketch has to have a blueprint."))?;
        let caller = place.aws.caller_arn();
        let found = engine
            .locate(&sketch)
            .await
            .map_err(|error| part_diagnostic(&error, caller))?;
        let imported = Imported {
            name: &address.name,
            found: &found,
            kept: &kept,
            recipe: recipe.as_ref(),
        };
        let config = C::recover(&imported).ok_or_else(|| nothing_there(&sketch.identity.id()))?;
        let tags = user_tags(
            found
                .values()
                .filter_map(|found| found.settings.get("tags")),
        );
        let common = common(&place, account, &kept, &tags);
        let mut site = place.site.clone();
        site.tags = Some(tags.clone());
        site.deletion_protection = common.deletion_protection != Attr::Known(false);
        let blueprint = C::blueprint(&config, &site).map_err(|error| blueprint_bug(&error))?;
        let blueprint = blueprint.ok_or_else(|| {
            Diagnostic::provider_bug("A recovered config leaves the blueprint open.")
        })?;
        let parts: PartsState = found
            .iter()
            .map(|(key, found)| {
                let kind = blueprint
                    .parts
                    .get(key)
                    .map_or("", |part| part.kind)
                    .to_owned();
                let id = Some(found.id.clone());
                let settings = found.settings.to_string();
                (key.clone(), PartState { kind, id, settings })
            })
            .collect();
        let outlook = engine
            .outlook(&blueprint, &parts)
            .await
            .map_err(|blocked| blocked_diagnostic(&blocked, &blueprint.identity, caller))?;
        let mut state = self.state_of(&config, &common)?;
        put(&mut state, "id", Value::string(blueprint.identity.id()));
        put(&mut state, "tags_all", tags_value(Some(&tags)));
        Ok((show(state, &blueprint, &outlook), identity(&blueprint)))
    }

    /// The place, and the attribute `account` that leads there: null for the provider's own account, where an `account`
    /// in the state would plan a replacement.
    async fn place_of(&self, address: &Address) -> Result<(Place, Attr<AccountRole>), Diagnostic> {
        let mut common = Common {
            region: address.region.clone().map_or(Attr::Null, Attr::Known),
            ..Common::default()
        };
        let place = self.placed(&common).await?;
        if address
            .account
            .as_ref()
            .is_none_or(|id| *id == place.site.account)
        {
            return Ok((place, Attr::Null));
        }
        common.account = account(address);
        Ok((self.placed(&common).await?, common.account))
    }

    async fn placed(&self, common: &Common) -> Result<Place, Diagnostic> {
        Place::of(&self.shared, common)
            .await
            .map_err(|nowhere| match nowhere {
                Nowhere::Unknown => unknown_place(),
                Nowhere::Refused(error) => session_diagnostic(&error),
            })
    }

    async fn anchored(
        &self,
        place: &Place,
        address: &Address,
    ) -> Result<Option<Anchor>, Diagnostic> {
        let identity = place.site.identity(C::TYPE, &address.name);
        let engine = place.engine(&self.shared);
        let anchor = engine.anchor(&identity).await;
        anchor.map_err(|blocked| blocked_diagnostic(&blocked, &identity, place.aws.caller_arn()))
    }

    fn state_of(&self, config: &C::Config, common: &Common) -> Result<Value, Diagnostic> {
        let ty = self.schema().ty();
        let bug =
            |error: cloister_framework::EncodeError| Diagnostic::provider_bug(error.to_string());
        let mut state = to_value(config, &ty).map_err(bug)?;
        let common = to_value(common, &ty).map_err(bug)?;
        for (name, value) in common.entries().into_iter().flatten() {
            if !value.is_null() {
                put(&mut state, name, value.clone());
            }
        }
        Ok(self.schema().complete(state))
    }
}

fn common(
    place: &Place,
    account: Attr<AccountRole>,
    kept: &BTreeMap<String, serde_json::Value>,
    tags: &Tags,
) -> Common {
    let default_tags = &place.configured.own.default_tags;
    let own: BTreeMap<String, Attr<String>> = tags
        .iter()
        .filter(|(key, value)| default_tags.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), Attr::Known(value.clone())))
        .collect();
    let protected = kept.get("deletion_protection") != Some(&serde_json::Value::Bool(false));
    Common {
        region: Attr::Known(place.site.region.clone()),
        account,
        tags: if own.is_empty() {
            Attr::Null
        } else {
            Attr::Known(own)
        },
        deletion_protection: Attr::Known(protected),
        ..Common::default()
    }
}

fn account(address: &Address) -> Attr<AccountRole> {
    address.account.clone().map_or(Attr::Null, |id| {
        Attr::Known(AccountRole {
            id: Attr::Known(id),
            role_arn: Attr::Null,
            external_id: Attr::Null,
        })
    })
}

/// The tags of the first object that has some, without those that identify it.
fn user_tags<'a>(mut all: impl Iterator<Item = &'a serde_json::Value>) -> Tags {
    let tags: Option<Tags> = all
        .next()
        .and_then(|tags| serde_json::from_value(tags.clone()).ok());
    let mut tags = tags.unwrap_or_default();
    for key in [TAG_COMPOSITE, TAG_PART, TAG_OWNER] {
        tags.remove(key);
    }
    tags
}

fn address(request: &ImportRequest) -> Result<Address, Diagnostic> {
    if let Some(identity) = &request.identity {
        let text = |name: &str| {
            identity
                .attribute(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let name = text("name").ok_or_else(|| malformed(""))?;
        return Ok(Address {
            account: text("account"),
            region: text("region"),
            name,
        });
    }
    let id = request.id.as_deref().unwrap_or_default();
    let fields: Vec<&str> = id.split('/').collect();
    match fields[..] {
        [name] if !name.is_empty() => Ok(Address {
            account: None,
            region: None,
            name: name.to_owned(),
        }),
        [account, region, name] if ![account, region, name].contains(&"") => Ok(Address {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            name: name.to_owned(),
        }),
        _ => Err(malformed(id)),
    }
}

fn malformed(id: &str) -> Diagnostic {
    Diagnostic::error("Import id is malformed")
        .found(format!("The import id is `{id}`."))
        .action("Write it as `ACCOUNT/REGION/NAME`, or as `NAME` for the provider's own account and region.")
}

fn nothing_there(id: &str) -> Diagnostic {
    Diagnostic::error("Nothing to import")
        .found(format!(
            "No composite of this type stands at `{id}`, or the anchor is gone that remembers what it consists of."
        ))
        .action("Check account, region and name, and that the object was made by cloister. An apply with the state that holds it makes the anchor again; `cloister orphans` lists what is left where no state does.")
}
