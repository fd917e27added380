//! The policies of every kind of trail keep every promise, none of their guards can be left out, and they let in whom
//! they should.

use std::collections::BTreeSet;

use cloister_framework::Attr;
use cloister_policy::{
    Document,
    access::{Attached, Caller, Outcome, Policies, Request},
    lint::{Bundle, Place, Severity, check},
};

use super::{
    archive::{Archive, known_archive},
    config::{AuditTrail, CloudWatchLogs},
    logs,
    promise::{Documents, Promise, broken_by, broken_promises},
    recover::sketch,
};
use crate::composite::Site;

const ACCOUNT: &str = "111122223333";
const TRAIL: &str = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/audit";
const GROUP: &str = "arn:aws:logs:eu-central-1:111122223333:log-group:/cloister/audit-trail/audit";
const ADMIN: &str = "arn:aws:iam::111122223333:role/Admin";
const READER: &str = "arn:aws:iam::111122223333:role/Reader";
const FOREIGN_READER: &str = "arn:aws:iam::444455556666:role/security/Reader";
const STRANGER: &str = "arn:aws:iam::111122223333:role/Developer";

fn site() -> Site {
    Site {
        account: ACCOUNT.into(),
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

/// The options that change policies, by the bits of a number.
const OPTIONS: [fn(&mut AuditTrail); 5] = [
    |config| config.readers = set(&[READER, FOREIGN_READER]),
    |config| config.organization = Attr::Known(true),
    |config| config.prefix = known("evidence/all"),
    |config| {
        config.cloud_watch_logs = Attr::Known(CloudWatchLogs {
            retention_days: Attr::Known(30),
            role_path: Attr::Null,
            role_boundary_arn: Attr::Null,
        });
    },
    |config| {
        let ids = [
            "arn:aws:iam::111122223333:user/ops/Ann",
            "arn:aws:iam::111122223333:role/*Admin*",
        ];
        config.administrators = set(&ids);
    },
];

fn trail(options: usize) -> (Archive, Documents) {
    let mut config = AuditTrail {
        administrators: set(&[ADMIN]),
        cloud_watch_logs: Attr::Null,
        ..sketch("audit")
    };
    let options = OPTIONS
        .iter()
        .enumerate()
        .filter(|(bit, _)| options & (1 << bit) != 0);
    options.for_each(|(_, change)| change(&mut config));
    let archive = known_archive(&config, &site()).expect("everything is known");
    let documents = Documents::of(&archive, &site());
    (archive, documents)
}

#[test]
fn every_combination_of_options_keeps_every_promise() {
    for options in 0..1 << OPTIONS.len() {
        let (archive, _) = trail(options);
        let broken = broken_promises(&archive, &site());
        assert!(broken.is_empty(), "{options:b}: {broken:#?}");
    }
}

#[test]
fn every_policy_is_free_of_findings() {
    for options in 0..1 << OPTIONS.len() {
        let (_, documents) = trail(options);
        for (place, document) in [
            (Place::Bucket { name: None }, documents.bucket),
            (Place::Key { name: None }, documents.key),
            (Place::Trust { role: None }, logs::trust()),
            (Place::Identity { of: None }, logs::permissions(GROUP)),
        ] {
            let mut found = check(&Bundle::of("policy", place, &document.to_string()));
            // Notes ask for a second look, as at the trust, where CloudTrail sends no source.
            found.retain(|finding| finding.severity != Severity::Note);
            assert!(found.is_empty(), "{options:b}: {found:#?}");
        }
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
fn no_guard_can_be_left_out() {
    let (archive, documents) = trail(0b1011);
    let check = |sid: &str, changed: Documents, expected: &[Promise]| {
        let broken = broken_by(&changed, &archive, &site());
        let promises: Vec<Promise> = broken.iter().map(|it| it.promise).collect();
        assert_eq!(promises, expected, "without {sid}");
    };
    for (sid, expected) in [
        ("DenyPlainText", &[Promise::Transport][..]),
        ("DenyObjectsToOthers", &[Promise::Confidence]),
        ("DenyListingToOthers", &[Promise::Confidence]),
        ("DenyChangesByOthers", &[Promise::NobodyElse]),
        ("DenyWritesByOthers", &[Promise::Authorship]),
        ("DenyManagementByOthers", &[Promise::NobodyElse]),
    ] {
        let bucket = without(&documents.bucket, sid);
        let changed = Documents {
            bucket,
            ..documents.clone()
        };
        check(sid, changed, expected);
    }
    for (sid, expected) in [
        (
            "AllowThePoliciesOfTheAccount",
            &[Promise::KeyManagement, Promise::Reading][..],
        ),
        ("DenyUseByOthers", &[Promise::Confidence]),
        ("DenyManagementByOthers", &[Promise::NobodyElse]),
    ] {
        let key = without(&documents.key, sid);
        let changed = Documents {
            key,
            ..documents.clone()
        };
        check(sid, changed, expected);
    }
}

/// Who asks in the table: somebody whose own policies allow everything, or a service on behalf of something.
#[derive(Clone, Copy)]
enum Asking {
    Somebody(&'static str),
    Service(&'static str, &'static str),
}

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
const DELIVERY: Asking = Asking::Service(CLOUDTRAIL, TRAIL);
const OTHER_DELIVERY: Asking = Asking::Service(
    CLOUDTRAIL,
    "arn:aws:cloudtrail:eu-central-1:444455556666:trail/audit",
);

fn outcome(
    documents: &Documents,
    asking: Asking,
    action: &str,
    resource: &str,
    context: &[(&str, &str)],
) -> Outcome {
    let everything = Document::parse(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    )
    .expect("a policy");
    let document = if action.starts_with("kms:") {
        &documents.key
    } else {
        &documents.bucket
    };
    let (caller, identity) = match asking {
        Asking::Somebody(arn) => (
            Caller::parse(arn).expect("a principal"),
            vec![Attached::new("own", everything)],
        ),
        Asking::Service(name, _) => (Caller::Service(name.to_owned()), Vec::new()),
    };
    let policies = Policies {
        identity,
        resource: Some(Attached::new("resource", document.clone())),
        ..Policies::default()
    };
    let mut request = Request::new(caller, action, resource)
        .owned_by(ACCOUNT)
        .with("aws:SecureTransport", "true");
    if let Asking::Service(_, source) = asking {
        request = request
            .with("aws:SourceArn", source)
            .with(
                "aws:SourceAccount",
                source.split(':').nth(4).unwrap_or_default(),
            )
            .with("aws:PrincipalIsAWSService", "true");
    }
    for (key, value) in context {
        request = request.with(key, *value);
    }
    policies.decide(&request).outcome
}

/// What is tried, by whom, the action, the resource, the context, and whether it may be.
type Row<'a> = (
    &'a str,
    Asking,
    &'a str,
    &'a str,
    &'a [(&'a str, &'a str)],
    bool,
);

#[test]
#[expect(clippy::too_many_lines, reason = "a flat table of cases")]
fn whoever_should_get_in_does_and_nobody_else() {
    let (archive, documents) = trail(0b1001);
    let (bucket, key) = (
        archive.bucket_arn.as_str(),
        "arn:aws:kms:eu-central-1:111122223333:key/1234",
    );
    let file = format!("{bucket}/AWSLogs/111122223333/CloudTrail/x.json.gz");
    let digest = format!("{bucket}/AWSLogs/111122223333/CloudTrail-Digest/x.json.gz");
    let elsewhere = format!("{bucket}/other/x.json.gz");
    let owned = &[("s3:x-amz-acl", "bucket-owner-full-control")][..];
    let context = &[("kms:EncryptionContext:aws:cloudtrail:arn", TRAIL)][..];
    let of_group = &[("kms:EncryptionContext:aws:logs:arn", GROUP)][..];
    let of_other_group = &[(
        "kms:EncryptionContext:aws:logs:arn",
        "arn:aws:logs:eu-central-1:111122223333:log-group:other",
    )][..];
    let logs = Asking::Service("logs.eu-central-1.amazonaws.com", GROUP);
    let (admin, reader) = (Asking::Somebody(ADMIN), Asking::Somebody(READER));
    let (foreign, stranger) = (Asking::Somebody(FOREIGN_READER), Asking::Somebody(STRANGER));
    let plain = &[("aws:SecureTransport", "false")][..];
    let none = &[][..];
    let table: [Row<'_>; 29] = [
        (
            "delivery asks for the ACL",
            DELIVERY,
            "s3:GetBucketAcl",
            bucket,
            none,
            true,
        ),
        (
            "delivery of a log file",
            DELIVERY,
            "s3:PutObject",
            &file,
            owned,
            true,
        ),
        (
            "delivery of a digest",
            DELIVERY,
            "s3:PutObject",
            &digest,
            owned,
            true,
        ),
        (
            "delivery without the owner's leave",
            DELIVERY,
            "s3:PutObject",
            &file,
            none,
            false,
        ),
        (
            "delivery beside the folder",
            DELIVERY,
            "s3:PutObject",
            &elsewhere,
            owned,
            false,
        ),
        (
            "delivery in plain text",
            DELIVERY,
            "s3:PutObject",
            &file,
            plain,
            false,
        ),
        (
            "another account's trail",
            OTHER_DELIVERY,
            "s3:PutObject",
            &file,
            owned,
            false,
        ),
        (
            "CloudTrail reads",
            DELIVERY,
            "s3:GetObject",
            &file,
            none,
            false,
        ),
        (
            "CloudTrail deletes",
            DELIVERY,
            "s3:DeleteObject",
            &file,
            none,
            false,
        ),
        (
            "delivery encrypts",
            DELIVERY,
            "kms:GenerateDataKey",
            key,
            context,
            true,
        ),
        (
            "delivery looks at the key",
            DELIVERY,
            "kms:DescribeKey",
            key,
            none,
            true,
        ),
        (
            "another account's trail encrypts",
            OTHER_DELIVERY,
            "kms:GenerateDataKey",
            key,
            context,
            false,
        ),
        (
            "CloudTrail decrypts",
            DELIVERY,
            "kms:Decrypt",
            key,
            context,
            false,
        ),
        (
            "the log group encrypts",
            logs,
            "kms:GenerateDataKey",
            key,
            of_group,
            true,
        ),
        (
            "another log group encrypts",
            logs,
            "kms:GenerateDataKey",
            key,
            of_other_group,
            false,
        ),
        (
            "an administrator reads",
            admin,
            "s3:GetObject",
            &file,
            none,
            true,
        ),
        (
            "an administrator deletes",
            admin,
            "s3:DeleteObjectVersion",
            &file,
            none,
            true,
        ),
        (
            "an administrator changes the policy",
            admin,
            "s3:PutBucketPolicy",
            bucket,
            none,
            true,
        ),
        (
            "an administrator forges a file",
            admin,
            "s3:PutObject",
            &file,
            owned,
            false,
        ),
        ("a reader reads", reader, "s3:GetObject", &file, none, true),
        ("a reader decrypts", reader, "kms:Decrypt", key, none, true),
        (
            "a reader deletes",
            reader,
            "s3:DeleteObject",
            &file,
            none,
            false,
        ),
        (
            "a reader changes the policy",
            reader,
            "s3:PutBucketPolicy",
            bucket,
            none,
            false,
        ),
        (
            "another account's reader reads",
            foreign,
            "s3:GetObject",
            &file,
            none,
            true,
        ),
        (
            "another account's reader lists",
            foreign,
            "s3:ListBucket",
            bucket,
            none,
            true,
        ),
        (
            "another account's reader decrypts",
            foreign,
            "kms:Decrypt",
            key,
            none,
            true,
        ),
        (
            "another account's reader deletes",
            foreign,
            "s3:DeleteObject",
            &file,
            none,
            false,
        ),
        (
            "somebody else reads",
            stranger,
            "s3:GetObject",
            &file,
            none,
            false,
        ),
        (
            "somebody else decrypts",
            stranger,
            "kms:Decrypt",
            key,
            none,
            false,
        ),
    ];
    for (what, asking, action, resource, context, allowed) in table {
        let found = outcome(&documents, asking, action, resource, context);
        assert_eq!(found == Outcome::Allowed, allowed, "{what}: {found:?}");
    }
}
