//! Tags of IAM's objects.

use aws_sdk_iam::types::Tag;
use cloister_composite::Tags;

/// The tags of an IAM object; absent means none.
pub(super) fn iam_tags(tags: Option<Vec<Tag>>) -> Tags {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect()
}
