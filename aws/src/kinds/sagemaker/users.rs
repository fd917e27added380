//! Who uses a domain: its user profiles and spaces, whoever made them.

use cloister_composite::PartError;
use futures::future::try_join3;

use super::apps::{App, PAGE, live_apps};
use crate::{calls::Operation, kinds::settled::answered, session::Aws};

const LIST_PROFILES: Operation = Operation::read("sagemaker:ListUserProfiles");
const LIST_SPACES: Operation = Operation::read("sagemaker:ListSpaces");
const DELETE_PROFILE: Operation = Operation::idempotent("sagemaker:DeleteUserProfile");
const DELETE_SPACE: Operation = Operation::idempotent("sagemaker:DeleteSpace");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] =
    &[&[LIST_PROFILES, LIST_SPACES, DELETE_PROFILE, DELETE_SPACE]];

/// All that is in a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Users {
    pub(crate) apps: Vec<App>,
    pub(crate) spaces: Vec<Space>,
    pub(crate) profiles: Vec<Profile>,
}

/// A space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) name: String,
    /// The profile that owns it; spaces of Studio Classic have none.
    pub(crate) owner: Option<String>,
    pub(crate) status: String,
}

/// A user profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) status: String,
}

/// Whether two names are one: SageMaker compares names of profiles and spaces without case.
pub(crate) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// All apps, spaces and profiles of the domain.
pub(crate) async fn read_users(aws: &Aws, domain_id: &str) -> Result<Users, PartError> {
    let (apps, spaces, profiles) = try_join3(
        live_apps(aws, domain_id),
        spaces(aws, domain_id),
        profiles(aws, domain_id),
    )
    .await?;
    Ok(Users {
        apps,
        spaces,
        profiles,
    })
}

async fn spaces(aws: &Aws, domain_id: &str) -> Result<Vec<Space>, PartError> {
    let mut spaces = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .sagemaker()
            .list_spaces()
            .domain_id_equals(domain_id)
            .max_results(PAGE)
            .set_next_token(next);
        let page = aws
            .call(LIST_SPACES, domain_id, || request.clone().send())
            .await?;
        for found in page.spaces.unwrap_or_default() {
            let status = found.status.map(|status| status.as_str().to_owned());
            let owner = found.ownership_settings_summary;
            spaces.push(Space {
                name: answered(found.space_name, LIST_SPACES.api, "SpaceName")?,
                owner: owner.and_then(|owner| owner.owner_user_profile_name),
                status: answered(status, LIST_SPACES.api, "Status")?,
            });
        }
        next = page.next_token;
        if next.is_none() {
            return Ok(spaces);
        }
    }
}

async fn profiles(aws: &Aws, domain_id: &str) -> Result<Vec<Profile>, PartError> {
    let mut profiles = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .sagemaker()
            .list_user_profiles()
            .domain_id_equals(domain_id)
            .max_results(PAGE)
            .set_next_token(next);
        let page = aws
            .call(LIST_PROFILES, domain_id, || request.clone().send())
            .await?;
        for found in page.user_profiles.unwrap_or_default() {
            let status = found.status.map(|status| status.as_str().to_owned());
            profiles.push(Profile {
                name: answered(
                    found.user_profile_name,
                    LIST_PROFILES.api,
                    "UserProfileName",
                )?,
                status: answered(status, LIST_PROFILES.api, "Status")?,
            });
        }
        next = page.next_token;
        if next.is_none() {
            return Ok(profiles);
        }
    }
}

pub(crate) async fn delete_space(aws: &Aws, domain_id: &str, name: &str) -> Result<(), PartError> {
    tracing::info!(domain = domain_id, space = name, "deleting the space");
    let request = aws
        .sagemaker()
        .delete_space()
        .domain_id(domain_id)
        .space_name(name);
    aws.call(DELETE_SPACE, name, || request.clone().send())
        .await
        .map(|_| ())
}

pub(crate) async fn delete_profile(
    aws: &Aws,
    domain_id: &str,
    name: &str,
) -> Result<(), PartError> {
    tracing::info!(domain = domain_id, profile = name, "deleting the profile");
    let request = aws
        .sagemaker()
        .delete_user_profile()
        .domain_id(domain_id)
        .user_profile_name(name);
    aws.call(DELETE_PROFILE, name, || request.clone().send())
        .await
        .map(|_| ())
}
