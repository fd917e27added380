//! The policies of every kind of locked bucket keep every promise, and none of their statements can be left out.

use std::collections::BTreeSet;

use cloister_framework::Attr;
use cloister_policy::{Document, prove::prove};

use super::{
    claims::claims,
    config::{LockedBucket, ServiceDelivery},
    lock::{Lock, known_lock},
    promise::{Broken, Documents, KeyOwner, Promise, broken_promises},
    recover::sketch,
};
use crate::composite::Site;

fn site() -> Site {
    Site {
        account: "111122223333".into(),
        region: "eu-central-1".into(),
        partition: "aws".into(),
        owner: "terraform".into(),
        tags: None,
        deletion_protection: true,
    }
}

fn set(names: &[&str]) -> Attr<BTreeSet<Attr<String>>> {
    let names = names.iter().map(|name| Attr::Known((*name).to_owned()));
    Attr::Known(names.collect())
}

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

const PARTNER: &str = r#"{"Version": "2012-10-17", "Statement": {"Sid": "Partner", "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"}, "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": ["arn:aws:s3:::acme.data", "arn:aws:s3:::acme.data/shared/*"]}}"#;

/// The options that change policies, by the bits of a number.
const OPTIONS: [fn(&mut LockedBucket); 6] = [
    |config| config.break_glass_principals = set(&["arn:aws:iam::111122223333:role/Emergency"]),
    |config| config.via_services = set(&["athena.amazonaws.com", "glue.amazonaws.com"]),
    |config| {
        config.allow_service_delivery = Attr::Known(vec![ServiceDelivery {
            service: known("delivery.logs.amazonaws.com"),
            source_arn: known("arn:aws:logs:eu-central-1:111122223333:*"),
            source_account: known("111122223333"),
            prefix: known("flow/"),
        }]);
    },
    |config| config.additional_policy = known(PARTNER),
    |config| {
        config.kms_key_arn = known("arn:aws:kms:eu-central-1:111122223333:key/1234abcd");
    },
    |config| {
        let ids = [
            "arn:aws:iam::111122223333:user/ops/Ann",
            "arn:aws:iam::111122223333:role/*Admin*",
        ];
        config.administrators = set(&ids);
        config.vpc_endpoint_ids = set(&["vpce-0123456789abcdef0", "vpce-11111111"]);
    },
];

fn bucket(options: usize) -> (Lock, Documents) {
    let mut config = LockedBucket {
        vpc_endpoint_ids: set(&["vpce-0123456789abcdef0"]),
        administrators: set(&["arn:aws:iam::111122223333:role/Admin"]),
        ..sketch("acme.data")
    };
    let chosen = OPTIONS
        .iter()
        .enumerate()
        .filter(|(bit, _)| options & (1 << bit) != 0);
    chosen.for_each(|(_, change)| change(&mut config));
    let lock = known_lock(&config, &site()).expect("everything is known");
    let owner = if config.kms_key_arn.is_null() {
        KeyOwner::Bucket
    } else {
        KeyOwner::Somebody
    };
    let documents = Documents::of(&lock, &site(), owner);
    (lock, documents)
}

fn promises(broken: &[Broken]) -> Vec<Promise> {
    broken.iter().map(|it| it.promise).collect()
}

#[test]
fn every_combination_of_options_keeps_every_promise() {
    for options in 0..1 << OPTIONS.len() {
        let (lock, documents) = bucket(options);
        let broken = broken_promises(&lock, &site(), &documents);
        assert!(broken.is_empty(), "{options:b}: {broken:#?}");
    }
}

fn without(document: &Document, sid: &str) -> Document {
    let kept = document
        .statements
        .iter()
        .filter(|it| it.sid.as_deref() != Some(sid));
    Document::of(kept.cloned())
}

#[test]
fn no_statement_can_be_left_out() {
    for options in [0, 0b10_1111] {
        let (lock, documents) = bucket(options);
        let check = |sid: &str, documents: Documents, expected: &[Promise]| {
            let broken = broken_promises(&lock, &site(), &documents);
            assert_eq!(promises(&broken), expected, "{options:b} without {sid}");
        };
        for (sid, expected) in [
            ("DenyPlainText", &[Promise::Transport][..]),
            ("DenyObjectsFromElsewhere", &[Promise::Objects]),
            ("DenyListingFromElsewhere", &[Promise::Objects]),
            ("DenyManagementByOthers", &[Promise::NobodyElse]),
            ("DenyOtherKeys", &[Promise::Encryption]),
            ("DenyOtherEncryption", &[Promise::Encryption]),
            ("DenyCustomerKeys", &[Promise::Encryption]),
        ] {
            let bucket = without(&documents.bucket, sid);
            check(
                sid,
                Documents {
                    bucket,
                    ..documents.clone()
                },
                expected,
            );
        }
        for (sid, expected) in [
            (
                "AllowThePoliciesOfTheAccount",
                &[Promise::KeyManagement][..],
            ),
            ("DenyUseOutsideS3", &[Promise::KeyUse]),
            ("DenyUseForOtherBuckets", &[Promise::KeyUse]),
            ("DenyManagementByOthers", &[Promise::NobodyElse]),
        ] {
            let key = documents.key.as_ref().map(|key| without(key, sid));
            check(
                sid,
                Documents {
                    key,
                    ..documents.clone()
                },
                expected,
            );
        }
    }
}

/// A plan should not be slower for its proofs: this counts work, not time.
#[test]
fn the_usual_bucket_is_proven_by_few_requests() {
    let (lock, documents) = bucket(0b10_1111);
    let mut requests = 0;
    for (promise, claim) in claims(&lock, &site(), &documents) {
        match prove(&claim) {
            cloister_policy::prove::Proof::Proven { requests: of_claim } => requests += of_claim,
            other => panic!("{promise:?}: {other:?}"),
        }
    }
    assert!(requests < 20_000, "{requests}");
}
