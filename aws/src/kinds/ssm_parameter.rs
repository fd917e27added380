//! `ssm:parameter`: a standard parameter, the store of anchors. Its creation is atomic, and each write counts up.

use async_trait::async_trait;
use aws_sdk_ssm::types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag};
use cloister_composite::{AnchorStore, PartError, StoredAnchor, Tags};

use super::{settled::answered, tags::difference};
use crate::{calls::Operation, session::Aws};

/// The kind as plans show it.
pub(crate) const KIND: &str = "ssm:parameter";

// A repeat would meet the first parameter and take it for someone else's.
const CREATE: Operation = Operation::once("ssm:PutParameter");
const WRITE: Operation = Operation::idempotent("ssm:PutParameter");
const READ: Operation = Operation::read("ssm:GetParameter");
const DELETE: Operation = Operation::idempotent("ssm:DeleteParameter");
const LIST_TAGS: Operation = Operation::read("ssm:ListTagsForResource");
const ADD_TAGS: Operation = Operation::idempotent("ssm:AddTagsToResource");
const REMOVE_TAGS: Operation = Operation::idempotent("ssm:RemoveTagsFromResource");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[
    CREATE,
    WRITE,
    READ,
    DELETE,
    LIST_TAGS,
    ADD_TAGS,
    REMOVE_TAGS,
]];

#[async_trait]
impl AnchorStore for Aws {
    async fn create(&self, name: &str, text: &str, tags: &Tags) -> Result<i64, PartError> {
        let request = self
            .ssm()
            .put_parameter()
            .name(name)
            .value(text)
            .r#type(ParameterType::String)
            .tier(ParameterTier::Standard)
            .overwrite(false)
            .set_tags(Some(sdk_tags(tags)?));
        Ok(self
            .call(CREATE, name, || request.clone().send())
            .await?
            .version)
    }

    async fn read(&self, name: &str) -> Result<Option<StoredAnchor>, PartError> {
        let request = self.ssm().get_parameter().name(name);
        let answer = match self.call(READ, name, || request.clone().send()).await {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
        let parameter = answered(answer.parameter, READ.api, "Parameter")?;
        Ok(Some(StoredAnchor {
            text: answered(parameter.value, READ.api, "Parameter.Value")?,
            version: parameter.version,
        }))
    }

    async fn write(&self, name: &str, text: &str) -> Result<i64, PartError> {
        let request = self
            .ssm()
            .put_parameter()
            .name(name)
            .value(text)
            .r#type(ParameterType::String)
            .overwrite(true);
        Ok(self
            .call(WRITE, name, || request.clone().send())
            .await?
            .version)
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), PartError> {
        let (set, removed) = difference(tags, &read_tags(self, name).await?);
        if !set.is_empty() {
            let request = self
                .ssm()
                .add_tags_to_resource()
                .resource_type(ResourceTypeForTagging::Parameter)
                .resource_id(name)
                .set_tags(Some(sdk_tags(&set)?));
            self.call(ADD_TAGS, name, || request.clone().send()).await?;
        }
        if !removed.is_empty() {
            let request = self
                .ssm()
                .remove_tags_from_resource()
                .resource_type(ResourceTypeForTagging::Parameter)
                .resource_id(name)
                .set_tag_keys(Some(removed));
            self.call(REMOVE_TAGS, name, || request.clone().send())
                .await?;
        }
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), PartError> {
        let request = self.ssm().delete_parameter().name(name);
        match self.call(DELETE, name, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

async fn read_tags(aws: &Aws, name: &str) -> Result<Tags, PartError> {
    let request = aws
        .ssm()
        .list_tags_for_resource()
        .resource_type(ResourceTypeForTagging::Parameter)
        .resource_id(name);
    let answer = aws.call(LIST_TAGS, name, || request.clone().send()).await?;
    let tags = answer.tag_list.unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, PartError> {
    tags.iter()
        .map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.map_err(|error| PartError::bug(KIND, error.to_string()))
        })
        .collect()
}
