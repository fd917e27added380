//! One bucket under many policies: what is claimed of it, and what comes out.

use cloister_policy::access::{Attached, Outcome, Policies};
use cloister_policy::prove::{Callers, Claim, Expected, Proof, prove};
use cloister_policy::{Conditions, Document, Operator, QualifiedOperator};

pub(crate) const ACCOUNT: &str = "111122223333";

pub(crate) fn attached(name: &str, text: &str) -> Attached {
    Attached {
        name: name.to_owned(),
        document: Document::parse(text).unwrap(),
    }
}

/// A caller whose own policies allow everything, and a bucket under these statements.
pub(crate) fn bucket(statements: &str) -> Policies {
    let everything = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Policies {
        identity: vec![attached("everything", everything)],
        resource: Some(attached("bucket policy", &policy)),
        ..Policies::default()
    }
}

pub(crate) fn claim(statements: &str, expected: Expected) -> Claim {
    Claim {
        policies: bucket(statements),
        callers: Callers::Anyone,
        actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
            .map(str::to_owned)
            .into(),
        resources: vec!["arn:aws:s3:::logs/?*".to_owned()],
        resource_account: ACCOUNT.to_owned(),
        given: Conditions::none(),
        expected,
    }
}

pub(crate) fn given(conditions: &[(QualifiedOperator, &str, &[&str])]) -> Conditions {
    let mut given = Conditions::none();
    for (operator, key, values) in conditions {
        given.add(
            *operator,
            *key,
            values.iter().map(|value| (*value).to_owned()),
        );
    }
    given
}

fn named(arn: &str) -> Callers {
    Callers::Named(vec![arn.to_owned()])
}

const LOCK: &str = r#"{"Sid": "Lock", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
    "Resource": "arn:aws:s3:::logs/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}}"#;

fn from_elsewhere() -> Conditions {
    given(&[(
        Operator::StringNotEquals.into(),
        "aws:SourceVpce",
        &["vpce-1", "vpce-2"],
    )])
}

/// Proven, or the lines of the counterexample that have a value.
fn check(
    name: &str,
    statements: &str,
    change: impl FnOnce(&mut Claim),
    expected: Result<(), &str>,
) {
    let mut claim = claim(statements, Expected::ExplicitDeny);
    claim.given = from_elsewhere();
    change(&mut claim);
    let proof = prove(&claim);
    match (&proof, expected) {
        (Proof::Proven { requests }, Ok(())) => assert!(*requests > 0, "{name}"),
        (Proof::Refuted(found), Err(lines)) => {
            let lines: Vec<&str> = lines.lines().map(str::trim).collect();
            let found = found.to_string();
            let found: Vec<&str> = found.lines().map(str::trim).collect();
            assert_eq!(found, lines, "{name}");
        }
        _ => panic!("{name}: {proof:?}"),
    }
}

#[test]
fn a_lock_holds_or_a_request_shows_that_it_does_not() {
    check("the lock", LOCK, |_| {}, Ok(()));
    check(
        "an action is missing",
        &LOCK.replace(r#""s3:*""#, r#"["s3:Get*", "s3:Put*"]"#),
        |_| {},
        Err("principal: arn:aws:iam::111122223333:role/x
             action:    s3:DeleteObject
             resource:  arn:aws:s3:::logs/x
             answer:    allowed by statement 1 of everything"),
    );
    check(
        "a prefix is missing",
        &LOCK.replace("logs/*", "logs/a/*"),
        |_| {},
        Err("principal: arn:aws:iam::111122223333:role/x
             action:    s3:GetObject
             resource:  arn:aws:s3:::logs/x
             answer:    allowed by statement 1 of everything"),
    );
    check(
        "an absent key is denied all the same",
        &LOCK.replace("StringNotEquals", "StringNotEqualsIfExists"),
        |_| {},
        Ok(()),
    );
    check(
        "a value for all that an empty request meets",
        &LOCK.replace("StringNotEquals", "ForAnyValue:StringNotEquals"),
        |claim| claim.callers = named("arn:aws:iam::111122223333:user/Ann"),
        Err("principal: arn:aws:iam::111122223333:user/Ann
             action:    s3:GetObject
             resource:  arn:aws:s3:::logs/x
             answer:    allowed by statement 1 of everything"),
    );
    check(
        "another endpoint is let in",
        &LOCK.replace("vpce-2", "vpce-2\", \"vpce-3"),
        |claim| claim.callers = named("arn:aws:iam::111122223333:role/Ann"),
        Err("principal: arn:aws:iam::111122223333:role/Ann
             action:    s3:GetObject
             resource:  arn:aws:s3:::logs/x
             context:   aws:SourceVpce = vpce-3
             answer:    allowed by statement 1 of everything"),
    );
}

#[test]
fn exceptions_are_found_unless_they_are_given() {
    let except = |condition: &str| {
        LOCK.replace(
            r#""Condition": {"#,
            &format!(r#""Condition": {{{condition}, "#),
        )
    };
    let emergency = except(
        r#""ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/Emergency*"}"#,
    );
    check(
        "a role is let in",
        &emergency,
        |_| {},
        Err("principal: arn:aws:iam::111122223333:role/Emergency
             action:    s3:GetObject
             resource:  arn:aws:s3:::logs/x
             answer:    allowed by statement 1 of everything"),
    );
    let emergency_given = (
        QualifiedOperator::from(Operator::ArnNotLike),
        "aws:PrincipalArn",
        &["arn:aws:iam::111122223333:role/Emergency*"][..],
    );
    let endpoints = (
        QualifiedOperator::from(Operator::StringNotEquals),
        "aws:SourceVpce",
        &["vpce-1", "vpce-2"][..],
    );
    check(
        "it is known",
        &emergency,
        |claim| claim.given = given(&[emergency_given, endpoints]),
        Ok(()),
    );
    check(
        "calls through a service",
        &except(r#""ForAllValues:StringNotEquals": {"aws:CalledVia": "athena.amazonaws.com"}"#),
        |claim| claim.callers = named("arn:aws:iam::111122223333:role/Ann"),
        Err("principal: arn:aws:iam::111122223333:role/Ann
             action:    s3:GetObject
             resource:  arn:aws:s3:::logs/x
             context:   aws:CalledVia = athena.amazonaws.com
             answer:    allowed by statement 1 of everything"),
    );
}

#[test]
fn what_a_statement_opens_is_found() {
    let opened = |name: &str, statement: &str, expected: Result<(), &str>| {
        let mut claim = claim(statement, Expected::NotAllowed);
        claim.given = given(&[(
            Operator::StringNotEquals.into(),
            "aws:PrincipalAccount",
            &[ACCOUNT],
        )]);
        let proof = prove(&claim);
        let found = match &proof {
            Proof::Proven { .. } => Ok(()),
            Proof::Refuted(found) => Err(found.to_string()),
            Proof::Undecided(why) => panic!("{name}: {why}"),
        };
        let lines = |text: &str| {
            text.lines()
                .map(str::trim)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found.map_err(|text| lines(&text)),
            expected.map_err(lines),
            "{name}"
        );
    };
    opened(
        "to everyone",
        r#"{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}"#,
        Err("principal: anybody, unsigned
             action:    s3:GetObject
             resource:  arn:aws:s3:::logs/x
             answer:    allowed by statement `Open` of bucket policy"),
    );
    opened(
        "to the own account",
        r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}"#,
        Ok(()),
    );
    opened(
        "to whoever has a tag",
        r#"{"Sid": "Tags", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::logs/${aws:PrincipalTag/team}/*"}"#,
        Err("principal: arn:aws:iam::999999999999:role/x
             action:    s3:PutObject
             resource:  arn:aws:s3:::logs/x/
             context:   aws:principaltag/team = x
             answer:    allowed by statement `Tags` of bucket policy"),
    );
    opened(
        "to whoever has the bucket's name in a tag",
        r#"{"Sid": "Tags", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::${aws:PrincipalTag/bucket}/*"}"#,
        Err("principal: arn:aws:iam::999999999999:role/x
             action:    s3:PutObject
             resource:  arn:aws:s3:::logs/y
             context:   aws:principaltag/bucket = logs
             answer:    allowed by statement `Tags` of bucket policy"),
    );
    opened(
        "to an organisation, from some networks",
        r#"{"Sid": "Org", "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                          "DateLessThan": {"aws:CurrentTime": "2030-01-01"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}}"#,
        Err("principal: arn:aws:iam::999999999999:role/x
             action:    s3:PutObject
             resource:  arn:aws:s3:::logs/x
             context:   aws:CurrentTime = 2029-01-01
                        aws:MultiFactorAuthAge = 59
                        aws:PrincipalOrgID = o-1
                        aws:SourceIp = 10.0.0.0
             answer:    allowed by statement `Org` of bucket policy"),
    );
}

#[test]
fn more_than_before_is_found() {
    let before = r#"{"Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/flow/*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:111122223333:*"}}}"#;
    let more = r#"{"Sid": "More", "Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*"}"#;
    let same = claim(before, Expected::NoMoreThan(Box::new(bucket(before))));
    assert!(prove(&same).is_proven());
    let both = claim(
        &format!("{before}, {more}"),
        Expected::NoMoreThan(Box::new(bucket(before))),
    );
    let proof = prove(&both);
    let found = proof.counterexample().unwrap();
    assert_eq!(found.outcome, Outcome::Allowed);
    assert_eq!(found.request.action, "s3:GetObject");
    assert_eq!(found.by.as_ref().unwrap().sid.as_deref(), Some("More"));
}

#[test]
fn what_is_merely_not_denied_refutes_a_denial_too() {
    let mut claim = claim(LOCK, Expected::ExplicitDeny);
    claim.policies.identity.clear();
    claim.callers = named("arn:aws:iam::111122223333:role/Ann");
    let proof = prove(&claim);
    assert_eq!(
        proof.counterexample().unwrap().outcome,
        Outcome::ImplicitDeny
    );
}
