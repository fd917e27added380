//! What every IAM object with policies needs: documents as IAM sends them, and names inside ARNs.

use cloister_composite::PartError;
use cloister_policy::same_principal;
use serde_json::Value;

use super::settled::parse_policy;

/// A document in IAM's answer, which comes percent-encoded.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
pub(super) fn parse_document(text: &str, api: &str) -> Result<Value, PartError> {
    // No encoded document begins with a brace, and one that is not encoded may hold percent signs of its own.
    if text.trim_start().starts_with('{') {
        return parse_policy(text, api);
    }
    let decoded = percent_decoded(text).ok_or_else(|| {
        PartError::bug(api, "the policy is neither JSON nor percent-encoded JSON")
    })?;
    parse_policy(&decoded, api)
}

/// Whether the policy that was found means what the wanted one does.
pub(super) fn says(found: &Value, wanted: &Value) -> bool {
    cloister_policy::merge_view(wanted, found) == *wanted
}

/// How long IAM says that a document is.
pub(super) fn length(document: &Value) -> usize {
    let text = document.to_string();
    text.chars().filter(|char| !char.is_whitespace()).count()
}

/// The name in an ARN such as `…:role/team/data`, or in that of a role's session; a text that is no ARN is a name
/// already.
pub(super) fn name_of(id: &str) -> &str {
    let Some(resource) = id.splitn(6, ':').nth(5) else {
        return id;
    };
    let session = resource.strip_prefix("assumed-role/");
    match session.and_then(|session| session.split_once('/')) {
        Some((role, _)) => role,
        None => resource.rsplit('/').next().unwrap_or(resource),
    }
}

/// Whether the object with this ARN is the one that `id` means: a name, an ARN, or the ARN of a role's session. IAM is
/// asked by name only, and the same name may stand in other accounts and below other paths.
pub(super) fn is_meant(id: &str, arn: &str) -> bool {
    !id.starts_with("arn:") || same_principal(arn, id)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_read_encoded_and_plain() {
        for (text, expected) in [
            (
                "%7B%22a%22%3A%22b%20+c%C3%A9%22%7D",
                Some(json!({"a": "b +cé"})),
            ),
            (" {\"a\": \"100%\"}", Some(json!({"a": "100%"}))),
            ("%7B%2", None),
            ("%7B%ZZ%7D", None),
            ("%FF", None),
            ("", None),
        ] {
            assert_eq!(parse_document(text, "iam:GetRole").ok(), expected, "{text}");
        }
    }

    #[test]
    fn an_arn_means_only_itself_and_a_name_any_path() {
        let arn = "arn:aws:iam::111122223333:role/team/data";
        let session = "arn:aws:sts::111122223333:assumed-role/data/ada";
        for id in [arn, session, "data"] {
            assert_eq!(name_of(id), "data", "{id}");
        }
        for (id, expected) in [
            (session, true),
            ("arn:aws:sts::111122223333:assumed-role/date/ada", false),
            ("arn:aws:sts::444455556666:assumed-role/data/ada", false),
            (arn, true),
            ("data", true),
            ("arn:aws:iam::111122223333:role/data", false),
            ("arn:aws:iam::444455556666:role/team/data", false),
        ] {
            assert_eq!(is_meant(id, arn), expected, "{id}");
        }
    }
}
