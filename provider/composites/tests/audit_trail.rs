//! The audit trail's blueprint as a reviewer reads it, and the way back from observed parts to config.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::{Blueprint, Observations, PartKey};
use cloister_composites::{
    Composite, Imported,
    audit_trail::{AuditTrail, CloudWatchLogs, OwnKey},
};
use cloister_framework::{Attr, Diagnostics};
use common::{observed, site, text};
use serde_json::Value;

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

fn set(names: &[&str]) -> Attr<BTreeSet<Attr<String>>> {
    Attr::Known(names.iter().map(|name| known(name)).collect())
}

fn minimal() -> AuditTrail {
    AuditTrail {
        administrators: set(&["arn:aws:iam::111122223333:role/Admin"]),
        cloud_watch_logs: Attr::Null,
        ..AuditTrail::sketch("audit", None).unwrap()
    }
}

fn full() -> AuditTrail {
    AuditTrail {
        readers: set(&[
            "arn:aws:iam::111122223333:role/Auditor",
            "arn:aws:iam::444455556666:role/Auditor",
        ]),
        s3_data_event_buckets: set(&["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-models"]),
        organization: Attr::Known(true),
        prefix: known("evidence"),
        retention_days: Attr::Known(365),
        cloud_watch_logs: Attr::Known(CloudWatchLogs {
            retention_days: Attr::Known(30),
            role_path: known("/cloister/"),
            role_boundary_arn: known("arn:aws:iam::111122223333:policy/Boundary"),
        }),
        own_key: Attr::Known(OwnKey {
            rotation_period_days: Attr::Known(180),
            deletion_window_days: Attr::Known(7),
        }),
        force_destroy: Attr::Known(true),
        ..minimal()
    }
}

/// Management events and nothing else.
fn spare() -> AuditTrail {
    AuditTrail {
        s3_data_event_buckets: set(&[]),
        network_activity: Attr::Known(false),
        ..minimal()
    }
}

fn blueprint(config: &AuditTrail) -> Blueprint {
    AuditTrail::blueprint(config, &site()).unwrap().unwrap()
}

#[test]
fn a_minimal_trail_reads_well() {
    insta::assert_snapshot!(text(&blueprint(&minimal())));
}

#[test]
fn a_trail_with_everything_reads_well() {
    insta::assert_snapshot!(text(&blueprint(&full())));
}

/// Parts stand in users' state files: keys and kinds are never changed.
#[test]
fn keys_and_kinds_of_parts_are_frozen() {
    let blueprint = blueprint(&full());
    let parts: Vec<(&str, &str)> = blueprint
        .parts
        .values()
        .map(|part| (part.key.as_str(), part.kind))
        .collect();
    assert_eq!(
        parts,
        [
            ("bucket", "s3:bucket"),
            ("bucket/policy", "s3:bucket-policy"),
            ("key", "kms:key"),
            ("key/alias", "kms:alias"),
            ("logs", "logs:log-group"),
            ("logs/role", "iam:role"),
            ("logs/role/policies", "iam:role-policies"),
            ("trail", "cloudtrail:trail"),
        ]
    );
}

#[test]
fn a_trail_that_is_emptied_takes_no_more_deliveries() {
    let policy = &blueprint(&full()).parts[&PartKey::parse("bucket/policy").unwrap()];
    let relaxed = &policy.disposal["relax"]["Statement"];
    let effects: Vec<&Value> = relaxed
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["Effect"])
        .collect();
    assert!(effects.iter().all(|effect| *effect == "Deny"), "{relaxed}");
    assert_eq!(effects.len(), 6);
    let kept = &blueprint(&minimal()).parts[&PartKey::parse("bucket/policy").unwrap()];
    assert_eq!(kept.disposal, serde_json::json!({}));
}

fn check_unknown(change: impl FnOnce(&mut AuditTrail), unknown: &[&str]) {
    let mut config = full();
    change(&mut config);
    let blueprint = AuditTrail::blueprint(&config, &site())
        .unwrap()
        .expect("the structure is known");
    let found: Vec<&str> = blueprint
        .parts
        .values()
        .filter(|part| part.desired.is_unknown())
        .map(|part| part.key.as_str())
        .collect();
    assert_eq!(found, unknown);
}

#[test]
fn what_is_unknown_reaches_only_the_parts_that_use_it() {
    check_unknown(
        |config| config.administrators = Attr::Unknown,
        &["bucket/policy", "key"],
    );
    let one = Attr::Known(BTreeSet::from([Attr::Unknown]));
    check_unknown(|config| config.readers = one, &["bucket/policy", "key"]);
    check_unknown(
        |config| config.s3_data_event_buckets = Attr::Unknown,
        &["trail"],
    );
    check_unknown(|config| config.network_activity = Attr::Unknown, &["trail"]);
    check_unknown(
        |config| config.organization = Attr::Unknown,
        &["bucket/policy", "trail"],
    );
    check_unknown(
        |config| config.prefix = Attr::Unknown,
        &["bucket/policy", "trail"],
    );
    check_unknown(|config| config.retention_days = Attr::Unknown, &["bucket"]);
    let logs = |change: fn(&mut CloudWatchLogs)| {
        move |config: &mut AuditTrail| {
            if let Attr::Known(logs) = &mut config.cloud_watch_logs {
                change(logs);
            }
        }
    };
    check_unknown(logs(|logs| logs.retention_days = Attr::Unknown), &["logs"]);
    check_unknown(logs(|logs| logs.role_path = Attr::Unknown), &["logs/role"]);
    check_unknown(
        logs(|logs| logs.role_boundary_arn = Attr::Unknown),
        &["logs/role"],
    );
}

#[test]
fn what_decides_which_parts_there_are_leaves_the_blueprint_open() {
    let changes: [fn(&mut AuditTrail); 2] = [
        |config| config.name = Attr::Unknown,
        |config| config.cloud_watch_logs = Attr::Unknown,
    ];
    for change in changes {
        let mut config = minimal();
        change(&mut config);
        assert!(AuditTrail::blueprint(&config, &site()).unwrap().is_none());
        assert!(AuditTrail::check(&config, &site()).is_empty());
    }
}

#[test]
fn an_import_recovers_the_config_that_made_the_parts() {
    for config in [minimal(), full(), spare()] {
        let blueprint = blueprint(&config);
        let found = observed(&blueprint);
        let imported = Imported {
            name: "audit",
            found: &found,
            kept: &blueprint.kept,
            recipe: None,
        };
        let recovered = AuditTrail::recover(&imported).unwrap();
        assert_eq!(
            serde_json::to_value(&recovered).unwrap(),
            serde_json::to_value(&config).unwrap()
        );
        assert_eq!(self::blueprint(&recovered), blueprint);
    }
}

#[test]
fn an_import_looks_for_every_part_that_a_trail_can_have() {
    let keys = |config: &AuditTrail| blueprint(config).parts.into_keys().collect::<Vec<_>>();
    assert_eq!(
        keys(&AuditTrail::sketch("audit", None).unwrap()),
        keys(&full())
    );
    let imported = Imported {
        name: "x",
        found: &Observations::new(),
        kept: &BTreeMap::new(),
        recipe: None,
    };
    assert!(AuditTrail::recover(&imported).is_none());
}

fn rendered(diagnostics: &Diagnostics) -> String {
    let text = |it: &cloister_framework::Diagnostic| {
        let path = it.path().map(ToString::to_string).unwrap_or_default();
        format!("{} (at `{path}`)\n\n{}\n", it.summary(), it.detail())
    };
    diagnostics
        .iter()
        .map(text)
        .collect::<Vec<_>>()
        .join("\n---\n\n")
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_made() {
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/ann";
    let everybody = "arn:aws:iam::*:role/Admin";
    let bucket = blueprint(&minimal()).exposed["bucket_arn"]
        .render()
        .unwrap();
    let configs = [
        AuditTrail {
            name: known("sthree-audit"),
            ..minimal()
        },
        AuditTrail {
            s3_data_event_buckets: set(&["arn:aws:s3:::acme-data", bucket.trim_matches('"')]),
            ..minimal()
        },
        AuditTrail {
            administrators: set(&[session]),
            ..minimal()
        },
        AuditTrail {
            administrators: set(&["arn:aws:iam::111122223333:role/Admin", everybody]),
            ..minimal()
        },
        AuditTrail {
            readers: set(&[&session.replace("Admin", "Auditor")]),
            ..minimal()
        },
        AuditTrail {
            readers: set(&[everybody]),
            ..minimal()
        },
    ];
    let mut texts: Vec<String> = configs
        .iter()
        .map(|config| rendered(&AuditTrail::check(config, &site())))
        .collect();
    let odd = AuditTrail {
        cloud_watch_logs: Attr::Known(CloudWatchLogs {
            retention_days: Attr::Known(31),
            role_path: Attr::Null,
            role_boundary_arn: Attr::Null,
        }),
        ..minimal()
    };
    texts.push(rendered(&AuditTrail::validate(&odd)));
    insta::assert_snapshot!(texts.join("\n=====\n\n"));
    for config in [minimal(), full(), spare()] {
        assert!(AuditTrail::validate(&config).is_empty());
        assert!(AuditTrail::check(&config, &site()).is_empty());
    }
}
