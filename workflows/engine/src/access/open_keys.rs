//! Condition keys that AWS sends with every request of this sort, that policies test, and that nobody has told.

use cloister_policy::Arn;
use cloister_policy::access::{Caller, Layer};

use super::gather::Walk;

/// Fills in what the resource tells, and notes what stays open. A key that the check gives as null is absent, not open.
pub(super) fn gather(walk: &mut Walk<'_>, resource: &str) {
    if let Ok(arn) = Arn::parse(resource)
        && !arn.region.is_empty()
    {
        walk.derive("aws:RequestedRegion", &arn.region);
    }
    for (key, why) in sent(walk) {
        let is_given = match key.strip_suffix('/') {
            Some(_) => false,
            None => walk.found.context.get(key).is_some(),
        };
        if !is_given && walk.texts.iter().any(|text| names(text, key)) {
            walk.found.open_keys.insert(key.to_owned(), why.to_owned());
        }
    }
}

/// What AWS sends, with the reason why it may be unknown; a name that ends in `/` stands for all tags.
fn sent(walk: &Walk<'_>) -> Vec<(&'static str, &'static str)> {
    const GIVE: &str = "give it in `context`, or null where the request has none";
    let unread = |layer| walk.found.unread.contains_key(&layer);
    let mut keys = vec![
        ("aws:RequestedRegion", GIVE),
        ("aws:PrincipalOrgID", GIVE),
        ("aws:PrincipalOrgPaths", GIVE),
        ("aws:ResourceOrgID", GIVE),
        ("aws:ResourceOrgPaths", GIVE),
    ];
    if walk.proof.endpoint.is_none() {
        keys.push(("aws:SourceIp", GIVE));
    } else {
        keys.push(("aws:VpcSourceIp", GIVE));
    }
    if unread(Layer::Endpoint) {
        let why = "the endpoint was not read: give it in `context`";
        keys.push(("aws:SourceVpc", why));
    }
    if matches!(walk.found.caller, Caller::Role { session: None, .. }) {
        keys.push((
            "aws:userid",
            "it has the name of the session: give it in `context`",
        ));
    }
    if unread(Layer::Identity) {
        keys.push(("aws:PrincipalTag/", "the principal was not read"));
    }
    keys
}

/// Whether a document, in lower case, tests the key or has it as a policy variable.
fn names(text: &str, key: &str) -> bool {
    let key = key.to_lowercase();
    let is_all = key.ends_with('/');
    [format!("\"{key}"), format!("${{{key}")]
        .iter()
        .any(|start| {
            text.match_indices(start.as_str())
                .any(|(at, _)| is_all || text[at + start.len()..].starts_with(['"', '}', ',', ' ']))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_a_whole_or_as_a_variable() {
        for (text, key, expected) in [
            (r#"{"aws:sourcevpc":"vpc-1"}"#, "aws:SourceVpc", true),
            (r#"{"aws:sourcevpce":"vpce-1"}"#, "aws:SourceVpc", false),
            (r#"["home/${aws:userid}/*"]"#, "aws:userid", true),
            (r#"["home/${aws:userid, 'x'}"]"#, "aws:userid", true),
            (
                r#"{"aws:principaltag/team":"a"}"#,
                "aws:PrincipalTag/",
                true,
            ),
            (
                r#"["x/${aws:principaltag/team}"]"#,
                "aws:PrincipalTag/",
                true,
            ),
            (r#"["aws:principal"]"#, "aws:PrincipalTag/", false),
        ] {
            assert_eq!(names(text, key), expected, "{text}");
        }
    }
}
