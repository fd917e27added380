//! Whose requests are tried, and when a proof gives up.

use cloister_policy::Operator;
use cloister_policy::prove::{Callers, Expected, Proof, Undecided, prove};

use crate::claims::{claim, given};

const DENY_BUT_ADMIN: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
    "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/aws-reserved/*/Admin_*"}}}"#;

fn principal_of(callers: &[&str], expected: Expected) -> Option<String> {
    let mut claim = claim(DENY_BUT_ADMIN, expected);
    claim.callers = Callers::Named(callers.iter().map(|name| (*name).to_owned()).collect());
    let proof = prove(&claim);
    let text = proof.counterexample().map(ToString::to_string)?;
    text.lines().next().map(str::to_owned)
}

#[test]
fn patterns_of_callers_become_callers() {
    let admins = "arn:aws:iam::111122223333:role/aws-reserved/*/Admin_*";
    assert_eq!(principal_of(&[admins], Expected::Allowed), None);
    assert_eq!(
        principal_of(&["arn:aws:iam::111122223333:role/*"], Expected::Allowed).as_deref(),
        Some("principal: arn:aws:iam::111122223333:role/x")
    );
    assert_eq!(
        principal_of(&["arn:aws:iam::*:role/*"], Expected::ExplicitDeny).as_deref(),
        Some("principal: arn:aws:iam::111122223333:role/aws-reserved//Admin_")
    );
    // The ARN of a session is never `aws:PrincipalArn`: whoever names one has locked it out.
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/ann";
    assert_eq!(
        principal_of(&[session], Expected::Allowed).as_deref(),
        Some("principal: arn:aws:sts::111122223333:assumed-role/Admin/ann")
    );
}

#[test]
fn nothing_in_question_proves_nothing() {
    let mut claim = claim(DENY_BUT_ADMIN, Expected::Allowed);
    claim.callers = Callers::Named(vec!["no ARN".to_owned()]);
    assert_eq!(prove(&claim), Proof::Undecided(Undecided::NoRequest));
    claim.callers = Callers::Anyone;
    claim.given = given(&[
        (Operator::StringEquals.into(), "aws:SourceVpce", &["vpce-1"]),
        (Operator::Null.into(), "aws:SourceVpce", &["true"]),
    ]);
    assert_eq!(prove(&claim), Proof::Undecided(Undecided::NoRequest));
}

#[test]
fn too_much_to_try_is_said() {
    let keys: Vec<String> = (0..14)
        .map(|key| format!(r#""aws:RequestTag/{key}": ["a*", "*b"]"#))
        .collect();
    let statement = format!(
        r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{"StringLike": {{{}}}}}}},
           {{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{"StringNotLike": {{{}}}}}}}"#,
        keys.join(","),
        keys.join(",").replace("a*", "c"),
    );
    let proof = prove(&claim(&statement, Expected::NotAllowed));
    assert_eq!(
        proof,
        Proof::Undecided(Undecided::TooMany { limit: 500_000 })
    );
    let mixed = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition":
        {"StringLike": {"aws:SourceIp": "10.*"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#;
    let proof = prove(&claim(mixed, Expected::NotAllowed));
    assert!(matches!(proof, Proof::Undecided(Undecided::Key { key, .. }) if key == "aws:sourceip"));
}
