//! `sagemaker:app`: what runs in Studio. It is looked at, not made: users start their own.

use cloister_composite::{PartError, Tags};
use serde::Serialize;

use super::{
    sagemaker::{
        app_defaults::{AppResources, read_resources},
        member::parts,
        tagging::read_tags,
    },
    settled::answered,
};
use crate::{calls::Operation, session::Aws};

/// The kind's name.
pub(crate) const KIND: &str = "sagemaker:app";

const DESCRIBE: Operation = Operation::read("sagemaker:DescribeApp");

/// An app as SageMaker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudioAppObserved {
    /// `DOMAIN|PROFILE or SPACE|TYPE|NAME`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The domain's id.
    pub domain_id: String,
    /// The profile that it runs for, if it does.
    pub user_profile_name: Option<String>,
    /// The space that it runs in, if it does.
    pub space_name: Option<String>,
    /// `JupyterLab`, `CodeEditor`, ...
    pub app_type: String,
    /// Its name.
    pub name: String,
    /// `InService`, `Pending`, `Deleted`, ...
    pub status: String,
    /// Why it failed, if it did.
    pub failure_reason: Option<String>,
    /// What it runs on.
    pub resources: Option<AppResources>,
    /// When it was made.
    pub creation_date: Option<String>,
    /// When its user last did something.
    pub last_user_activity: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

/// The app with this id, unless there is none. One that ended is still found for a day.
///
/// The id does not say whether its owner is a profile or a space: the space is tried first, since most apps run there.
pub(crate) async fn read_app(aws: &Aws, id: &str) -> Result<Option<StudioAppObserved>, PartError> {
    let Some([domain_id, owner, app_type, name]) = parts(id) else {
        return Ok(None);
    };
    let request = aws
        .sagemaker()
        .describe_app()
        .domain_id(domain_id)
        .app_type(app_type.into())
        .app_name(name);
    let of_space = request.clone().space_name(owner);
    let of_profile = request.user_profile_name(owner);
    let found = match aws.call(DESCRIBE, id, || of_space.clone().send()).await {
        Err(error) if error.is_not_found() => {
            aws.call(DESCRIBE, id, || of_profile.clone().send()).await
        }
        answer => answer,
    };
    let found = match found {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let arn = answered(found.app_arn, DESCRIBE.api, "AppArn")?;
    let tags = match read_tags(aws, &arn).await {
        Err(error) if error.is_not_found() => return Ok(None),
        tags => tags?,
    };
    let status = found.status.map(|status| status.as_str().to_owned());
    Ok(Some(StudioAppObserved {
        id: id.to_owned(),
        domain_id: domain_id.to_owned(),
        user_profile_name: found.user_profile_name,
        space_name: found.space_name,
        app_type: app_type.to_owned(),
        name: name.to_owned(),
        status: answered(status, DESCRIBE.api, "Status")?,
        failure_reason: found.failure_reason,
        resources: found.resource_spec.and_then(read_resources),
        creation_date: found.creation_time.map(|date| date.to_string()),
        last_user_activity: found
            .last_user_activity_timestamp
            .map(|date| date.to_string()),
        tags,
        arn,
    }))
}
