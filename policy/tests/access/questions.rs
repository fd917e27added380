//! The JSON of questions and answers, as `cloister access` speaks it.

use cloister_policy::access::{Answer, AnswerFailure, Question, answer_line};
use schemars::schema_for;
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/data";

fn answered(question: &Value) -> String {
    answer_line(7, &question.to_string())
}

/// A question about reading an object, with these fields besides.
fn reading(more: &Value) -> Value {
    let mut question =
        json!({"principal": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::logs/a"});
    for (name, value) in more.as_object().expect("an object") {
        question[name] = value.clone();
    }
    question
}

#[test]
fn an_answer_says_what_decided_and_why() {
    let all = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let deny = json!({"Statement": [{"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]});
    let cases = [
        (
            json!({}),
            r#"{"decision":"implicit_deny","layer":"identity","reason":"no identity-based policy allows `s3:GetObject`"}"#,
        ),
        (
            json!({"id": "1", "policies": {"identity": [{"name": "full", "document": all}]}}),
            r#"{"id":"1","decision":"allowed","layer":"identity","document":"full","statement":{"index":0},"reason":"the identity-based policy `full`, statement 0 allows `s3:GetObject`"}"#,
        ),
        (
            json!({"policies": {"identity": [all], "endpoint": {"name": "vpce-1", "document": deny.to_string()}}}),
            r#"{"decision":"explicit_deny","layer":"endpoint","document":"vpce-1","statement":{"index":0,"sid":"No"},"reason":"explicit deny in the VPC endpoint policy `vpce-1`, statement `No`"}"#,
        ),
        (
            json!({"policies": {"service_control": [[all], [deny]]}}),
            r#"{"decision":"explicit_deny","layer":"service_control","document":"policies.service_control[1][0]","statement":{"index":0,"sid":"No"},"reason":"explicit deny in the service control policy `policies.service_control[1][0]`, statement `No`"}"#,
        ),
        (
            json!({"policies": {"identity": [all], "unread": ["boundary"]}}),
            r#"{"decision":"undecided","layer":"boundary","reason":"nothing that was read denies `s3:GetObject`, and the permissions boundary was not read"}"#,
        ),
        (
            json!({"principal": "111122223333"}),
            r#"{"decision":"allowed","layer":"identity","reason":"the root user of the account needs no policy"}"#,
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(answered(&reading(&more)), expected);
    }
}

#[test]
fn principals_are_read_in_every_form() {
    let cases = [
        (json!("arn:aws:iam::111122223333:user/lab/anna"), "user"),
        (
            json!({"user": "arn:aws:iam::111122223333:user/lab/anna"}),
            "user",
        ),
        (json!(ROLE), "role"),
        (json!({"role": ROLE}), "role"),
        (
            json!("arn:aws:sts::111122223333:assumed-role/data/monday"),
            "session",
        ),
        (
            json!({"role": ROLE, "session": "arn:aws:sts::111122223333:assumed-role/data/monday"}),
            "session",
        ),
        (json!("arn:aws:iam::111122223333:root"), "root"),
        (json!("111122223333"), "root"),
        (json!({"root": "111122223333"}), "root"),
        (json!("s3.amazonaws.com"), "service"),
        (json!({"service": "s3.amazonaws.com"}), "service"),
        (json!({"federated": "accounts.google.com"}), "federated"),
        (json!("anonymous"), "anyone"),
    ];
    let grant = |sid: &str, principal: Value| json!({"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"});
    for (principal, sid) in cases {
        let mut statements = vec![
            grant(
                "user",
                json!({"AWS": "arn:aws:iam::111122223333:user/lab/anna"}),
            ),
            grant(
                "session",
                json!({"AWS": "arn:aws:sts::111122223333:assumed-role/data/monday"}),
            ),
            grant("service", json!({"Service": "s3.amazonaws.com"})),
            grant("federated", json!({"Federated": "accounts.google.com"})),
        ];
        match sid {
            "role" => statements.push(grant("role", json!({"AWS": ROLE}))),
            "root" => statements.push(grant("root", json!({"AWS": "111122223333"}))),
            "anyone" => statements.push(grant("anyone", json!("*"))),
            _ => {}
        }
        let policy = json!({"name": "bucket", "document": {"Statement": statements}});
        let line = answered(&reading(
            &json!({"principal": principal, "policies": {"resource": policy}}),
        ));
        let answer: Answer = serde_json::from_str(&line).expect("an answer");
        let statement = answer.statement.expect("a statement decides");
        assert_eq!(statement.sid.as_deref(), Some(sid), "{principal}");
    }
}

#[test]
fn a_malformed_question_says_what_where_and_the_way_out() {
    let cases = [
        (
            reading(&json!({"polices": {}})),
            "unknown field `polices`, expected one of `id`, `principal`",
        ),
        (
            json!({"id": "x", "principal": ROLE}),
            "missing field `action`",
        ),
        (
            reading(&json!({"principal": "data"})),
            "`principal`: `data` names no principal; write the ARN of a user, role",
        ),
        (
            reading(&json!({"principal": {"role": ROLE, "user": ROLE}})),
            "`principal`: it needs exactly one of `role`, `user`",
        ),
        (
            reading(&json!({"principal": {"user": ROLE}})),
            "is no ARN of a user",
        ),
        (
            reading(
                &json!({"principal": {"role": ROLE, "session": "arn:aws:sts::111122223333:assumed-role/other/x"}}),
            ),
            "is no session of",
        ),
        (
            reading(&json!({"principal": 5})),
            "expected a principal, as a text or an object",
        ),
        (
            reading(&json!({"action": "GetObject"})),
            "`action`: `GetObject` is no action; write `SERVICE:Name`",
        ),
        (
            reading(&json!({"action": "s3:*"})),
            "`action`: `s3:*` is no action",
        ),
        (
            reading(&json!({"resource": "logs/a"})),
            "`resource`: `logs/a` is neither `*` nor an ARN with six parts",
        ),
        (
            reading(&json!({"resource_account": "1234"})),
            "`resource_account`: `1234` is no account id; write its twelve digits",
        ),
        (
            reading(&json!({"context": {"aws:SourceVpce": {"a": 1}}})),
            "a condition key has texts, booleans and numbers, not `{\"a\":1}`",
        ),
        (
            reading(&json!({"context": {"aws:TagKeys": ["a", null]}})),
            "a condition key has texts, booleans and numbers, not `null`",
        ),
        (
            reading(
                &json!({"context": {"aws:ResourceTag/team": "a", "aws:ResourceTag/Team": "b"}}),
            ),
            "are one key, since case makes no difference; keep one",
        ),
    ];
    check_failures(cases);
}

#[test]
fn a_malformed_policy_says_where_among_the_policies_it_stands() {
    let policy =
        |document: Value| json!({"policies": {"identity": [{"name": "p", "document": document}]}});
    let cases = [
        (
            reading(&policy(
                json!({"Statement": [{"Effect": "Alow", "Action": "*", "Resource": "*"}]}),
            )),
            "`policies.identity[0]`: line 1, column 25 (`Statement[0].Effect`): `Alow` is not possible; write `Allow` or `Deny`",
        ),
        (
            reading(&policy(json!("{\"Statement\": ["))),
            "`policies.identity[0]`: line 1, column 15: this is no JSON",
        ),
        (
            reading(&policy(json!(5))),
            "`policies.identity[0]`: line 1, column 1: found a number; write an object",
        ),
        (
            reading(&json!({"policies": {"identity": [{"name": "p"}]}})),
            "missing field `document`",
        ),
        (
            reading(&json!({"policies": {"resource": []}})),
            "policy is an object",
        ),
        (
            reading(&json!({"policies": {"unread": ["bucket"]}})),
            "unknown variant `bucket`, expected one of `resource_control`",
        ),
    ];
    check_failures(cases);
}

/// Each question fails with a message that holds the text beside it.
fn check_failures(cases: impl IntoIterator<Item = (Value, &'static str)>) {
    for (question, expected) in cases {
        let line = answered(&question);
        let failure: AnswerFailure = serde_json::from_str(&line).expect("a failure");
        assert!(
            failure.error.contains(expected),
            "{}\nlacks {expected}",
            failure.error
        );
        assert_eq!(failure.line, 7);
        assert_eq!(failure.id.as_deref(), question["id"].as_str());
    }
}

#[test]
fn what_is_no_json_is_a_failure_of_its_line() {
    for line in ["", "{", "nonsense", "[]", "null", "\u{0}", "{\"id\": 5}"] {
        let failure: AnswerFailure =
            serde_json::from_str(&answer_line(3, line)).expect("a failure");
        assert_eq!((failure.id, failure.line), (None, 3), "{line}");
    }
}

#[test]
fn the_schema_of_questions_and_answers_is_as_reviewed() {
    insta::assert_json_snapshot!("question-schema", schema_for!(Question));
    insta::assert_json_snapshot!("answer-schema", schema_for!(Answer));
}
