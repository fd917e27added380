//! The key that a composite makes for itself, and its alias.

use std::collections::BTreeMap;

use cloister_aws::{
    Arn, KmsAlias, KmsAliasDesired, KmsKey, KmsKeyDesired, KmsKeyDisposal, Rotation,
};
use cloister_composite::{Builder, Identity, Input, PartKey, derived_name, unknown_mark};
use cloister_framework::Attr;
use cloister_policy::Document;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::recovered::days;

/// Under which name the anchor keeps the deletion window.
const KEPT_WINDOW: &str = "deletion_window_days";

/// Settings of the key that cloister makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnKey {
    /// Days between two rotations of the key material. Default: AWS's, 365.
    #[serde(default)]
    #[schemars(range(min = 90, max = 2560))]
    pub rotation_period_days: Attr<u32>,
    /// Days that AWS waits before it deletes the key after a destroy. Default: AWS's, 30.
    #[serde(default)]
    #[schemars(range(min = 7, max = 30))]
    pub deletion_window_days: Attr<u8>,
}

/// Lays out the parts `key` and `key/alias`, and has the anchor keep what AWS cannot store.
pub(crate) fn lay_out(
    parts: &mut Builder,
    own: &Attr<OwnKey>,
    description: String,
    policy: &Document,
    identity: &Identity,
) -> Input<Arn> {
    let own = own.known();
    let period = own.map_or(Attr::Null, |own| own.rotation_period_days);
    let window = own.and_then(|own| own.deletion_window_days.known().copied());
    let key = parts
        .part::<KmsKey>(
            "key",
            &KmsKeyDesired {
                description: if period.is_unknown() {
                    unknown_mark()
                } else {
                    description
                },
                policy: policy.to_value(),
                rotation: Some(Rotation {
                    enabled: true,
                    period_days: period.into_known(),
                }),
                ..KmsKeyDesired::default()
            },
        )
        .disposal(&KmsKeyDisposal {
            deletion_window_days: window,
            ..KmsKeyDisposal::default()
        })
        .from("policy", "administrators")
        .from("rotation", "own_key.rotation_period_days");
    let (id, arn) = (key.output(&KmsKey::ID), key.output(&KmsKey::ARN));
    let alias_key = PartKey::parse("key/alias").expect("a lower-case path is a part key");
    // Dots are allowed in names of buckets and not in those of aliases.
    let prefix = format!("alias/cloister-{}", identity.name.replace('.', "-"));
    let _ = parts.part::<KmsAlias>(
        "key/alias",
        &KmsAliasDesired {
            name: derived_name(&prefix, identity, &alias_key),
            target_key_id: id.into(),
        },
    );
    if let Some(days) = window {
        parts.keep(KEPT_WINDOW, days);
    }
    arn.into()
}

/// The settings that would have made this key; null if all are AWS's defaults.
pub(crate) fn recover(key: &Value, kept: &BTreeMap<String, Value>) -> Attr<OwnKey> {
    let period = days(key, "/rotation/period_days");
    let window = kept.get(KEPT_WINDOW).and_then(Value::as_u64);
    let window = window
        .and_then(|days| u8::try_from(days).ok())
        .map_or(Attr::Null, Attr::Known);
    if period.is_null() && window.is_null() {
        return Attr::Null;
    }
    Attr::Known(OwnKey {
        rotation_period_days: period,
        deletion_window_days: window,
    })
}
