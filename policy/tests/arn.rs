//! ARNs, their wildcards, and callers compared with configured principals.

use cloister_policy::{Arn, matches_arn, matches_text, principal_of_session, same_principal};

#[test]
fn an_arn_reads_back_as_it_was() {
    for (text, parts) in [
        ("arn:aws:s3:::logs/a:b", ["aws", "s3", "", "", "logs/a:b"]),
        (
            "arn:aws-cn:iam::111122223333:root",
            ["aws-cn", "iam", "", "111122223333", "root"],
        ),
        (
            "arn:aws:kms:eu-west-1:111122223333:key/1",
            ["aws", "kms", "eu-west-1", "111122223333", "key/1"],
        ),
    ] {
        let [partition, service, region, account, resource] = parts.map(str::to_owned);
        let arn = Arn {
            partition,
            service,
            region,
            account,
            resource,
        };
        assert_eq!(Arn::parse(text).as_ref(), Ok(&arn));
        assert_eq!(arn.to_string(), text);
        assert_eq!(serde_json::to_value(&arn).expect(text), text);
        assert_eq!(serde_json::from_value::<Arn>(text.into()).expect(text), arn);
    }
}

#[test]
fn what_is_no_arn_is_refused_with_the_reason() {
    for (text, reason) in [
        ("", "it has fewer than six parts"),
        ("logs", "it has fewer than six parts"),
        (
            "arn:aws:s3:::",
            "its partition, service or resource is empty",
        ),
        (
            "arn::s3:::logs",
            "its partition, service or resource is empty",
        ),
        ("urn:aws:s3:::logs", "it does not start with `arn:`"),
    ] {
        let error = Arn::parse(text).expect_err(text);
        assert_eq!(
            error.to_string(),
            format!(
                "`{text}` is no ARN: {reason}; write `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`"
            )
        );
    }
}

#[test]
fn stars_stand_for_any_run_and_question_marks_for_one_character() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("**", "a:b/c", true),
        ("?", "", false),
        ("?", "é", true),
        ("a*c", "abbc", true),
        ("a*c", "abcd", false),
        ("*a*b*", "xxaxxbxx", true),
        ("*ab", "aab", true),
        ("*a?b", "aab", true),
        ("*a?b", "ab", false),
        ("a*b*c?", "a-b-b-cc", true),
        ("Get*", "getObject", false),
    ] {
        assert_eq!(matches_text(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn arns_match_part_by_part() {
    for (pattern, arn, expected) in [
        ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/a:b/c", true),
        ("arn:*:s3:::logs", "arn:aws:s3:::logs", true),
        ("arn:aws:*:logs", "arn:aws:s3:::logs", false),
        (
            "arn:aws:iam::*:role/x",
            "arn:aws:iam::111122223333:role/x",
            true,
        ),
        (
            "arn:aws:iam::*:x",
            "arn:aws:iam::111122223333:role:x",
            false,
        ),
        (
            "arn:aws:iam:*:role/x",
            "arn:aws:iam::111122223333:role/x",
            false,
        ),
        (
            "arn:aws:iam::11112222333?:*",
            "arn:aws:iam::111122223333:root",
            true,
        ),
        (
            "arn:aws:iam::111122223333?:*",
            "arn:aws:iam::111122223333:root",
            false,
        ),
        ("*", "arn:aws:iam::111122223333:root", false),
        ("*:*:*:*:*:*", "arn:aws:iam::111122223333:root", true),
    ] {
        assert_eq!(matches_arn(pattern, arn), expected, "{pattern} {arn}");
    }
}

#[test]
fn a_session_belongs_to_its_role() {
    for (session, role) in [
        (
            "arn:aws:sts::111122223333:assumed-role/Admin/ann",
            Some("arn:aws:iam::111122223333:role/Admin"),
        ),
        (
            "arn:aws-us-gov:sts::111122223333:assumed-role/Admin/a=b,c.d@e",
            Some("arn:aws-us-gov:iam::111122223333:role/Admin"),
        ),
        ("arn:aws:sts::111122223333:assumed-role/Admin", None),
        ("arn:aws:sts::111122223333:assumed-role//ann", None),
        ("arn:aws:sts::111122223333:federated-user/ann", None),
        ("arn:aws:iam::111122223333:role/Admin", None),
        ("arn:aws:iam::111122223333:root", None),
    ] {
        let found = principal_of_session(&Arn::parse(session).expect(session));
        assert_eq!(found.map(String::from).as_deref(), role, "{session}");
    }
}

const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Admin/ann";

fn check_caller(rows: &[(&str, &str, &str, bool)]) {
    for (rule, pattern, caller, expected) in rows {
        assert_eq!(same_principal(pattern, caller), *expected, "{rule}");
    }
}

#[test]
fn a_session_is_compared_by_account_and_role_name() {
    let role = |account_and_role: &str| format!("arn:aws:iam::{account_and_role}");
    for (rule, pattern, expected) in [
        ("role without path", "111122223333:role/Admin", true),
        ("role with path", "111122223333:role/ops/eu/Admin", true),
        (
            "role of a longer name",
            "111122223333:role/SuperAdmin",
            false,
        ),
        (
            "role whose path has the name",
            "111122223333:role/Admin/x",
            false,
        ),
        ("role of another case", "111122223333:role/admin", false),
        ("role of another account", "444455556666:role/Admin", false),
        ("any account", "*:role/Admin", true),
        ("any role", "111122223333:role/*", true),
        ("any role of a path", "111122223333:role/ops/*", true),
        ("any principal", "111122223333:*", true),
        ("any principal of the name", "111122223333:*/Admin", true),
        ("start of the name", "111122223333:role/Ad*", true),
        ("start of another name", "111122223333:role/Dev*", false),
        (
            "path and start of the name",
            "111122223333:role/ops/*/Adm?n",
            true,
        ),
        (
            "path and start of another name",
            "111122223333:role/ops/D*",
            false,
        ),
        (
            "a star that might hold path and name",
            "111122223333:role/ops*",
            false,
        ),
        ("a star across the account", "*role/Admin", false),
        ("the user of the name", "111122223333:user/Admin", false),
        (
            "the user of the name in a path",
            "111122223333:user/ops/Admin",
            false,
        ),
        (
            "the account is its root user only",
            "111122223333:root",
            false,
        ),
    ] {
        check_caller(&[(rule, &role(pattern), SESSION, expected)]);
    }
}

#[test]
fn a_caller_is_compared_with_the_configured_principal() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/ops/Admin";
    const USER: &str = "arn:aws:iam::111122223333:user/ann";
    const SSO: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann@example.org";
    const SSO_ROLES: &str = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*";
    check_caller(&[
        (
            "role of another partition",
            "arn:aws-cn:iam::111122223333:role/Admin",
            SESSION,
            false,
        ),
        (
            "any partition",
            "arn:*:iam::111122223333:role/Admin",
            SESSION,
            true,
        ),
        ("a lone star is no ARN", "*", SESSION, false),
        ("the session itself is no role", SESSION, SESSION, false),
        ("any permission set", SSO_ROLES, SSO, true),
        (
            "the permission set",
            &format!("{SSO_ROLES}/AWSReservedSSO_Admin_*"),
            SSO,
            true,
        ),
        (
            "another permission set",
            &format!("{SSO_ROLES}/AWSReservedSSO_Dev_*"),
            SSO,
            false,
        ),
        ("a role by its own ARN", ROLE, ROLE, true),
        (
            "a role by another path",
            "arn:aws:iam::111122223333:role/Admin",
            ROLE,
            false,
        ),
        ("a user", USER, USER, true),
        ("any user", "arn:aws:iam::111122223333:user/*", USER, true),
        (
            "a role for a user",
            "arn:aws:iam::111122223333:role/ann",
            USER,
            false,
        ),
        ("no ARN at all", "ann", "ann", false),
    ]);
}
