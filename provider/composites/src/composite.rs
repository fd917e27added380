//! What every composite offers.

use std::collections::BTreeMap;

use cloister_aws::{Facts, Inquiry};
use cloister_composite::{Blueprint, Identity, Observations, SettingError, Tags};
use cloister_framework::{Attr, Diagnostics, Path, Value};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

/// Where a composite stands, and who asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The 12-digit account id.
    pub account: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The partition: `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: String,
    /// The provider's `owner`.
    pub owner: String,
    /// The user's tags merged with default ones; `None` while some are unknown.
    pub tags: Option<Tags>,
    /// Whether the composite is protected from deletion, for the anchor.
    pub deletion_protection: bool,
}

impl Site {
    /// The identity of a composite of this type and name here.
    pub fn identity(&self, composite: &str, name: &str) -> Identity {
        Identity {
            account: self.account.clone(),
            region: self.region.clone(),
            composite: composite.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// What an import found: the parts, and what the anchor kept.
#[derive(Debug)]
pub struct Imported<'a> {
    /// The name in the import id.
    pub name: &'a str,
    /// The objects that were found, by part.
    pub found: &'a Observations,
    /// What the anchor kept; empty without an anchor.
    pub kept: &'a BTreeMap<String, serde_json::Value>,
    /// The config that the anchor remembers, if it does.
    pub recipe: Option<&'a serde_json::Value>,
}

/// A composite: a config, and what it consists of.
pub trait Composite: Send + Sync + 'static {
    /// The type without the provider's prefix: `s3_locked_bucket`.
    const TYPE: &'static str;
    /// Parts that hold what people made: a plan that would make one of them anew, because of something that changed
    /// outside, says so, and is refused while the composite is protected.
    const PRECIOUS: &'static [&'static str] = &[];
    /// What the user writes. Computed attributes are fields as well, and stay null.
    type Config: JsonSchema + Serialize + DeserializeOwned + Send + Sync;

    /// The name, which is identity.
    fn name(config: &Self::Config) -> &Attr<String>;

    /// What is wrong with a config by itself, beyond its schema. What is unknown is not wrong.
    fn validate(config: &Self::Config) -> Diagnostics;

    /// What is wrong with a config at this place.
    fn check(config: &Self::Config, site: &Site) -> Diagnostics;

    /// Who keeps the right to manage what the composite locks, as ARN patterns; `None` if nothing is locked or some
    /// are unknown.
    fn administrators(config: &Self::Config) -> Option<Vec<String>>;

    /// Lays out the parts; `None` while something unknown decides which parts there are.
    fn blueprint(config: &Self::Config, site: &Site) -> Result<Option<Blueprint>, SettingError>;

    /// What the account must be asked before a plan of this config can be judged. Asked for creates, and for updates
    /// that change the config from `prior`.
    fn inquiry(_config: &Self::Config, _prior: Option<&Self::Config>, _site: &Site) -> Inquiry {
        Inquiry::default()
    }

    /// Optional settings that config leaves out, as the account's answers decide them.
    fn choose(_config: &Self::Config, _facts: &Facts) -> Vec<(Path, Value)> {
        Vec::new()
    }

    /// What is wrong with a config in this account. What was not answered is not wrong.
    fn check_facts(
        _config: &Self::Config,
        _prior: Option<&Self::Config>,
        _site: &Site,
        _facts: &Facts,
    ) -> Diagnostics {
        Diagnostics::new()
    }

    /// A config of this name with which an import looks for parts. `recipe` is the config that the anchor remembers;
    /// `None` if it takes one and there is none.
    fn sketch(name: &str, recipe: Option<&serde_json::Value>) -> Option<Self::Config>;

    /// The config that would have made what an import found; `None` if the composite is not there.
    fn recover(imported: &Imported<'_>) -> Option<Self::Config>;
}
