//! Compares the ARN that STS gives a caller with the ARNs people configure.
//!
//! A session's ARN (`arn:aws:sts::1:assumed-role/NAME/SESSION`) has lost the
//! path of its role, while `aws:PrincipalArn` and configuration have it.

use crate::arn::{Arn, segments};
use crate::matches_arn;
use crate::wildcard::matches_text;

/// The role of an assumed-role session, as `aws:PrincipalArn` has it except
/// for the role's path, which the session's ARN does not tell. `None` for
/// everything that is no such session.
pub fn principal_of_session(arn: &Arn) -> Option<Arn> {
    let name = session_role(&arn.service, &arn.resource)?;
    Some(Arn {
        service: "iam".to_owned(),
        resource: format!("role/{name}"),
        ..arn.clone()
    })
}

/// Whether the caller is the principal that `pattern` names, as far as the
/// caller's ARN tells.
///
/// `pattern` is compared as `ArnLike` compares with `aws:PrincipalArn`, part
/// by part. The path of a session's role is unknown and taken to be the one in
/// `pattern`, while the role's name must match what follows the last slash:
/// `role/Dev*` is no match for every role that might have a path `Dev/`. Role
/// names are unique in an account whatever their path, so a pattern with the
/// full name errs only where its path is wrong.
pub fn same_principal(pattern: &str, caller: &str) -> bool {
    let (Some(patterns), Some(parts)) = (segments(pattern), segments(caller)) else {
        return false;
    };
    let [_, partition, service, region, account, resource] = parts;
    let Some(role_name) = session_role(service, resource) else {
        return matches_arn(pattern, caller);
    };
    let role = ["arn", partition, "iam", region, account];
    patterns
        .iter()
        .zip(role)
        .all(|(pattern, part)| matches_text(pattern, part))
        && matches_role_of_any_path(patterns[5], role_name)
}

fn session_role<'a>(service: &str, resource: &'a str) -> Option<&'a str> {
    let (name, session) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    (service == "sts" && !name.is_empty() && !session.is_empty()).then_some(name)
}

/// Whether `role/NAME` matches, or `role/PATH/NAME` with a path from the pattern.
fn matches_role_of_any_path(pattern: &str, name: &str) -> bool {
    if matches_text(pattern, &format!("role/{name}")) {
        return true;
    }
    let Some((path_pattern, name_pattern)) = pattern.rsplit_once('/') else {
        return false;
    };
    matches_text(name_pattern, name) && matches_some_text_after("role/", path_pattern)
}

/// Whether some text that starts with `prefix` matches `pattern`.
fn matches_some_text_after(prefix: &str, pattern: &str) -> bool {
    let mut wanted = pattern.chars();
    for letter in prefix.chars() {
        match wanted.next() {
            // It can swallow the rest of the prefix, and what follows is free.
            Some('*') => return true,
            Some(wanted) if wanted == '?' || wanted == letter => {}
            _ => return false,
        }
    }
    true
}
