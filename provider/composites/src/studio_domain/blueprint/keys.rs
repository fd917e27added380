//! The three keys: for home directories, for volumes of jobs, for data.

use cloister_aws::{
    KmsAlias, KmsAliasDesired, KmsKey, KmsKeyDesired, KmsKeyDisposal, Rotation,
};
use cloister_composite::{Builder, Input, PartKey, derived_name, unknown_mark};
use cloister_framework::Attr;

use super::{Draft, endpoints::Endpoints, mark, roles, wire};
use crate::{
    studio_domain::policies::{
        Home,
        keys::{KeyPolicy, Purpose},
    },
    symbols::names,
};

/// The keys' ARNs.
pub(super) struct Keys {
    pub(super) home: Input<String>,
    pub(super) volumes: Input<String>,
    pub(super) data: Input<String>,
}

/// The keys' parts, in the order of their names.
pub(super) const PARTS: [&str; 3] = ["keys/data", "keys/home", "keys/volumes"];

pub(super) fn lay_out(parts: &mut Builder, draft: &Draft<'_>, endpoints: &Endpoints) -> Keys {
    let fence = endpoints.kms.iter().map(mark).collect();
    let keys = Keys {
        home: key(parts, draft, "home", "Home directories and spaces", Purpose::Home),
        volumes: key(parts, draft, "volumes", "Volumes of jobs and endpoints", Purpose::Volumes),
        data: key(parts, draft, "data", "Data", Purpose::Data { endpoints: fence }),
    };
    parts.expose(
        "key_arns",
        &std::collections::BTreeMap::from([
            ("home", &keys.home),
            ("volumes", &keys.volumes),
            ("data", &keys.data),
        ]),
    );
    keys
}

fn key(
    parts: &mut Builder,
    draft: &Draft<'_>,
    name: &str,
    what: &str,
    purpose: Purpose,
) -> Input<String> {
    let settings = draft.shape.config.keys.known();
    let period = settings.map_or(Attr::Null, |keys| keys.rotation_period_days);
    let retain = purpose == Purpose::Home && draft.shape.keeps_homes;
    let policy = KeyPolicy {
        home: Home::of(draft.site),
        purpose,
        administrators: names(&draft.shape.config.administrators),
        users: roles::persona_arns(draft).into_values().collect(),
    };
    let key = format!("keys/{name}");
    let mut part = parts
        .part::<KmsKey>(
            &key,
            &KmsKeyDesired {
                description: if period.is_unknown() {
                    unknown_mark()
                } else {
                    format!("{what} of Studio domain {}", draft.shape.name)
                },
                policy: policy.document().to_value(),
                rotation: Some(Rotation {
                    enabled: true,
                    period_days: period.into_known(),
                }),
                ..KmsKeyDesired::default()
            },
        )
        .disposal(&KmsKeyDisposal {
            deletion_window_days: settings.and_then(|keys| keys.deletion_window_days.known().copied()),
            retain,
        })
        .from("policy", "administrators")
        .from("rotation", "keys.rotation_period_days");
    for persona in draft.shape.personas.keys() {
        part = part.after(&roles::part_key(persona), "KMS takes roles that exist only");
    }
    let (id, arn) = (part.output(&KmsKey::ID), wire(&part.output(&KmsKey::ARN)));
    let alias = format!("{key}/alias");
    let alias_key = PartKey::parse(&alias).expect("a lower-case path is a part key");
    let prefix = format!("alias/cloister-{}-{name}", draft.shape.name);
    let _ = parts.part::<KmsAlias>(
        &alias,
        &KmsAliasDesired {
            name: derived_name(&prefix, &draft.identity, &alias_key),
            target_key_id: id.into(),
        },
    );
    arn
}
