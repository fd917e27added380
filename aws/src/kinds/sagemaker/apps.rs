//! Apps: what runs in Studio, for a user profile or in a space.

use std::fmt;

use aws_sdk_sagemaker::types::AppDetails;
use cloister_composite::PartError;

use super::{status, users::is};
use crate::{calls::Operation, kinds::settled::answered, session::Aws};

/// The most that a list answers at once; it is ten unless asked for.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListApps.html>
pub(crate) const PAGE: i32 = 100;

const LIST: Operation = Operation::read("sagemaker:ListApps");
const DELETE: Operation = Operation::idempotent("sagemaker:DeleteApp");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[LIST, DELETE]];

/// An app that runs, or is about to or has not ended yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) owner: Owner,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) status: String,
}

/// Whom an app belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Profile(String),
    Space(String),
}

impl Owner {
    pub(crate) fn is_profile(&self, name: &str) -> bool {
        matches!(self, Self::Profile(own) if is(own, name))
    }

    pub(crate) fn is_space(&self, name: &str) -> bool {
        matches!(self, Self::Space(own) if is(own, name))
    }
}

impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, owner) = match &self.owner {
            Owner::Profile(name) => ("profile", name),
            Owner::Space(name) => ("space", name),
        };
        let Self {
            kind, name, status, ..
        } = self;
        write!(f, "app {kind}/{name} of {noun} {owner} ({status})")
    }
}

/// The domain's apps that have not ended. SageMaker lists those that have for a day.
pub(crate) async fn live_apps(aws: &Aws, domain_id: &str) -> Result<Vec<App>, PartError> {
    let mut apps = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .sagemaker()
            .list_apps()
            .domain_id_equals(domain_id)
            .max_results(PAGE)
            .set_next_token(next);
        let page = aws.call(LIST, domain_id, || request.clone().send()).await?;
        for found in page.apps.unwrap_or_default() {
            apps.push(app(found)?);
        }
        next = page.next_token;
        if next.is_none() {
            break;
        }
    }
    apps.retain(|app| ![status::DELETED, status::FAILED].contains(&app.status.as_str()));
    Ok(apps)
}

fn app(found: AppDetails) -> Result<App, PartError> {
    let status = found.status.map(|status| status.as_str().to_owned());
    let kind = found.app_type.map(|kind| kind.as_str().to_owned());
    let owner = match (found.space_name, found.user_profile_name) {
        (Some(space), _) => Some(Owner::Space(space)),
        (None, profile) => profile.map(Owner::Profile),
    };
    Ok(App {
        owner: answered(owner, LIST.api, "UserProfileName")?,
        kind: answered(kind, LIST.api, "AppType")?,
        name: answered(found.app_name, LIST.api, "AppName")?,
        status: answered(status, LIST.api, "Status")?,
    })
}

pub(crate) async fn delete_app(aws: &Aws, domain_id: &str, app: &App) -> Result<(), PartError> {
    tracing::info!(domain = domain_id, "deleting {app}");
    let request = aws
        .sagemaker()
        .delete_app()
        .domain_id(domain_id)
        .app_type(app.kind.as_str().into())
        .app_name(&app.name);
    let request = match &app.owner {
        Owner::Profile(name) => request.user_profile_name(name),
        Owner::Space(name) => request.space_name(name),
    };
    aws.call(DELETE, &app.to_string(), || request.clone().send())
        .await
        .map(|_| ())
}
