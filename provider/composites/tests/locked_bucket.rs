//! The locked bucket's blueprint as a reviewer reads it, and the way back from observed parts to config.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::{Blueprint, Observations, PartKey};
use cloister_composites::{
    Composite, Imported,
    locked_bucket::{AccessLog, LifecycleRule, LockedBucket, OwnKey, ServiceDelivery, Transition},
};
use cloister_framework::Attr;
use common::{observed, site, text};
use serde_json::Value;

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

fn set(names: &[&str]) -> Attr<BTreeSet<Attr<String>>> {
    Attr::Known(names.iter().map(|name| known(name)).collect())
}

fn minimal() -> LockedBucket {
    LockedBucket {
        vpc_endpoint_ids: set(&["vpce-0123456789abcdef0"]),
        administrators: set(&["arn:aws:iam::111122223333:role/Admin"]),
        ..LockedBucket::sketch("acme.data", None).unwrap()
    }
}

fn full() -> LockedBucket {
    LockedBucket {
        break_glass_principals: set(&["arn:aws:iam::111122223333:role/Emergency"]),
        own_key: Attr::Known(OwnKey {
            rotation_period_days: Attr::Known(180),
            deletion_window_days: Attr::Known(7),
        }),
        allow_service_delivery: Attr::Known(vec![ServiceDelivery {
            service: known("delivery.logs.amazonaws.com"),
            source_arn: known("arn:aws:logs:eu-central-1:111122223333:*"),
            source_account: known("111122223333"),
            prefix: known("flow/"),
        }]),
        via_services: set(&["athena.amazonaws.com"]),
        lifecycle_rules: Attr::Known(BTreeSet::from([LifecycleRule {
            id: known("old"),
            prefix: Attr::Null,
            expire_days: Attr::Null,
            noncurrent_expire_days: Attr::Known(30),
            abort_multipart_days: Attr::Known(7),
            transitions: Attr::Known(vec![Transition {
                days: Attr::Known(60),
                storage_class: known("GLACIER_IR"),
            }]),
        }])),
        access_log: Attr::Known(AccessLog {
            bucket: known("acme-logs"),
            prefix: known("data/"),
        }),
        force_destroy: Attr::Known(true),
        ..minimal()
    }
}

/// Shared with another account through the endpoints.
fn shared() -> LockedBucket {
    let policy = r#"{"Version":"2012-10-17","Id":"sharing","Statement":[{"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme.data/${aws:PrincipalTag/team}/*"}]}"#;
    LockedBucket {
        additional_policy: known(policy),
        ..full()
    }
}

fn blueprint(config: &LockedBucket) -> Blueprint {
    LockedBucket::blueprint(config, &site()).unwrap().unwrap()
}

#[test]
fn a_minimal_bucket_reads_well() {
    insta::assert_snapshot!(text(&blueprint(&minimal())));
}

#[test]
fn a_bucket_with_everything_reads_well() {
    insta::assert_snapshot!(text(&blueprint(&full())));
}

#[test]
fn emptying_lets_administrators_in_and_nobody_else() {
    let policy = &blueprint(&full()).parts[&PartKey::parse("bucket/policy").unwrap()];
    insta::assert_snapshot!(serde_json::to_string_pretty(&policy.disposal).unwrap());
}

#[test]
fn statements_of_the_user_stand_behind_those_that_lock() {
    let policy = &blueprint(&shared()).parts[&PartKey::parse("bucket/policy").unwrap()];
    let own = &blueprint(&full()).parts[&PartKey::parse("bucket/policy").unwrap()];
    let rendered = |part: &cloister_composite::Part| part.desired.render().unwrap();
    let statements = |part: &cloister_composite::Part| {
        let settings: Value = serde_json::from_str(&rendered(part)).unwrap();
        settings["policy"]["Statement"].as_array().unwrap().clone()
    };
    let (all, ours) = (statements(policy), statements(own));
    assert_eq!(all[..ours.len()], ours);
    assert_eq!(all[ours.len()]["Sid"], "Partner");
    // Policy variables are no references to parts.
    assert!(rendered(policy).contains("$${aws:PrincipalTag/team}"));
    assert_eq!(policy.disposal, own.disposal, "emptying leaves them out");
}

fn check_unknown(change: impl FnOnce(&mut LockedBucket), unknown: &[&str]) {
    let mut config = full();
    change(&mut config);
    let blueprint = LockedBucket::blueprint(&config, &site())
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
        |config| config.vpc_endpoint_ids = Attr::Unknown,
        &["bucket/policy"],
    );
    let one = Attr::Known(BTreeSet::from([Attr::Unknown]));
    check_unknown(|config| config.vpc_endpoint_ids = one, &["bucket/policy"]);
    check_unknown(
        |config| config.administrators = Attr::Unknown,
        &["bucket/policy", "key"],
    );
    check_unknown(
        |config| config.via_services = Attr::Unknown,
        &["bucket/policy"],
    );
    check_unknown(
        |config| config.additional_policy = Attr::Unknown,
        &["bucket/policy"],
    );
    check_unknown(|config| config.lifecycle_rules = Attr::Unknown, &["bucket"]);
    check_unknown(|config| config.access_log = Attr::Unknown, &["bucket"]);
    let own = OwnKey {
        rotation_period_days: Attr::Unknown,
        deletion_window_days: Attr::Null,
    };
    check_unknown(|config| config.own_key = Attr::Known(own), &["key"]);
}

#[test]
fn what_decides_which_parts_there_are_leaves_the_blueprint_open() {
    let changes: [fn(&mut LockedBucket); 3] = [
        |config| config.name = Attr::Unknown,
        |config| config.kms_key_arn = Attr::Unknown,
        |config| config.allow_service_delivery = Attr::Unknown,
    ];
    for change in changes {
        let mut config = minimal();
        change(&mut config);
        assert!(LockedBucket::blueprint(&config, &site()).unwrap().is_none());
    }
}

#[test]
fn a_given_key_takes_the_place_of_the_own_one() {
    let key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";
    let blueprint = blueprint(&LockedBucket {
        kms_key_arn: known(key),
        ..minimal()
    });
    let keys: Vec<&str> = blueprint.parts.keys().map(PartKey::as_str).collect();
    assert_eq!(keys, ["bucket", "bucket/policy"]);
    assert_eq!(
        blueprint.exposed["key_arn"].render().unwrap(),
        format!("\"{key}\"")
    );
}

#[test]
fn an_import_recovers_the_config_that_made_the_parts() {
    let key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";
    let given = LockedBucket {
        kms_key_arn: known(key),
        ..minimal()
    };
    for config in [minimal(), full(), shared(), given] {
        let blueprint = blueprint(&config);
        let found = observed(&blueprint);
        let imported = Imported {
            name: "acme.data",
            found: &found,
            kept: &blueprint.kept,
            recipe: None,
        };
        let recovered = LockedBucket::recover(&imported).unwrap();
        assert_eq!(
            serde_json::to_value(&recovered).unwrap(),
            serde_json::to_value(&config).unwrap()
        );
        assert_eq!(self::blueprint(&recovered), blueprint);
    }
}

#[test]
fn no_bucket_is_no_import() {
    let imported = Imported {
        name: "x",
        found: &Observations::new(),
        kept: &BTreeMap::new(),
        recipe: None,
    };
    assert!(LockedBucket::recover(&imported).is_none());
}

fn check_refused(config: &LockedBucket, summary: &str) {
    let found = LockedBucket::validate(config);
    let summaries: Vec<&str> = found
        .iter()
        .map(cloister_framework::Diagnostic::summary)
        .collect();
    assert_eq!(summaries, [summary]);
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_made() {
    check_refused(
        &LockedBucket {
            name: known("Acme"),
            ..minimal()
        },
        "Bucket name is not allowed",
    );
    let two = LockedBucket {
        kms_key_arn: known("arn:aws:kms:x:1:key/1"),
        ..full()
    };
    check_refused(&two, "Two keys for one bucket");
    assert!(LockedBucket::validate(&full()).is_empty());

    let elsewhere = "arn:aws:kms:us-east-1:111122223333:key/1";
    let elsewhere = LockedBucket {
        kms_key_arn: known(elsewhere),
        ..minimal()
    };
    let found = LockedBucket::check(&elsewhere, &site());
    assert_eq!(
        found.iter().next().unwrap().path().unwrap().to_string(),
        "kms_key_arn"
    );
}
