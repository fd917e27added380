//! Tags of EC2: in the create call, as they are read, and as they change.

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use cloister_composite::{PartError, Tags};

use crate::{
    calls::Operation,
    kinds::tags::{difference, settable},
    session::Aws,
};

const CREATE_TAGS: Operation = Operation::idempotent("ec2:CreateTags");
const DELETE_TAGS: Operation = Operation::idempotent("ec2:DeleteTags");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[CREATE_TAGS, DELETE_TAGS]];

/// The tags for a create call, so that there is no moment at which the object has none.
pub(crate) fn tag_specifications(
    resource: &ResourceType,
    tags: &Tags,
) -> Option<Vec<TagSpecification>> {
    if tags.is_empty() {
        return None;
    }
    let specification = TagSpecification::builder()
        .resource_type(resource.clone())
        .set_tags(Some(sdk_tags(&settable(tags))));
    Some(vec![specification.build()])
}

/// The tags of a description.
pub(crate) fn tags_of(tags: Option<Vec<Tag>>) -> Tags {
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

/// Brings the tags of `id` from `observed` to `desired`.
pub(crate) async fn put_tags(
    aws: &Aws,
    id: &str,
    observed: &Tags,
    desired: &Tags,
) -> Result<(), PartError> {
    let (set, removed) = difference(desired, observed);
    if !set.is_empty() {
        let request = aws
            .ec2()
            .create_tags()
            .resources(id)
            .set_tags(Some(sdk_tags(&set)));
        aws.call(CREATE_TAGS, id, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        // Without a value, a tag goes whatever its value is.
        let keys = removed
            .into_iter()
            .map(|key| Tag::builder().key(key).build());
        let request = aws
            .ec2()
            .delete_tags()
            .resources(id)
            .set_tags(Some(keys.collect()));
        aws.call(DELETE_TAGS, id, || request.clone().send()).await?;
    }
    Ok(())
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}
