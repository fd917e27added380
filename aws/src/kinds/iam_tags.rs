//! Tags of IAM's objects.

use aws_sdk_iam::types::Tag;
use cloister_composite::{PartError, Tags};

/// The tags of an IAM object; absent means none.
pub(super) fn iam_tags(tags: Option<Vec<Tag>>) -> Tags {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect()
}

/// Tags as IAM takes them.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, PartError> {
    tags.iter()
        .map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.map_err(|error| PartError::bug("iam", error.to_string()))
        })
        .collect()
}
