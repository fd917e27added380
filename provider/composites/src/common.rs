//! What every composite has beside its own attributes.

use std::collections::BTreeMap;

use cloister_framework::{Attr, Timeouts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The account in which a composite stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct AccountRole {
    /// The 12-digit account id.
    #[schemars(regex(pattern = r"^[0-9]{12}$"))]
    pub id: Attr<String>,
    /// The role in that account to work as. Default: the provider's `account_role_arn` with this account's id in it.
    #[serde(default)]
    pub role_arn: Attr<String>,
    /// The external id that the role asks for.
    #[serde(default)]
    pub external_id: Attr<String>,
}

/// One AWS object that a composite consists of.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PartAttribute {
    /// The kind of object, such as `s3:bucket`.
    pub kind: Attr<String>,
    /// Its id in AWS; null until it is made.
    pub id: Attr<String>,
    /// What cloister sets on it, as JSON. `${part.output}` stands for another part's output; `$${` is a literal `${`.
    pub settings: Attr<String>,
}

/// The attributes that every composite has.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Common {
    /// The region to work in. Default: the provider's.
    #[serde(default)]
    #[schemars(extend("x-computed" = "optional", "x-replace" = "always", "x-keep" = true))]
    pub region: Attr<String>,
    /// The account to work in. Default: the provider's own.
    #[serde(default)]
    #[schemars(extend("x-replace" = "always"))]
    pub account: Attr<AccountRole>,
    /// Tags for every object that takes tags, over the provider's `default_tags`.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Whether a plan that deletes the composite is refused. Turn it off, apply, then destroy.
    #[serde(default = "protected")]
    pub deletion_protection: Attr<bool>,
    /// How long to wait: `create` and `update` for 60 minutes, `delete` for 90, unless given.
    #[serde(default)]
    #[schemars(extend("x-block" = "single"))]
    pub timeouts: Option<Timeouts>,
    /// `ACCOUNT/REGION/NAME`: the import id.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub id: Attr<String>,
    /// `READY`, or `INCOMPLETE` after an apply that could not make everything.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub status: Attr<String>,
    /// All tags of the composite: `tags` over the provider's `default_tags`.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub tags_all: Attr<BTreeMap<String, Attr<String>>>,
    /// Every AWS object that the composite consists of, by part.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    pub parts: Attr<BTreeMap<String, PartAttribute>>,
}

fn protected() -> Attr<bool> {
    Attr::Known(true)
}
