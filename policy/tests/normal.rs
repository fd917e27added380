//! Which differences count between two policies.

use std::collections::HashSet;

use cloister_policy::Document;

fn read(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `rows` are pairs of document texts that are equal, named by their rule.
fn check_equal(rows: &[(&str, &str, &str)]) {
    for (rule, one, other) in rows {
        let (one, other) = (read(one), read(other));
        assert_eq!(one.normal_form(), other.normal_form(), "{rule}");
        assert_eq!(
            one.normal_form().to_string(),
            other.normal_form().to_string(),
            "{rule}"
        );
        assert!(one.equivalent(&other) && other.equivalent(&one), "{rule}");
    }
}

fn check_different(rows: &[(&str, &str, &str)]) {
    for (rule, one, other) in rows {
        let (one, other) = (read(one), read(other));
        assert_ne!(one.normal_form(), other.normal_form(), "{rule}");
        assert!(!one.equivalent(&other) && !other.equivalent(&one), "{rule}");
    }
}

/// Wraps members into a statement of a document.
fn statement(members: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", {members}}}}}"#)
}

fn check_members_equal(rows: &[(&str, &str, &str)]) {
    for (rule, one, other) in rows {
        check_equal(&[(rule, &statement(one), &statement(other))]);
    }
}

fn check_members_different(rows: &[(&str, &str, &str)]) {
    for (rule, one, other) in rows {
        check_different(&[(rule, &statement(one), &statement(other))]);
    }
}

#[test]
fn the_frame_of_a_document_is_compared_by_meaning() {
    check_equal(&[
        (
            "an absent version is 2008-10-17",
            r#"{"Statement": []}"#,
            r#"{"Version": "2008-10-17", "Statement": []}"#,
        ),
        (
            "an empty id is none",
            r#"{"Id": "", "Statement": []}"#,
            r#"{"Statement": []}"#,
        ),
        (
            "one statement may stand without a list",
            r#"{"Statement": {"Effect": "Deny"}}"#,
            r#"{"Statement": [{"Effect": "Deny"}]}"#,
        ),
        (
            "statements have no order",
            r#"{"Statement": [{"Effect": "Deny", "Action": "a:b"}, {"Effect": "Allow", "Action": "c:d"}]}"#,
            r#"{"Statement": [{"Action": "c:d", "Effect": "Allow"}, {"Effect": "Deny", "Action": "a:b"}]}"#,
        ),
        (
            "a statement given twice is one",
            r#"{"Statement": [{"Effect": "Deny"}, {"Effect": "Deny"}]}"#,
            r#"{"Statement": [{"Effect": "Deny"}]}"#,
        ),
    ]);
    check_different(&[
        (
            "variables are text in the older version",
            r#"{"Statement": []}"#,
            r#"{"Version": "2012-10-17", "Statement": []}"#,
        ),
        (
            "an id is stored",
            r#"{"Id": "a", "Statement": []}"#,
            r#"{"Statement": []}"#,
        ),
        (
            "effects differ",
            r#"{"Statement": {"Effect": "Deny"}}"#,
            r#"{"Statement": {"Effect": "Allow"}}"#,
        ),
        (
            "a statement more",
            r#"{"Statement": [{"Effect": "Deny"}]}"#,
            r#"{"Statement": [{"Effect": "Deny"}, {"Effect": "Deny", "Sid": "x"}]}"#,
        ),
    ]);
}

#[test]
fn sids_actions_and_resources_are_compared_by_meaning() {
    check_members_equal(&[
        (
            "an empty sid is none",
            r#""Sid": "", "Action": "a:b""#,
            r#""Action": "a:b""#,
        ),
        (
            "one action is a list of one",
            r#""Action": "s3:GetObject""#,
            r#""Action": ["s3:GetObject"]"#,
        ),
        (
            "actions have no order",
            r#""Action": ["a:b", "c:d"]"#,
            r#""Action": ["c:d", "a:b"]"#,
        ),
        (
            "an action given twice is one",
            r#""Action": ["a:b", "A:B"]"#,
            r#""Action": "a:b""#,
        ),
        (
            "actions have no case",
            r#""Action": "S3:getOBJECT""#,
            r#""Action": "s3:GetObject""#,
        ),
        (
            "excepted actions likewise",
            r#""NotAction": ["C:d", "a:b"]"#,
            r#""NotAction": ["a:b", "c:D"]"#,
        ),
        (
            "resources have no order",
            r#""Resource": ["r", "s", "r"]"#,
            r#""Resource": ["s", "r"]"#,
        ),
        (
            "excepted resources likewise",
            r#""NotResource": ["r", "s"]"#,
            r#""NotResource": ["s", "r"]"#,
        ),
        (
            "no action is an empty list",
            r#""Action": [], "Resource": "r""#,
            r#""Resource": "r""#,
        ),
    ]);
    check_members_different(&[
        ("a sid is stored", r#""Sid": "a""#, r#""Sid": "b""#),
        ("sids have case", r#""Sid": "a""#, r#""Sid": "A""#),
        (
            "NotAction is no Action",
            r#""Action": "a:b""#,
            r#""NotAction": "a:b""#,
        ),
        (
            "NotResource is no Resource",
            r#""Resource": "r""#,
            r#""NotResource": "r""#,
        ),
        (
            "resources have case",
            r#""Resource": "arn:aws:s3:::b/A""#,
            r#""Resource": "arn:aws:s3:::b/a""#,
        ),
        (
            "an action is wider",
            r#""Action": "s3:*""#,
            r#""Action": ["s3:*", "s3:GetObject"]"#,
        ),
        (
            "a resource is missing",
            r#""Resource": ["r", "s"]"#,
            r#""Resource": "r""#,
        ),
        (
            "NotAction of nothing is everything",
            r#""NotAction": []"#,
            r#""Action": []"#,
        ),
    ]);
}

#[test]
fn principals_are_compared_by_meaning() {
    check_members_equal(&[
        (
            "everyone is everyone",
            r#""Principal": "*""#,
            r#""Principal": {"AWS": "*"}"#,
        ),
        (
            "everyone in a list",
            r#""Principal": "*""#,
            r#""Principal": {"AWS": ["*"]}"#,
        ),
        (
            "excepted everyone",
            r#""NotPrincipal": "*""#,
            r#""NotPrincipal": {"AWS": "*"}"#,
        ),
        (
            "an account id is its root",
            r#""Principal": {"AWS": "111122223333"}"#,
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#,
        ),
        (
            "an account by id and by root is given twice",
            r#""Principal": {"AWS": ["arn:aws-cn:iam::111122223333:root", "111122223333"]}"#,
            r#""Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}"#,
        ),
        (
            "principals have no order",
            r#""Principal": {"AWS": ["a", "b"], "Service": ["x", "y"]}"#,
            r#""Principal": {"Service": ["y", "x"], "AWS": ["b", "a", "b"]}"#,
        ),
    ]);
    check_members_different(&[
        (
            "a deleted role's id is not its ARN",
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/lab"}"#,
            r#""Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}"#,
        ),
        (
            "a deleted user's id is not its ARN",
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}"#,
            r#""Principal": {"AWS": "AIDAEXAMPLEEXAMPLE123"}"#,
        ),
        (
            "roots of two partitions are two accounts",
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#,
            r#""Principal": {"AWS": "arn:aws-us-gov:iam::111122223333:root"}"#,
        ),
        (
            "an account is not its user named root",
            r#""Principal": {"AWS": "111122223333"}"#,
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/root"}"#,
        ),
        (
            "eleven digits are no account",
            r#""Principal": {"AWS": "11112222333"}"#,
            r#""Principal": {"AWS": "arn:aws:iam::11112222333:root"}"#,
        ),
        (
            "an id is an account among AWS principals only",
            r#""Principal": {"CanonicalUser": "111122223333"}"#,
            r#""Principal": {"CanonicalUser": "arn:aws:iam::111122223333:root"}"#,
        ),
        (
            "no principal is not everyone",
            r#""Principal": "*""#,
            r#""Sid": """#,
        ),
        (
            "NotPrincipal is no Principal",
            r#""Principal": "*""#,
            r#""NotPrincipal": "*""#,
        ),
        (
            "every service is not everyone",
            r#""Principal": {"Service": "*"}"#,
            r#""Principal": "*""#,
        ),
        (
            "ARNs have case",
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/A"}"#,
            r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/a"}"#,
        ),
    ]);
}

#[test]
fn an_account_id_is_the_root_of_the_partition_the_other_document_names() {
    let bare = read(&statement(r#""Principal": {"AWS": "111122223333"}"#));
    for partition in ["aws", "aws-us-gov", "aws-cn"] {
        let root = format!(r#""Principal": {{"AWS": "arn:{partition}:iam::111122223333:root"}}"#);
        let root = read(&statement(&root));
        assert!(
            bare.equivalent(&root) && root.equivalent(&bare),
            "{partition}"
        );
    }
}

#[test]
fn conditions_are_compared_by_meaning() {
    check_members_equal(&[
        (
            "no condition is an empty one",
            r#""Condition": {}"#,
            r#""Sid": """#,
        ),
        (
            "an operator without keys tests nothing",
            r#""Condition": {"Bool": {}}"#,
            r#""Condition": {}"#,
        ),
        (
            "a boolean is its text",
            r#""Condition": {"Bool": {"k": true}}"#,
            r#""Condition": {"Bool": {"k": ["true"]}}"#,
        ),
        (
            "a number is its text",
            r#""Condition": {"NumericEquals": {"k": 10}}"#,
            r#""Condition": {"NumericEquals": {"k": "10"}}"#,
        ),
        (
            "operators have no case",
            r#""Condition": {"forallvalues:STRINGLIKEifexists": {"k": "v"}}"#,
            r#""Condition": {"ForAllValues:StringLikeIfExists": {"k": "v"}}"#,
        ),
        (
            "keys have no case",
            r#""Condition": {"StringEquals": {"AWS:sourceVPCE": "v"}}"#,
            r#""Condition": {"StringEquals": {"aws:SourceVpce": "v"}}"#,
        ),
        (
            "tagged keys have none up to the tag",
            r#""Condition": {"StringEquals": {"AWS:principaltag/Team": "v"}}"#,
            r#""Condition": {"StringEquals": {"aws:PrincipalTag/Team": "v"}}"#,
        ),
        (
            "values, keys and operators have no order",
            r#""Condition": {"Bool": {"k": "true"}, "StringLike": {"a": ["1", "2"], "b": "3"}}"#,
            r#""Condition": {"StringLike": {"b": "3", "a": ["2", "1", "2"]}, "Bool": {"k": "true"}}"#,
        ),
    ]);
    check_members_different(&[
        (
            "tag keys keep their case",
            r#""Condition": {"StringEquals": {"aws:PrincipalTag/Team": "v"}}"#,
            r#""Condition": {"StringEquals": {"aws:PrincipalTag/team": "v"}}"#,
        ),
        (
            "values have case",
            r#""Condition": {"StringEquals": {"k": "v"}}"#,
            r#""Condition": {"StringEquals": {"k": "V"}}"#,
        ),
        (
            "IfExists counts",
            r#""Condition": {"StringNotEquals": {"k": "v"}}"#,
            r#""Condition": {"StringNotEqualsIfExists": {"k": "v"}}"#,
        ),
        (
            "the quantifier counts",
            r#""Condition": {"ForAnyValue:StringLike": {"k": "v"}}"#,
            r#""Condition": {"ForAllValues:StringLike": {"k": "v"}}"#,
        ),
        (
            "ArnLike is spelt differently from ArnEquals",
            r#""Condition": {"ArnLike": {"k": "v"}}"#,
            r#""Condition": {"ArnEquals": {"k": "v"}}"#,
        ),
        (
            "no values match nothing",
            r#""Condition": {"StringEquals": {"k": []}}"#,
            r#""Condition": {}"#,
        ),
    ]);
}

#[test]
fn a_normal_form_prints_as_a_document_and_can_be_a_key() {
    let normal = read(&statement(
        r#""Sid": "", "Action": ["S3:Put*", "s3:Get*"], "Principal": {"AWS": "*"}"#,
    ))
    .normal_form();
    assert_eq!(
        normal.to_string(),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["s3:get*","s3:put*"]}]}"#
    );
    assert_eq!(normal.document().normal_form(), normal);
    assert!(HashSet::from([normal.clone()]).contains(&normal));
}
