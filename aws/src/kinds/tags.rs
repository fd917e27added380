//! Tags: which are ours to set, and what differs.

use cloister_composite::{TAG_COMPOSITE, TAG_PART, Tags};

/// The tags without those that AWS itself sets, which nobody else may.
pub(crate) fn settable(tags: &Tags) -> Tags {
    tags.iter()
        .filter(|(key, _)| !is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Whether only AWS sets this tag.
pub(crate) fn is_reserved(key: &str) -> bool {
    key.starts_with("aws:")
}

/// Whether `tags` holds every tag of `wanted`.
pub(crate) fn holds(tags: &Tags, wanted: &Tags) -> bool {
    wanted
        .iter()
        .all(|(key, value)| tags.get(key) == Some(value))
}

/// Those of a part's tags that say whose it is: the owner may change, these two do not. Empty if they are not all there.
fn identifying(tags: &Tags) -> Tags {
    const IDENTIFYING: [&str; 2] = [TAG_COMPOSITE, TAG_PART];
    let found: Tags = IDENTIFYING
        .iter()
        .filter_map(|key| tags.get_key_value(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if found.len() == IDENTIFYING.len() {
        found
    } else {
        Tags::new()
    }
}

/// Whether `tags` are those of the part that is to carry `desired`.
pub(crate) fn are_of_part(tags: &Tags, desired: &Tags) -> bool {
    let identifying = identifying(desired);
    !identifying.is_empty() && holds(tags, &identifying)
}

/// What turns `observed` into `desired`: tags to set, and keys to remove.
pub(crate) fn difference(desired: &Tags, observed: &Tags) -> (Tags, Vec<String>) {
    let set = desired
        .iter()
        .filter(|(key, value)| observed.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let removed = observed
        .keys()
        .filter(|key| !desired.contains_key(*key) && !is_reserved(key))
        .cloned()
        .collect();
    (set, removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_part_is_known_by_composite_and_key() {
        let wanted = tags(&[(TAG_COMPOSITE, "c"), (TAG_PART, "p"), ("owner", "a")]);
        for (found, expected) in [
            (
                tags(&[(TAG_COMPOSITE, "c"), (TAG_PART, "p"), ("owner", "b")]),
                true,
            ),
            (tags(&[(TAG_COMPOSITE, "c"), (TAG_PART, "other")]), false),
            (tags(&[(TAG_COMPOSITE, "c")]), false),
            (Tags::new(), false),
        ] {
            assert_eq!(are_of_part(&found, &wanted), expected, "{found:?}");
        }
        let nothing = Tags::new();
        assert!(!are_of_part(&nothing, &nothing), "no tags say nothing");
    }

    #[test]
    fn only_what_differs_is_set_and_what_aws_set_is_left() {
        let desired = tags(&[("kept", "1"), ("changed", "2"), ("new", "3")]);
        let observed = tags(&[
            ("kept", "1"),
            ("changed", "1"),
            ("old", "0"),
            ("aws:stack", "x"),
        ]);
        assert_eq!(
            difference(&desired, &observed),
            (
                tags(&[("changed", "2"), ("new", "3")]),
                vec!["old".to_owned()]
            )
        );
        assert_eq!(
            settable(&tags(&[("aws:stack", "x"), ("a", "b")])),
            tags(&[("a", "b")])
        );
    }
}
