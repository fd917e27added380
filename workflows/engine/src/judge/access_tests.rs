//! Verdicts of `access` checks as tables: what stands in the account, and what it comes to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::judge;
use crate::access::{ObjectRef, Objects};
use crate::evidence::{Evidence, Observation};
use crate::length::Length;
use crate::load::Workflow;
use crate::plan::Plan;
use crate::verdict::{Exhibit, Judgement, Verdict};

const ROLE: &str = "arn:aws:iam::111122223333:role/team/data";
const USER: &str = "arn:aws:iam::111122223333:user/ada";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
const READ: &str = "arn:aws:iam::aws:policy/ReadObjects";
const LIMIT: &str = "arn:aws:iam::111122223333:policy/limit";
const NO_ORGANIZATION: &str = "assume_none: [service_control, resource_control]";

fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Sid": "Allowed", "Effect": "Allow", "Action": action, "Resource": resource})
}

/// A role that may read objects by a managed policy, and list by an inline one.
fn role() -> Value {
    json!({
        "name": "data", "path": "/team/", "arn": ROLE,
        "trust_policy": policy(&json!([{
            "Sid": "Ada", "Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole",
        }])),
        "permissions_boundary": null,
        "inline_policies": {"list": policy(&json!([allow("s3:ListBucket", "*"), allow("kms:*", "*")]))},
        "attached_policies": [READ],
        "tags": {"team": "red"},
    })
}

fn user() -> Value {
    json!({
        "name": "ada", "path": "/", "arn": USER,
        "permissions_boundary": LIMIT,
        "inline_policies": {}, "attached_policies": [], "groups": ["readers"], "tags": {},
    })
}

fn lock() -> Value {
    policy(&json!([{
        "Sid": "OnlyFromInside", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    }]))
}

fn bucket(ownership: &str) -> Value {
    json!({"name": "logs", "account_id": "111122223333", "ownership": ownership})
}

/// Everything that the checks below look at.
fn account() -> Objects {
    let found = [
        ("iam:role", ROLE, role()),
        ("iam:user", USER, user()),
        (
            "iam:group",
            "readers",
            json!({
                "name": "readers", "arn": "arn:aws:iam::111122223333:group/readers",
                "inline_policies": {"read": policy(&json!([allow("s3:*", "*")]))}, "attached_policies": [],
            }),
        ),
        (
            "iam:policy",
            READ,
            json!({"policy": policy(&json!([allow("s3:GetObject", "*")]))}),
        ),
        (
            "iam:policy",
            LIMIT,
            json!({"policy": policy(&json!([allow("s3:GetObject", "*")]))}),
        ),
        (
            "s3:bucket-policy",
            "logs",
            json!({"bucket": "logs", "policy": lock()}),
        ),
        ("s3:bucket", "logs", bucket("BucketOwnerEnforced")),
        ("s3:bucket", "bare", bucket("BucketOwnerEnforced")),
        ("s3:bucket", "lists", bucket("ObjectWriter")),
        (
            "kms:key",
            KEY,
            json!({"arn": KEY, "tags": {"team": "red"}, "policy": policy(&json!([
                {"Sid": "Ours", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*",
                 "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}},
            ]))}),
        ),
        (
            "ec2:vpc-endpoint",
            "vpce-1",
            json!({
                "id": "vpce-1", "vpc_id": "vpc-1", "policy": policy(&json!([
                    {"Sid": "Ours", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"},
                ])),
            }),
        ),
        (
            "ec2:vpc-endpoint",
            "vpce-2",
            json!({"id": "vpce-2", "vpc_id": "vpc-1", "policy": null}),
        ),
    ];
    let absent = [
        ("iam:role", "arn:aws:iam::111122223333:role/gone"),
        ("s3:bucket-policy", "bare"),
        ("s3:bucket-policy", "lists"),
        ("s3:bucket-policy", "gone"),
        ("s3:bucket", "gone"),
        ("ec2:vpc-endpoint", "vpce-9"),
    ];
    let found = found.map(|(kind, id, object)| (object_ref(kind, id), Observation::Found(object)));
    let absent = absent.map(|(kind, id)| (object_ref(kind, id), Observation::Absent));
    found.into_iter().chain(absent).collect()
}

fn object_ref(kind: &'static str, id: &str) -> ObjectRef {
    ObjectRef {
        kind,
        id: id.to_owned(),
    }
}

/// The account without one object, which nobody may read.
fn account_hiding(kind: &'static str, id: &str) -> Objects {
    let mut objects = account();
    let hidden = Observation::Unreadable("grant `x:Get`".to_owned());
    assert!(
        objects.insert(object_ref(kind, id), hidden).is_some(),
        "{kind} {id}"
    );
    objects
}

fn account_with(kind: &'static str, id: &str, object: Value) -> Objects {
    let mut objects = account();
    objects.insert(object_ref(kind, id), Observation::Found(object));
    objects
}

fn plan(check: &str) -> Plan {
    let text = format!(
        "id: test\ntitle: Test\nsteps:\n- {{id: a, title: A, check: {{access: {{{check}}}}}}}\n"
    );
    Workflow::load("test.yaml", &text)
        .and_then(|workflow| workflow.bind(&BTreeMap::new()))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn judged(check: &str, objects: Objects) -> Judgement {
    let now = "2026-01-01T00:00:00Z".parse().expect("a time");
    let evidence = Evidence {
        as_of: now,
        observed_at: now,
        since: now,
        delivery_lag: Length::minutes(15),
        observations: BTreeMap::new(),
        objects,
        records: BTreeMap::new(),
        flows: BTreeMap::new(),
        logging_changes: Vec::new(),
        sources: Vec::new(),
    };
    judge(&plan(check), &evidence).remove(0)
}

fn check(name: &str, text: &str, objects: Objects, expected: (Verdict, &str)) {
    let judgement = judged(text, objects);
    assert_eq!(
        (name, judgement.verdict),
        (name, expected.0),
        "{}",
        judgement.because
    );
    assert!(
        judgement.because.contains(expected.1),
        "{name}: {}",
        judgement.because
    );
}

/// The role, and what it asks.
fn asks(action: &str, resource: &str, expect: &str, more: &str) -> String {
    format!(
        "principal: '{ROLE}', action: {action}, resource: '{resource}', expect: {expect}, {more}"
    )
}

const OBJECT: &str = "arn:aws:s3:::logs/a";

#[test]
fn policies_as_they_stand_decide() {
    use Verdict::{Fail, NotAttempted, Pass, Unavailable};
    let inside = format!("endpoint: vpce-1, {NO_ORGANIZATION}");
    let session = "arn:aws:sts::111122223333:assumed-role/data/ada";
    let through_session = |more: &str| {
        format!(
            "principal: '{session}', action: s3:GetObject, resource: '{OBJECT}', expect: allow, endpoint: vpce-1, {more}"
        )
    };
    let mut with_session = account();
    let observed = Observation::Found(role());
    with_session.insert(object_ref("iam:role", session), observed);
    let cases = [
        ("allowed through the endpoint", asks("s3:GetObject", OBJECT, "allow", &inside), account(), Pass,
         "statement `Allowed`"),
        ("denied from outside by the bucket", asks("s3:GetObject", OBJECT, "deny", "layer: resource, context: {'aws:SourceIp': 192.0.2.1}"),
         account(), Pass, "explicit deny in the resource-based policy `policy of bucket logs`, statement `OnlyFromInside`"),
        ("denied, but an allow is expected", asks("s3:GetObject", OBJECT, "allow", NO_ORGANIZATION), account(), Fail,
         "is denied: explicit deny"),
        ("allowed, but a deny is expected", asks("s3:GetObject", OBJECT, "deny", &inside), account(), Fail,
         "is allowed: "),
        ("denied by another layer than expected", asks("s3:GetObject", OBJECT, "deny", "layer: endpoint"), account(), Fail,
         "is denied, but not by the VPC endpoint policy: explicit deny in the resource-based policy"),
        ("the endpoint's policy lacks an allow", asks("s3:GetObject", "arn:aws:s3:::bare/a", "deny", "endpoint: vpce-1, layer: endpoint"),
         account(), Pass, "no VPC endpoint policy allows `s3:GetObject` (policy of endpoint vpce-1)"),
        ("an endpoint without policy lets everything pass", asks("s3:GetObject", "arn:aws:s3:::bare/a", "allow",
         &format!("endpoint: vpce-2, {NO_ORGANIZATION}")), account(), Pass, "identity-based policy"),
        ("nothing allows, and no list can", asks("s3:PutObject", OBJECT, "deny", "layer: identity"), account(), Pass,
         "no identity-based policy allows `s3:PutObject`"),
        ("nothing allows, but a list may", asks("s3:PutObject", "arn:aws:s3:::lists/a", "deny", ""), account(), Unavailable,
         "access control lists are in force"),
        ("nothing allows, and whether lists may is hidden", asks("s3:PutObject", OBJECT, "deny", ""),
         account_hiding("s3:bucket", "logs"), Unavailable, "grant `x:Get`"),
        ("allowed, but for what the organization says", asks("s3:GetObject", OBJECT, "allow", "endpoint: vpce-1"), account(),
         Unavailable, "policies of the organization are not read"),
        ("the identity's policy is hidden, and the bucket denies", asks("s3:GetObject", OBJECT, "deny", ""),
         account_hiding("iam:policy", READ), Pass, "explicit deny"),
        ("the identity's policy is hidden, and an allow is expected", asks("s3:GetObject", OBJECT, "allow", &inside),
         account_hiding("iam:policy", READ), Unavailable, "not known are the identity-based policy (grant `x:Get`)"),
        ("the bucket's policy is hidden", asks("s3:GetObject", OBJECT, "deny", ""),
         account_hiding("s3:bucket-policy", "logs"), Unavailable, "not known are the resource-based policy (grant `x:Get`), the service control policy and resource control policy (policies of"),
        ("the endpoint is somebody else's, and the bucket denies", asks("s3:GetObject", OBJECT, "deny", "endpoint: vpce-9"),
         account(), Pass, "explicit deny in the resource-based policy"),
        ("the role does not exist", "principal: 'arn:aws:iam::111122223333:role/gone', action: s3:GetObject, resource: 'arn:aws:s3:::logs/a', expect: deny".to_owned(),
         account(), NotAttempted, "`iam:role` `arn:aws:iam::111122223333:role/gone` does not exist"),
        ("the bucket does not exist", asks("s3:GetObject", "arn:aws:s3:::gone/a", "deny", ""), account(), NotAttempted,
         "`s3:bucket` `gone` does not exist"),
        ("nothing was observed", asks("s3:GetObject", OBJECT, "deny", ""), Objects::new(), Unavailable,
         "no AWS account was given"),
        ("a user has the policies of its groups", format!("principal: '{USER}', action: s3:GetObject, resource: '{OBJECT}', expect: allow, {inside}"),
         account(), Pass, "`inline policy read of group readers`"),
        ("a boundary limits it", format!("principal: '{USER}', action: s3:PutObject, resource: '{OBJECT}', expect: deny, layer: boundary"),
         account(), Pass, &*format!("({LIMIT})")),
        ("a boundary that is hidden leaves an allow open", format!("principal: '{USER}', action: s3:GetObject, resource: '{OBJECT}', expect: allow, {inside}"),
         account_hiding("iam:policy", LIMIT), Unavailable, "not known are the permissions boundary (grant"),
        ("tags of role and key are compared", asks("kms:Decrypt", KEY, "allow", NO_ORGANIZATION), account(), Pass, "allows `kms:Decrypt`"),
        ("a tag that the check gives stands", asks("kms:Decrypt", KEY, "deny",
         "context: {'aws:PrincipalTag/team': blue}, assume_none: [grants]"), account(), Pass, "no resource-based policy allows"),
        ("a grant may allow what no policy does", asks("kms:Decrypt", KEY, "deny", "context: {'aws:PrincipalTag/team': blue}"),
         account(), Unavailable, "grants are not read"),
        ("a trust policy that names the user is enough", format!("principal: '{USER}', action: sts:AssumeRole, resource: '{ROLE}', expect: deny, layer: boundary"),
         account(), Unavailable, ""),
        ("of services whose policies are not read nothing is known", asks("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", "deny", ""),
         account(), Unavailable, "the policies of resources of `sqs` are not read"),
        ("but the writer's word counts", asks("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", "deny", "assume_none: [resource]"),
         account(), Pass, "no identity-based policy allows"),
        ("a session may have a policy that nobody sees", through_session(NO_ORGANIZATION), with_session.clone(), Unavailable,
         "AWS does not show the policy of a session"),
        ("a session without policy is its role", through_session("assume_none: [service_control, resource_control, session]"),
         with_session, Pass, "allows `s3:GetObject`"),
        ("a document that AWS would not store is not read", asks("s3:GetObject", OBJECT, "allow", &inside),
         account_with("iam:policy", READ, json!({"policy": {"Statement": [{"Effect": "Allw"}]}})), Unavailable, "cannot be parsed"),
        ("an object that is not as it should be is not read", asks("s3:GetObject", OBJECT, "allow", &inside),
         account_with("iam:policy", READ, json!({})), Unavailable, "is not as expected: missing field `policy`"),
    ];
    for (name, text, objects, verdict, because) in cases {
        check(name, &text, objects, (verdict, because));
    }
}

#[test]
fn keys_that_nobody_gives_leave_a_decision_open() {
    use Verdict::{Fail, Pass, Unavailable};
    let by_address = policy(&json!([{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    }]));
    let by_vpc = policy(&json!([{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
    }]));
    let by_tag = policy(&json!([{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "red"}},
    }]));
    let cases = [
        (
            "no address",
            &by_address,
            "",
            Unavailable,
            "`aws:SourceIp`, which is not known",
        ),
        (
            "an address",
            &by_address,
            "context: {'aws:SourceIp': 203.0.113.7}",
            Pass,
            "explicit deny",
        ),
        (
            "an address of ours",
            &by_address,
            &*format!("context: {{'aws:SourceIp': 192.0.2.7}}, {NO_ORGANIZATION}"),
            Fail,
            "is allowed",
        ),
        (
            "absent in so many words",
            &by_address,
            "context: {'aws:SourceIp': null}",
            Pass,
            "explicit deny",
        ),
        (
            "absent behind an endpoint",
            &by_address,
            "endpoint: vpce-2",
            Pass,
            "explicit deny",
        ),
        (
            "the VPC of a foreign endpoint",
            &by_vpc,
            "endpoint: vpce-9",
            Unavailable,
            "`aws:SourceVpc`, which is not known",
        ),
        (
            "the VPC of our endpoint",
            &by_vpc,
            &*format!("endpoint: vpce-2, {NO_ORGANIZATION}"),
            Fail,
            "is allowed",
        ),
        (
            "the VPC given",
            &by_vpc,
            "endpoint: vpce-9, context: {'aws:SourceVpc': vpc-9}",
            Pass,
            "explicit deny",
        ),
    ];
    for (name, document, more, verdict, because) in cases {
        let objects = account_with("s3:bucket-policy", "logs", json!({"policy": document}));
        check(
            name,
            &asks("s3:GetObject", OBJECT, "deny", more),
            objects,
            (verdict, because),
        );
    }
    let mut objects = account_hiding("iam:role", ROLE);
    let found = Observation::Found(json!({"policy": by_tag}));
    objects.insert(object_ref("s3:bucket-policy", "logs"), found);
    let text = asks("s3:GetObject", OBJECT, "deny", "");
    check(
        "tags of a hidden role",
        &text,
        objects,
        (Unavailable, "the principal was not read"),
    );
}

#[test]
fn each_action_on_each_resource_must_come_out() {
    use Verdict::{Fail, Pass, Unavailable};
    let both = |actions: &str, expect: &str| {
        format!(
            "principal: '{ROLE}', action: {actions}, resource: ['{OBJECT}', 'arn:aws:s3:::bare/a'], expect: {expect}, \
             endpoint: vpce-2, {NO_ORGANIZATION}"
        )
    };
    let because = "All 4 requests come out as expected";
    check(
        "all denied",
        &both("[s3:PutObject, s3:DeleteObject]", "deny"),
        account(),
        (Pass, because),
    );
    check(
        "one allowed",
        &both("[s3:PutObject, s3:GetObject]", "deny"),
        account(),
        (Fail, "`s3:GetObject` on `arn:aws:s3:::bare/a` is allowed"),
    );
    check(
        "one undecided",
        &both("[s3:PutObject, s3:DeleteObject]", "deny"),
        account_hiding("s3:bucket", "bare"),
        (
            Unavailable,
            "`s3:PutObject` on `arn:aws:s3:::bare/a` is undecided",
        ),
    );
    check(
        "a failure outweighs what is undecided",
        &both("[s3:PutObject, s3:GetObject]", "deny"),
        account_hiding("s3:bucket-policy", "logs"),
        (Fail, "is allowed"),
    );
}

#[test]
fn the_evidence_names_decision_policy_statement_and_objects() {
    let text = asks("s3:GetObject", OBJECT, "deny", "");
    let judgement = judged(&text, account());
    insta::assert_json_snapshot!(judgement.evidence);
    let documents = judgement
        .evidence
        .iter()
        .filter(|one| matches!(one, Exhibit::Decision(_)));
    assert_eq!(documents.count(), 1);
}

#[test]
fn objects_lead_to_objects_until_nothing_is_missing() {
    let text = format!(
        "principal: '{USER}', action: s3:GetObject, resource: '{OBJECT}', endpoint: vpce-1, expect: allow"
    );
    let plan = plan(&text);
    let account = account();
    let mut known = Objects::new();
    let mut rounds: Vec<Vec<String>> = Vec::new();
    loop {
        let missing: BTreeSet<ObjectRef> = plan.missing_objects(&known);
        if missing.is_empty() {
            break;
        }
        rounds.push(missing.iter().map(|one| one.kind.to_owned()).collect());
        known.extend(missing.into_iter().map(|one| {
            let found = account[&one].clone();
            (one, found)
        }));
    }
    let first = vec![
        "ec2:vpc-endpoint",
        "iam:user",
        "s3:bucket",
        "s3:bucket-policy",
    ];
    assert_eq!(rounds, [first, vec!["iam:group", "iam:policy"]]);
}
