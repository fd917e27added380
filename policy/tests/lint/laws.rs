//! What holds for every document, however odd.

use cloister_policy::lint::{Bundle, Finding, Place, check};
use proptest::prelude::*;

fn words(choices: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(choices), 0..3)
        .prop_map(|chosen| serde_json::to_string(&chosen).expect("strings"))
}

fn statement() -> impl Strategy<Value = String> {
    let field = proptest::sample::select(&["Action", "NotAction"][..]);
    let actions = words(&[
        "s3:*",
        "*",
        "s3:GetObject",
        "iam:PassRole",
        "kms:ReEncrypt",
        "é:*App",
        "logs:GetLogEvents",
        ":",
        "sagemaker:Create*",
    ]);
    let resources = words(&[
        "*",
        "arn:aws:s3:::a/*",
        "arn:aws:s3:::é",
        "arn:::::",
        "${aws:username}",
        "user-profile//",
        "",
    ]);
    let principals = proptest::sample::select(
        &[
            "",
            r#""Principal": "*","#,
            r#""NotPrincipal": {"AWS": "1"},"#,
            r#""Principal": {"Service": "sagemaker.amazonaws.com", "Federated": "x:oidc-provider/"},"#,
        ][..],
    );
    let operator = proptest::sample::select(
        &[
            "StringNotEquals",
            "ForAllValues:StringLike",
            "ForAnyValue:ArnNotLike",
            "Null",
            "NullIfExists",
            "Bool",
            "DateLessThan",
            "IpAddress",
        ][..],
    );
    let key = proptest::sample::select(
        &[
            "aws:SourceVpce",
            "aws:VpcSourceIp",
            "sagemaker:VpcSubnets",
            "s3:x-amz-server-side-encryption",
            "",
            "é",
            "aws:é",
            "s3:",
            "aws:PrincipalTag/a",
        ][..],
    );
    let values = words(&[
        "true",
        "false",
        "*",
        "é",
        "10.0.0.0/8",
        "2026-01-31",
        "vpce-1",
    ]);
    let effect = proptest::sample::select(&["Allow", "Deny"][..]);
    (field, actions, resources, principals, operator, key, values, effect).prop_map(
        |(field, actions, resources, principals, operator, key, values, effect)| {
            format!(
                r#"{{"Effect": "{effect}", {principals} "{field}": {actions}, "Resource": {resources},
                    "Condition": {{"{operator}": {{"{key}": {values}}}}}}}"#
            )
        },
    )
}

fn places() -> Vec<Place> {
    vec![
        Place::Identity {
            of: Some("role/a".to_owned()),
        },
        Place::Trust {
            role: Some("role/a".to_owned()),
        },
        Place::Bucket { name: None },
        Place::Key { name: None },
        Place::VpcEndpoint {
            id: Some("vpce-1".to_owned()),
            service: Some("s3".to_owned()),
            endpoint_type: None,
        },
        Place::ResourceControl,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn linting_never_panics_and_gives_the_same_twice(
        statements in proptest::collection::vec(statement(), 1..4)
    ) {
        let text = format!(r#"{{"Statement": [{}]}}"#, statements.join(", "));
        let bundle = places().into_iter().enumerate().fold(Bundle::default(), |bundle, (index, place)| {
            bundle.with(&format!("{index}"), place, &text)
        });
        prop_assert!(bundle.documents.iter().all(|placed| placed.document.is_ok()), "{}", text);
        let findings = check(&bundle);
        prop_assert_eq!(&findings, &check(&bundle));
        for finding in &findings {
            let Finding { reason, mend, .. } = finding;
            prop_assert!(reason.ends_with('.') && mend.ends_with('.') && !reason.contains('\n'), "{:?}", finding);
        }
    }

    #[test]
    fn the_order_of_documents_makes_no_difference(
        statements in proptest::collection::vec(statement(), 1..3)
    ) {
        let text = format!(r#"{{"Statement": [{}]}}"#, statements.join(", "));
        let add = |bundle: Bundle, (index, place): (usize, Place)| bundle.with(&format!("{index}"), place, &text);
        let there = places().into_iter().enumerate().fold(Bundle::default(), add);
        let back = places().into_iter().enumerate().rev().fold(Bundle::default(), add);
        prop_assert_eq!(check(&there), check(&back));
    }
}
