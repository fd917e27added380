//! What a plan refuses because the bucket would not be locked, as the user reads it.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use std::collections::BTreeSet;

use cloister_composites::{
    Composite, Site,
    locked_bucket::{LockedBucket, ServiceDelivery},
};
use cloister_framework::{Attr, Diagnostics};

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

fn known(text: &str) -> Attr<String> {
    Attr::Known(text.to_owned())
}

fn set(names: &[&str]) -> Attr<BTreeSet<Attr<String>>> {
    Attr::Known(names.iter().map(|name| known(name)).collect())
}

fn locked() -> LockedBucket {
    LockedBucket {
        vpc_endpoint_ids: set(&["vpce-0123456789abcdef0"]),
        administrators: set(&["arn:aws:iam::111122223333:role/Admin"]),
        ..LockedBucket::sketch("acme.data", None).unwrap()
    }
}

fn with_statements(statements: &str) -> LockedBucket {
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    LockedBucket {
        additional_policy: known(&policy),
        ..locked()
    }
}

fn text(diagnostics: &Diagnostics) -> String {
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

fn checked(config: &LockedBucket) -> String {
    text(&LockedBucket::check(config, &site()))
}

#[test]
fn statements_that_open_the_bucket_are_refused_with_a_counterexample() {
    let refused = [
        (
            "to everyone",
            r#"{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*"}"#,
        ),
        (
            "to everyone who comes through the endpoint",
            r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:Get*",
            "Resource": "arn:aws:s3:::acme.data/*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}"#,
        ),
        (
            "to whoever sends no organisation",
            r#"{"Sid": "Org", "Effect": "Allow", "Principal": "*", "Action": "s3:GetBucketPolicy",
            "Resource": "arn:aws:s3:::acme.data", "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-example"}}}"#,
        ),
        (
            "to all but one",
            r#"{"Sid": "Others", "Effect": "Deny", "NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/Reader"]},
            "Action": "s3:*", "Resource": "arn:aws:s3:::acme.data"}"#,
        ),
        (
            "which lock out administrators",
            r#"{"Sid": "OfficeOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::acme.data", "arn:aws:s3:::acme.data/*"], "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}"#,
        ),
    ];
    let texts = refused
        .map(|(name, statement)| format!("## {name}\n\n{}", checked(&with_statements(statement))));
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_delivering_service_gets_no_more_than_delivery() {
    let statement = r#"{"Sid": "Read", "Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*"}"#;
    let delivery = ServiceDelivery {
        service: known("delivery.logs.amazonaws.com"),
        source_arn: known("arn:aws:logs:eu-central-1:111122223333:*"),
        source_account: known("111122223333"),
        prefix: known("flow/"),
    };
    let config = LockedBucket {
        allow_service_delivery: Attr::Known(vec![delivery]),
        ..with_statements(statement)
    };
    insta::assert_snapshot!(checked(&config));
    // Without the exception, the lock denies what the statement allows.
    assert_eq!(checked(&with_statements(statement)), "");
}

#[test]
fn statements_that_let_in_whom_they_name_are_taken() {
    for statement in [
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/Reader"}, "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::acme.data", "arn:aws:s3:::acme.data/shared/*"]}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/${aws:PrincipalTag/team}/*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::acme.data",
            "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}"#,
        r#"{"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject*", "Resource": "arn:aws:s3:::acme.data/*"}"#,
    ] {
        assert_eq!(checked(&with_statements(statement)), "", "{statement}");
    }
}

#[test]
fn statements_that_s3_would_not_take_are_refused() {
    let found: Vec<String> = [
        "{",
        r#"{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "DenyPlainText", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
            {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
            {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "s3:*"},
            {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"}]}"#,
        r#"{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme.data/${aws:username}"}]}"#,
    ]
    .map(|policy| LockedBucket { additional_policy: known(policy), ..locked() })
    .iter()
    .map(|config| text(&LockedBucket::validate(config)))
    .collect();
    insta::assert_snapshot!(found.join("\n=====\n\n"));
}

#[test]
fn names_that_lock_out_or_let_in_are_refused_at_their_attributes() {
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/ann";
    let everybody = "arn:aws:iam::*:role/Admin";
    let configs = [
        LockedBucket {
            administrators: set(&[session]),
            ..locked()
        },
        LockedBucket {
            administrators: set(&["arn:aws:iam::111122223333:role/Admin", everybody]),
            ..locked()
        },
        LockedBucket {
            break_glass_principals: set(&[session]),
            ..locked()
        },
        LockedBucket {
            break_glass_principals: set(&[everybody]),
            ..locked()
        },
    ];
    let texts = configs.map(|config| checked(&config));
    insta::assert_snapshot!(texts.join("\n=====\n\n"));
}

#[test]
fn what_is_unknown_is_proven_once_it_is_known() {
    let open = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*"}"#;
    let changes: [fn(&mut LockedBucket); 4] = [
        |config| config.additional_policy = Attr::Unknown,
        |config| config.vpc_endpoint_ids = Attr::Unknown,
        |config| config.administrators = Attr::Known(BTreeSet::from([Attr::Unknown])),
        |config| config.kms_key_arn = Attr::Unknown,
    ];
    for change in changes {
        let mut config = with_statements(open);
        change(&mut config);
        assert_eq!(checked(&config), "");
    }
    assert_ne!(checked(&with_statements(open)), "");
}

#[test]
fn an_attribute_that_could_not_be_read_is_not_proven_to_hold() {
    let mixed = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*",
        "Condition": {"StringLike": {"aws:SourceIp": "10.*"}, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#;
    insta::assert_snapshot!(checked(&with_statements(mixed)));
}

#[test]
fn the_user_reads_the_statement_of_the_bucket_policy() {
    let found = LockedBucket::check(
        &with_statements(
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}"#,
        ),
        &site(),
    );
    let path = found.iter().next().unwrap().path().unwrap().to_string();
    assert_eq!(path, "additional_policy");
}
