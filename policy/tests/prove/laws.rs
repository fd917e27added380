//! A proof is worth something only if nothing was missed: no request made at
//! random may contradict what was proven, and no counterexample may be wrong.

use cloister_policy::access::{Caller, Outcome, Request};
use cloister_policy::prove::{Expected, Proof, prove};
use proptest::prelude::*;

use crate::claims::{ACCOUNT, claim};

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(texts).prop_map(str::to_owned)
}

const KEYS: &[&str] = &[
    "aws:SourceVpce",
    "s3:prefix",
    "aws:PrincipalArn",
    "aws:PrincipalTag/team",
];
const VALUES: &[&str] = &[
    "vpce-1",
    "vpce-*",
    "a",
    "a*",
    "*b",
    "arn:aws:iam::111122223333:role/a*",
    "arn:aws:iam::*:user/b",
    "${aws:PrincipalTag/team}",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIfExists",
    "ArnLike",
    "ArnNotLike",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotLike",
    "StringEqualsIgnoreCase",
];

fn condition() -> impl Strategy<Value = String> {
    let null = (one_of(KEYS), any::<bool>())
        .prop_map(|(key, value)| format!(r#""Null": {{"{key}": "{value}"}}"#));
    let other = (
        one_of(OPERATORS),
        one_of(KEYS),
        one_of(VALUES),
        one_of(VALUES),
    )
        .prop_map(|(operator, key, one, other)| {
            format!(r#""{operator}": {{"{key}": ["{one}", "{other}"]}}"#)
        });
    prop_oneof![1 => null, 4 => other]
}

fn statement() -> impl Strategy<Value = String> {
    (
        one_of(&["Allow", "Deny"]),
        one_of(&[r#""*""#, r#"{"AWS": "111122223333"}"#, r#"{"AWS": "arn:aws:iam::111122223333:role/a"}"#, r#"{"Service": "a.amazonaws.com"}"#]),
        one_of(&["s3:*", "s3:Get*", "s3:PutObject"]),
        one_of(&["arn:aws:s3:::logs/*", "arn:aws:s3:::logs/a*", "arn:aws:s3:::logs/${aws:PrincipalTag/team}/*", "*"]),
        proptest::option::of(condition()),
    )
        .prop_map(|(effect, principal, action, resource, condition)| {
            let condition = condition.unwrap_or_default();
            format!(
                r#"{{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}", "Resource": "{resource}",
                    "Condition": {{{condition}}}}}"#
            )
        })
}

fn caller() -> impl Strategy<Value = Caller> {
    one_of(&[
        "anonymous",
        "111122223333",
        "arn:aws:iam::111122223333:role/a",
        "arn:aws:iam::111122223333:role/abc",
        "arn:aws:iam::444455556666:role/a",
        "arn:aws:iam::111122223333:user/b",
        "arn:aws:iam::444455556666:user/b",
        "a.amazonaws.com",
        "b.amazonaws.com",
    ])
    .prop_map(|text| Caller::parse(&text).unwrap())
}

fn request() -> impl Strategy<Value = Request> {
    let values = || proptest::option::of(one_of(&["vpce-1", "vpce-2", "a", "ab", "A", "b", "zz"]));
    (
        caller(),
        one_of(&["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
        one_of(&[
            "arn:aws:s3:::logs/a",
            "arn:aws:s3:::logs/a/b",
            "arn:aws:s3:::logs/zz/b",
            "arn:aws:s3:::logs/b",
        ]),
        // What AWS names looks alike; what people name does not.
        proptest::option::of(one_of(&["vpce-1", "vpce-2", "vpce-ab", "vpce-b"])),
        values(),
        values(),
    )
        .prop_map(|(caller, action, resource, endpoint, prefix, team)| {
            let has_tags = caller.account().is_some();
            let mut request = Request::new(caller, action, resource).owned_by(ACCOUNT);
            for (key, value) in [("aws:SourceVpce", endpoint), ("s3:prefix", prefix)] {
                if let Some(value) = value {
                    request.context.set(key, [value]);
                }
            }
            if let Some(team) = team.filter(|_| has_tags) {
                request.context.set("aws:PrincipalTag/team", [team]);
            }
            request
        })
}

fn meets(expected: &Expected, outcome: Outcome) -> bool {
    match expected {
        Expected::ExplicitDeny => outcome == Outcome::ExplicitDeny,
        Expected::Allowed => outcome == Outcome::Allowed,
        Expected::NotAllowed | Expected::NoMoreThan(_) => outcome != Outcome::Allowed,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_proven_holds_for_any_request_and_what_is_refuted_does_not(
        statements in proptest::collection::vec(statement(), 1..4),
        expected in proptest::sample::select(vec![Expected::ExplicitDeny, Expected::NotAllowed, Expected::Allowed]),
        requests in proptest::collection::vec(request(), 40),
    ) {
        let claim = claim(&statements.join(","), expected);
        match prove(&claim) {
            Proof::Proven { .. } => for request in requests {
                let outcome = claim.policies.decide(&request).outcome;
                prop_assert!(meets(&claim.expected, outcome), "{outcome:?} for {request:?}");
            },
            Proof::Refuted(found) => {
                let outcome = claim.policies.decide(&found.request).outcome;
                prop_assert_eq!(outcome, found.outcome);
                prop_assert!(!meets(&claim.expected, outcome));
            }
            Proof::Undecided(why) => prop_assert!(false, "{why}"),
        }
    }
}
