//! How an observed policy is laid out like the desired one.

use cloister_policy::merge_view;
use serde_json::{Value, json};

fn check(desired: &Value, observed: &Value, expected: &Value) {
    let view = merge_view(desired, observed);
    assert_eq!(&view, expected);
    // Equal values of another key order would be another text.
    assert_eq!(view.to_string(), expected.to_string());
}

fn with_statements(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn check_statements(desired: &Value, observed: &Value, expected: &Value) {
    check(
        &with_statements(desired),
        &with_statements(observed),
        &with_statements(expected),
    );
}

#[test]
fn an_equivalent_policy_shows_as_desired_to_the_byte() {
    let desired = json!({
        "Statement": {
            "Sid": "", "Effect": "Allow", "Action": ["S3:Get*", "s3:get*"],
            "Principal": {"AWS": ["111122223333"]},
            "Condition": {"bool": {"AWS:securetransport": true}},
        },
    });
    let observed = json!({
        "Version": "2008-10-17",
        "Statement": [{
            "Effect": "Allow", "Action": "s3:Get*",
            "Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"},
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        }],
    });
    check(&desired, &observed, &desired);
}

#[test]
fn equal_statements_keep_their_place_and_spelling() {
    check_statements(
        &json!([
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:B", "s3:a"]},
            {"Effect": "Deny", "Action": ["kms:Decrypt"]},
        ]),
        &json!([
            {"Effect": "Deny", "Action": "kms:decrypt"},
            {"Sid": "Foreign", "Effect": "Allow", "Action": "ec2:*"},
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:A", "s3:B"]},
        ]),
        &json!([
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:B", "s3:a"]},
            {"Effect": "Deny", "Action": ["kms:Decrypt"]},
            {"Sid": "Foreign", "Effect": "Allow", "Action": "ec2:*"},
        ]),
    );
}

#[test]
fn missing_statements_are_absent() {
    check_statements(
        &json!([{"Sid": "A", "Effect": "Allow"}, {"Effect": "Deny"}, {"Sid": "B", "Effect": "Deny"}]),
        &json!([{"Sid": "B", "Effect": "Deny"}]),
        &json!([{"Sid": "B", "Effect": "Deny"}]),
    );
    check_statements(
        &json!([{"Sid": "A", "Effect": "Allow"}]),
        &json!([]),
        &json!([]),
    );
}

#[test]
fn a_changed_statement_without_sid_is_missing_and_foreign() {
    check_statements(
        &json!([{"Effect": "Deny", "Action": "a:b"}, {"Sid": "B", "Effect": "Deny"}]),
        &json!([{"Effect": "Allow", "Action": "a:b"}, {"Sid": "B", "Effect": "Deny"}]),
        &json!([{"Sid": "B", "Effect": "Deny"}, {"Effect": "Allow", "Action": "a:b"}]),
    );
}

#[test]
fn a_changed_statement_stands_in_the_place_of_its_sid() {
    check_statements(
        &json!([
            {"Sid": "A", "Effect": "Deny", "Action": ["s3:Put*", "s3:Get*"], "Resource": ["r"]},
            {"Sid": "B", "Effect": "Deny"},
        ]),
        &json!([
            {"Sid": "B", "Effect": "Deny"},
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:get*", "s3:put*"], "Resource": "r", "Principal": "*"},
        ]),
        &json!([
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:Put*", "s3:Get*"], "Resource": ["r"], "Principal": "*"},
            {"Sid": "B", "Effect": "Deny"},
        ]),
    );
}

#[test]
fn in_a_changed_list_only_the_change_shows() {
    for (rule, desired, observed, expected) in [
        (
            "an action was added",
            json!({"Action": ["s3:Put*", "s3:Get*"]}),
            json!({"Action": ["s3:delete*", "s3:get*", "s3:put*"]}),
            json!({"Action": ["s3:Put*", "s3:Get*", "s3:delete*"]}),
        ),
        (
            "an action was removed",
            json!({"Action": ["s3:Put*", "s3:Get*"]}),
            json!({"Action": "s3:get*"}),
            json!({"Action": ["s3:Get*"]}),
        ),
        (
            "a string grew into a list",
            json!({"Resource": "r"}),
            json!({"Resource": ["a", "r"]}),
            json!({"Resource": ["r", "a"]}),
        ),
        (
            "a string was replaced",
            json!({"Resource": "r"}),
            json!({"Resource": ["a"]}),
            json!({"Resource": "a"}),
        ),
        (
            "Action became NotAction",
            json!({"Action": "a:b"}),
            json!({"NotAction": "a:b"}),
            json!({"NotAction": "a:b"}),
        ),
        (
            "a principal was added",
            json!({"Principal": {"AWS": ["111122223333", "AIDA1"], "Service": "x"}}),
            json!({"Principal": {"AWS": ["AIDA1", "AIDA2", "arn:aws:iam::111122223333:root"], "Federated": "f"}}),
            json!({"Principal": {"AWS": ["111122223333", "AIDA1", "AIDA2"], "Federated": "f"}}),
        ),
        (
            "principals were opened to everyone",
            json!({"Principal": {"AWS": "111122223333"}}),
            json!({"Principal": "*"}),
            json!({"Principal": "*"}),
        ),
        (
            "a condition value was added",
            json!({"Condition": {"stringequals": {"AWS:sourcevpce": ["b", "a"]}, "Bool": {"k": true}}}),
            json!({"Condition": {"StringEquals": {"aws:SourceVpce": ["a", "b", "c"]}, "Bool": {"k": "true"}}}),
            json!({"Condition": {"stringequals": {"AWS:sourcevpce": ["b", "a", "c"]}, "Bool": {"k": true}}}),
        ),
        (
            "a condition was exchanged",
            json!({"Condition": {"Null": {"k": "true"}}}),
            json!({"Condition": {"Bool": {"k": "true"}}}),
            json!({"Condition": {"Bool": {"k": "true"}}}),
        ),
        (
            "a condition was dropped",
            json!({"Condition": {"Null": {"k": "true"}}}),
            json!({}),
            json!({}),
        ),
    ] {
        let [desired, observed, expected] = [desired, observed, expected].map(|mut members| {
            members["Sid"] = json!("S");
            members["Effect"] = json!("Deny");
            with_statements(&members)
        });
        assert_eq!(merge_view(&desired, &observed), expected, "{rule}");
    }
}

#[test]
fn the_frame_keeps_what_is_equal() {
    check(
        &json!({"Id": "", "Statement": []}),
        &json!({"Version": "2008-10-17", "Statement": [{"Effect": "Deny"}]}),
        &json!({"Id": "", "Statement": [{"Effect": "Deny"}]}),
    );
    check(
        &json!({"Version": "2012-10-17", "Id": "a", "Statement": {"Effect": "Deny"}}),
        &json!({"Version": "2008-10-17", "Id": "b", "Statement": [{"Effect": "Deny"}]}),
        &json!({"Version": "2008-10-17", "Id": "b", "Statement": {"Effect": "Deny"}}),
    );
}

#[test]
fn what_is_no_policy_comes_back_as_observed() {
    let policy = with_statements(&json!([]));
    for (desired, observed) in [
        (json!({"Statement": [{"Action": "a:b"}]}), policy.clone()),
        (json!("text"), policy.clone()),
        (policy, json!({"Statement": [{"Effect": "Deny", "New": 1}]})),
        (json!(null), json!(null)),
    ] {
        check(&desired, &observed, &observed);
    }
}

#[test]
fn placeholders_are_compared_as_text() {
    let desired =
        json!([{"Sid": "A", "Effect": "Deny", "Resource": "${bucket.arn}/$${aws:username}/*"}]);
    check_statements(&desired, &desired, &desired);
    let observed =
        json!([{"Sid": "A", "Effect": "Deny", "Resource": "arn:aws:s3:::b/${aws:username}/*"}]);
    check_statements(&desired, &observed, &observed);
}
