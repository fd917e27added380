//! Drift of keys, logs, roles and policies.

use cloister_tests::rig::studio_domain;
use serde_json::{Value, json};

use super::{Drift, check};
use crate::studio_domain::fixture::Standing;

/// What nobody here should ever be allowed.
fn everything() -> String {
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [all]}).to_string()
}

fn on_key(it: &Standing<'_>, part: &str, operation: &str, mut parameters: Value) {
    parameters["KeyId"] = json!(it.id(part));
    it.aws.call("kms", operation, &parameters);
}

fn on_role(it: &Standing<'_>, part: &str, operation: &str, mut parameters: Value) {
    parameters["RoleName"] = json!(it.id(part));
    it.iam(operation, &parameters);
}

const KEYS: [Drift; 8] = [
    Drift {
        what: "a key is everybody's",
        made: |it| {
            let policy = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*",
            }]});
            let policy = json!({"PolicyName": "default", "Policy": policy.to_string()});
            on_key(it, "keys/home", "put_key_policy", policy);
        },
        shown: &["keys/home: policy"],
    },
    Drift {
        what: "a key does not rotate",
        made: |it| on_key(it, "keys/volumes", "disable_key_rotation", json!({})),
        shown: &["keys/volumes: rotation"],
    },
    Drift {
        what: "a key is disabled",
        made: |it| on_key(it, "keys/data", "disable_key", json!({})),
        shown: &["keys/data: enabled"],
    },
    Drift {
        what: "a key is said to be for something else",
        made: |it| {
            let text = json!({"Description": "old"});
            on_key(it, "keys/data", "update_key_description", text);
        },
        shown: &["keys/data: description"],
    },
    Drift {
        what: "a tag of a key is gone",
        made: |it| {
            on_key(
                it,
                "keys/home",
                "untag_resource",
                json!({"TagKeys": ["stage"]}),
            );
        },
        shown: &["keys/home: tags/stage"],
    },
    Drift {
        what: "an alias points to another key",
        made: |it| {
            let moved =
                json!({"AliasName": it.id("keys/home/alias"), "TargetKeyId": it.id("keys/data")});
            it.aws.call("kms", "update_alias", &moved);
        },
        shown: &["keys/home/alias: target_key_id"],
    },
    Drift {
        what: "records are kept for a day",
        made: |it| {
            let day = json!({"logGroupName": it.id("logs/flow"), "retentionInDays": 1});
            it.aws.call("logs", "put_retention_policy", &day);
        },
        shown: &["logs/flow: retention_days"],
    },
    Drift {
        what: "the log group is gone",
        made: |it| {
            let group = json!({"logGroupName": it.id("logs/flow")});
            it.aws.call("logs", "delete_log_group", &group);
        },
        shown: &["logs/flow: (new)"],
    },
];

const ROLES: [Drift; 11] = [
    Drift {
        what: "another account takes a role",
        made: |it| {
            let trust = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole",
            }]});
            let trust = json!({"PolicyDocument": trust.to_string()});
            on_role(it, "roles/mlops", "update_assume_role_policy", trust);
        },
        shown: &["roles/mlops: trust"],
    },
    Drift {
        what: "a role has a boundary",
        made: |it| {
            let boundary = json!({"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"});
            on_role(it, "roles/mlops", "put_role_permissions_boundary", boundary);
        },
        shown: &["roles/mlops: boundary_arn"],
    },
    Drift {
        what: "a role is said to be for something else",
        made: |it| {
            let text = json!({"Description": "old"});
            on_role(it, "roles/default", "update_role", text);
        },
        shown: &["roles/default: description"],
    },
    Drift {
        what: "sessions of a role last all day",
        made: |it| {
            let day = json!({"MaxSessionDuration": 43200});
            on_role(it, "roles/data-scientist", "update_role", day);
        },
        shown: &["roles/data-scientist: max_session_seconds"],
    },
    Drift {
        what: "a tag of a role is changed",
        made: |it| {
            let tag = json!({"Tags": [{"Key": "stage", "Value": "production"}]});
            on_role(it, "roles/mlops", "tag_role", tag);
        },
        shown: &["roles/mlops: tags/stage"],
    },
    Drift {
        what: "a persona's policy is another one",
        made: |it| {
            let policy = json!({"PolicyName": "persona", "PolicyDocument": everything()});
            on_role(it, "roles/data-scientist", "put_role_policy", policy);
        },
        shown: &["roles/data-scientist/policies: inline"],
    },
    Drift {
        what: "a persona has one more policy",
        made: |it| {
            let policy = json!({"PolicyName": "more", "PolicyDocument": everything()});
            on_role(it, "roles/mlops", "put_role_policy", policy);
        },
        shown: &["roles/mlops/policies: inline"],
    },
    Drift {
        what: "a persona is an administrator",
        made: |it| {
            let policy = json!({"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
            on_role(it, "roles/mlops", "attach_role_policy", policy);
        },
        shown: &["roles/mlops/policies: attached"],
    },
    Drift {
        what: "a persona has no guardrails",
        made: |it| {
            let policy = json!({"PolicyArn": it.id("policies/guardrails")});
            on_role(it, "roles/data-scientist", "detach_role_policy", policy);
        },
        shown: &["roles/data-scientist/policies: attached"],
    },
    Drift {
        what: "the guardrails are open",
        made: |it| {
            it.iam(
                "create_policy_version",
                &json!({
                    "PolicyArn": it.id("policies/guardrails"), "PolicyDocument": everything(), "SetAsDefault": true,
                }),
            );
        },
        shown: &["policies/guardrails: policy"],
    },
    Drift {
        what: "flow logs are delivered by a role that may do anything",
        made: |it| {
            let policy = json!({"PolicyName": "deliver", "PolicyDocument": everything()});
            on_role(it, "roles/flow-log", "put_role_policy", policy);
        },
        shown: &["roles/flow-log/policies: inline"],
    },
];

#[test]
fn keys_and_logs_are_mended() {
    check(
        &studio_domain().with("tags", r#"{ stage = "test" }"#),
        &KEYS,
    );
}

#[test]
fn roles_and_policies_are_mended() {
    check(
        &studio_domain().with("tags", r#"{ stage = "test" }"#),
        &ROLES,
    );
}
