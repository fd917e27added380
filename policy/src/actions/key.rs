//! Condition keys as the table describes them.

use super::name::matches_name;

/// A condition key of a service, such as `s3:prefix` or `aws:RequestTag/${TagKey}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'a> {
    /// As AWS spells it; what users fill in is `${…}` or `<…>`.
    pub name: &'a str,
    /// `None` where AWS's reference gives no type.
    pub value: Option<KeyType>,
    /// Whether a request may have several values.
    pub many: bool,
}

/// What the values of a key are, hence which operators read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    String,
    Arn,
    Bool,
    Numeric,
    Date,
    IpAddress,
}

const TYPES: [(&str, KeyType, bool); 9] = [
    ("String", KeyType::String, false),
    ("ArrayOfString", KeyType::String, true),
    ("ARN", KeyType::Arn, false),
    ("ArrayOfARN", KeyType::Arn, true),
    ("Bool", KeyType::Bool, false),
    ("ArrayOfBool", KeyType::Bool, true),
    ("Numeric", KeyType::Numeric, false),
    ("Date", KeyType::Date, false),
    ("IPAddress", KeyType::IpAddress, false),
];

impl<'a> Key<'a> {
    /// The key of a table line.
    pub(super) fn of(name: &'a str, type_name: &str) -> Self {
        let found = TYPES.iter().find(|(known, ..)| *known == type_name);
        Self {
            name,
            value: found.map(|(_, value, _)| *value),
            many: found.is_some_and(|(.., many)| *many),
        }
    }

    /// Whether `written`, from a policy, names this key. Case makes no difference.
    pub fn is_named(&self, written: &str) -> bool {
        named(self.name, written)
    }
}

/// Whether `written` is `name`, in which `${…}` and `<…>` stand for anything.
pub(super) fn named(name: &str, written: &str) -> bool {
    match name.find(['$', '<']) {
        None => name.eq_ignore_ascii_case(written),
        // Most keys differ before what users fill in.
        Some(start) => {
            let same_start = written
                .get(..start)
                .is_some_and(|begin| begin.eq_ignore_ascii_case(&name[..start]));
            same_start && matches_name(&with_wildcards(name), written)
        }
    }
}

/// `name` with each `${…}` and `<…>` replaced by `*`.
pub(super) fn with_wildcards(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find(['$', '<']) {
        pattern.push_str(&rest[..start]);
        pattern.push('*');
        let end = rest[start..].find(['}', '>']);
        rest = end.map_or("", |end| &rest[start + end + 1..]);
    }
    pattern + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_any_spelling_and_any_filling() {
        for (name, written, expected) in [
            ("s3:prefix", "S3:Prefix", true),
            ("s3:prefix", "s3:prefixes", false),
            ("aws:RequestTag/${TagKey}", "aws:requesttag/team", true),
            ("aws:RequestTag/${TagKey}", "aws:RequestTag", false),
            ("s3:ExistingObjectTag/<key>", "s3:ExistingObjectTag/a", true),
            (
                "kms:EncryptionContext:${EncryptionContextKey}",
                "kms:EncryptionContext:aws:s3:arn",
                true,
            ),
        ] {
            assert_eq!(
                Key::of(name, "String").is_named(written),
                expected,
                "{written}"
            );
        }
    }

    #[test]
    fn placeholders_become_wildcards() {
        for (name, expected) in [
            (
                "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
                "arn:*:s3:::*/*",
            ),
            ("s3:ExistingObjectTag/<key>", "s3:ExistingObjectTag/*"),
            ("*", "*"),
        ] {
            assert_eq!(with_wildcards(name), expected);
        }
    }
}
