//! The three keys: for home directories, for volumes of jobs, for data.

use cloister_aws::{KmsAlias, KmsAliasDesired, KmsKey, KmsKeyDesired, KmsKeyDisposal, Rotation};
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

/// The keys by name, and what each is for.
const PURPOSES: [(&str, &str); 3] = [
    ("data", "Data"),
    ("home", "Home directories and spaces"),
    ("volumes", "Volumes of jobs and endpoints"),
];

/// The keys' parts, in the order of their names.
pub(super) const PARTS: [&str; 3] = ["keys/data", "keys/home", "keys/volumes"];

pub(super) fn lay_out(parts: &mut Builder, draft: &Draft<'_>, endpoints: &Endpoints) -> Keys {
    let made = PURPOSES.map(|(name, what)| {
        let policy = policy(draft, endpoints, name);
        key(parts, draft, name, what, &policy)
    });
    let [data, home, volumes] = made;
    let keys = Keys {
        home,
        volumes,
        data,
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

/// The policies of all keys.
pub(super) fn policies(draft: &Draft<'_>, endpoints: &Endpoints) -> Vec<KeyPolicy> {
    let names = PURPOSES.iter().map(|(name, _)| *name);
    names.map(|name| policy(draft, endpoints, name)).collect()
}

fn policy(draft: &Draft<'_>, endpoints: &Endpoints, name: &str) -> KeyPolicy {
    let fence = endpoints.kms.iter().map(mark).collect();
    KeyPolicy {
        home: Home::of(draft.site),
        purpose: match name {
            "home" => Purpose::Home,
            "volumes" => Purpose::Volumes,
            _ => Purpose::Data { endpoints: fence },
        },
        administrators: names(&draft.shape.config.administrators),
        users: roles::persona_arns(draft).into_values().collect(),
    }
}

fn key(
    parts: &mut Builder,
    draft: &Draft<'_>,
    name: &str,
    what: &str,
    policy: &KeyPolicy,
) -> Input<String> {
    let settings = draft.shape.config.keys.known();
    let period = settings.map_or(Attr::Null, |keys| keys.rotation_period_days);
    let retain = policy.purpose == Purpose::Home && draft.shape.keeps_homes;
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
            deletion_window_days: settings
                .and_then(|keys| keys.deletion_window_days.known().copied()),
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
