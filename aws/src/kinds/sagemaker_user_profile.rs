//! `sagemaker:user-profile`: one person's place in a Studio domain. It goes with its apps and the spaces that it owns.

use std::time::Duration;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Readiness, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    arn::Arn,
    natural_key::go_on,
    sagemaker::{
        member::{member_id, natural_member_id, parts},
        quotas::naming_the_quota,
        status::{self, lasting, update_failure},
        sweep::{Scope, still_there, sweep},
        tagging::{put_tags, read_tags, sdk_tags},
        user_settings::{
            UserSettings, check_kept, read_user_settings, restate_user_settings, sdk_user_settings,
        },
    },
    settled::{answered, settled},
    tags::{holds, settable},
};
use crate::{calls::Operation, session::Aws};

const CREATE: Operation = Operation::once("sagemaker:CreateUserProfile");
const DESCRIBE: Operation = Operation::read("sagemaker:DescribeUserProfile");
const UPDATE: Operation = Operation::idempotent("sagemaker:UpdateUserProfile");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE, DESCRIBE, UPDATE]];
const DELETE_API: &str = "sagemaker:DeleteUserProfile";

/// A user profile of Studio.
#[derive(Debug)]
pub struct StudioUserProfile;

impl StudioUserProfile {
    /// The profile's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The profile's name.
    pub const NAME: OutputName<String> = OutputName::new("name");
}

/// What a profile is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudioUserProfileDesired {
    /// The domain's id.
    pub domain_id: Input<String>,
    /// Its name; in the domain there is one of it, however it is capitalised.
    pub name: String,
    /// Who signs in as this profile, in a domain with IAM Identity Center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_user: Option<SsoUser>,
    /// What the user gets instead of the domain's defaults; beside the other settings, not below a name of its own.
    #[serde(flatten)]
    pub user_settings: UserSettings,
    /// Never wished: a state that only a new profile ends, such as `Failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Never wished: why the last update failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_failed: Option<String>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A user of IAM Identity Center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SsoUser {
    /// What the value is: `UserName`.
    pub identifier: String,
    /// The user's name.
    pub value: String,
}

/// A profile as SageMaker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudioUserProfileObserved {
    /// `DOMAIN|NAME`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The domain's id.
    pub domain_id: String,
    /// Its name.
    pub name: String,
    /// `InService`, `Failed`, ...
    pub status: String,
    /// Why it failed, if it did.
    pub failure_reason: Option<String>,
    /// Who signs in as this profile.
    pub sso_user: Option<SsoUser>,
    /// What the user gets instead of the domain's defaults.
    pub user_settings: UserSettings,
    /// The id that owns the user's directory in the home file system.
    pub home_efs_uid: Option<String>,
    /// When it was made.
    pub creation_date: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for StudioUserProfile {
    const KIND: &'static str = "sagemaker:user-profile";
    const REPLACED_BY: &'static [&'static str] = &["domain_id", "name", "sso_user", "status"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = StudioUserProfileDesired;
    type Observed = StudioUserProfileObserved;
    type Disposal = ();

    fn id(observed: &StudioUserProfileObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &StudioUserProfileObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::NAME.name(), observed.name.clone()),
        ])
    }

    fn settings(observed: &StudioUserProfileObserved) -> StudioUserProfileDesired {
        StudioUserProfileDesired {
            domain_id: observed.domain_id.clone().into(),
            name: observed.name.clone(),
            sso_user: observed.sso_user.clone(),
            user_settings: observed.user_settings.clone().without_usual(),
            status: lasting(&observed.status),
            update_failed: update_failure(&observed.status, observed.failure_reason.as_deref()),
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_member_id(settings)
    }

    fn align(desired: &Value, observed: Value) -> Value {
        restate_user_settings(desired, observed)
    }

    fn readiness(observed: &StudioUserProfileObserved) -> Readiness {
        status::readiness(&observed.status, observed.failure_reason.as_deref())
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, StudioUserProfileDesired>,
    ) -> Result<Option<StudioUserProfileObserved>, PartError> {
        let Some(id) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_profile(aws, &id).await?;
        Ok(found.filter(|profile| holds(&profile.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, StudioUserProfileDesired>,
    ) -> Result<StudioUserProfileObserved, PartError> {
        let desired = making.desired;
        match create_profile(aws, desired).await {
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                let domain_id = settled(&desired.domain_id, Self::KIND, "domain_id")?;
                let leftover = read_profile(aws, &member_id(domain_id, &desired.name)).await?;
                status::wait_for_end(leftover.as_ref().map(|one| one.status.as_str()), &error)?;
                go_on::<Self>(aws, desired, error).await
            }
            made => made,
        }
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<StudioUserProfileObserved>>, PartError> {
        read_each(ids, |id| async move { read_profile(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, StudioUserProfileDesired, StudioUserProfileObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        if changing.touches("tags") {
            put_tags(aws, &observed.arn, &desired.tags, &observed.tags).await?;
        }
        if changing.changed.iter().all(|name| name == "tags") {
            return Ok(());
        }
        let before = Self::settings(observed).user_settings;
        check_kept(&desired.user_settings, &before, &observed.id)?;
        let request = aws
            .sagemaker()
            .update_user_profile()
            .domain_id(&observed.domain_id)
            .user_profile_name(&observed.name)
            .user_settings(sdk_user_settings(
                &desired.user_settings,
                &before,
                Self::KIND,
            )?);
        aws.call(UPDATE, &observed.id, || request.clone().send())
            .await
            .map(|_| ())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, StudioUserProfileObserved, ()>,
    ) -> Result<(), PartError> {
        let StudioUserProfileObserved {
            id,
            domain_id,
            name,
            ..
        } = deleting.observed;
        let left = sweep(aws, domain_id, Scope::Profile(name)).await?;
        if left.is_empty() {
            return Ok(());
        }
        Err(still_there(DELETE_API, id, &left))
    }

    fn usual_duration() -> Duration {
        Duration::from_secs(10)
    }
}

async fn create_profile(
    aws: &Aws,
    desired: &StudioUserProfileDesired,
) -> Result<StudioUserProfileObserved, PartError> {
    const KIND: &str = StudioUserProfile::KIND;
    let domain_id = settled(&desired.domain_id, KIND, "domain_id")?;
    let id = member_id(domain_id, &desired.name);
    let user = desired.sso_user.as_ref();
    let settings = &desired.user_settings;
    let nothing = UserSettings::default();
    let request = aws
        .sagemaker()
        .create_user_profile()
        .domain_id(domain_id)
        .user_profile_name(&desired.name)
        .set_single_sign_on_user_identifier(user.map(|user| user.identifier.clone()))
        .set_single_sign_on_user_value(user.map(|user| user.value.clone()))
        .user_settings(sdk_user_settings(settings, &nothing, KIND)?)
        .set_tags(Some(sdk_tags(&desired.tags)));
    let made = aws
        .call(CREATE, &id, || request.clone().send())
        .await
        .map_err(|error| naming_the_quota(error, KIND))?;
    Ok(StudioUserProfileObserved {
        id,
        arn: answered(made.user_profile_arn, CREATE.api, "UserProfileArn")?,
        domain_id: domain_id.clone(),
        name: desired.name.clone(),
        status: status::PENDING.to_owned(),
        failure_reason: None,
        sso_user: desired.sso_user.clone(),
        user_settings: desired.user_settings.clone(),
        home_efs_uid: None,
        creation_date: None,
        tags: desired.tags.clone(),
    })
}

async fn read_profile(aws: &Aws, id: &str) -> Result<Option<StudioUserProfileObserved>, PartError> {
    let Some([domain_id, name]) = parts(id) else {
        return Ok(None);
    };
    let request = aws
        .sagemaker()
        .describe_user_profile()
        .domain_id(domain_id)
        .user_profile_name(name);
    let found = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let arn = answered(found.user_profile_arn, DESCRIBE.api, "UserProfileArn")?;
    let tags = match read_tags(aws, &arn).await {
        Err(error) if error.is_not_found() => return Ok(None),
        tags => tags?,
    };
    let status = found.status.map(|status| status.as_str().to_owned());
    let identifier = found.single_sign_on_user_identifier;
    Ok(Some(StudioUserProfileObserved {
        id: id.to_owned(),
        arn,
        domain_id: domain_id.to_owned(),
        name: answered(found.user_profile_name, DESCRIBE.api, "UserProfileName")?,
        status: answered(status, DESCRIBE.api, "Status")?,
        failure_reason: found.failure_reason.filter(|reason| !reason.is_empty()),
        sso_user: identifier
            .zip(found.single_sign_on_user_value)
            .map(|(identifier, value)| SsoUser { identifier, value }),
        user_settings: found
            .user_settings
            .map(read_user_settings)
            .unwrap_or_default(),
        home_efs_uid: found.home_efs_file_system_uid,
        creation_date: found.creation_time.map(|date| date.to_string()),
        tags,
    }))
}
