//! Tags of SageMaker's resources, by ARN.

use aws_sdk_sagemaker::types::Tag;
use cloister_composite::{PartError, Tags};

use crate::{calls::Operation, kinds::tags::difference, session::Aws};

const LIST: Operation = Operation::read("sagemaker:ListTags");
const ADD: Operation = Operation::idempotent("sagemaker:AddTags");
const DELETE: Operation = Operation::idempotent("sagemaker:DeleteTags");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[LIST, ADD, DELETE]];

/// All tags of the resource.
pub(crate) async fn read_tags(aws: &Aws, arn: &str) -> Result<Tags, PartError> {
    let mut tags = Tags::new();
    let mut next = None;
    loop {
        let request = aws
            .sagemaker()
            .list_tags()
            .resource_arn(arn)
            .set_next_token(next);
        let page = aws.call(LIST, arn, || request.clone().send()).await?;
        tags.extend(
            page.tags
                .unwrap_or_default()
                .into_iter()
                .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))),
        );
        next = page.next_token;
        if next.is_none() {
            return Ok(tags);
        }
    }
}

/// Sets and removes tags until the resource has those that are desired.
pub(crate) async fn put_tags(
    aws: &Aws,
    arn: &str,
    desired: &Tags,
    observed: &Tags,
) -> Result<(), PartError> {
    let (set, removed) = difference(desired, observed);
    if !set.is_empty() {
        let request = aws
            .sagemaker()
            .add_tags()
            .resource_arn(arn)
            .set_tags(Some(sdk_tags(&set)));
        aws.call(ADD, arn, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = aws
            .sagemaker()
            .delete_tags()
            .resource_arn(arn)
            .set_tag_keys(Some(removed));
        aws.call(DELETE, arn, || request.clone().send()).await?;
    }
    Ok(())
}

/// Tags as requests take them.
pub(crate) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}
