//! `sagemaker:domain`: a Studio domain, with all that it brings along: it goes with its apps, spaces and profiles, its
//! mount targets and NFS groups, and with the home file system if that is wished.

mod delete;
mod home;
mod nfs_groups;
mod read;
mod settings;
mod write;

use std::time::Duration;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, OutputName, Outputs, PartError, PartKind,
    Readiness, Tags, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::settings::{Docker, DomainSettings, SpaceDefaults};
use self::{
    delete::delete_domain,
    read::{find_domain, read_domain},
    settings::restate_domain,
    write::{create_domain, update_domain},
};
use super::{
    arn::Arn,
    sagemaker::{
        status::{self, lasting, update_failure},
        user_settings::UserSettings,
    },
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[home::CALLS, read::CALLS, write::CALLS];

/// What SageMaker says of a domain that it broke itself; the next attempt usually succeeds.
/// <https://github.com/aws/aws-cdk/issues/34818>
const OWN_FAULT: &str = "KMS key 'null'";

/// A Studio domain.
#[derive(Debug)]
pub struct StudioDomain;

impl StudioDomain {
    /// The domain's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The group at the boundary of the domain, where there is one.
    pub const BOUNDARY_SECURITY_GROUP_ID: OutputName<String> =
        OutputName::new("boundary_security_group_id");
    /// The file system of the users' homes.
    pub const HOME_EFS_ID: OutputName<String> = OutputName::new("home_efs_id");
    /// The domain's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The application in IAM Identity Center, where people sign in there.
    pub const SSO_APPLICATION_ARN: OutputName<Arn> = OutputName::new("sso_application_arn");
    /// Where Studio is found.
    pub const URL: OutputName<String> = OutputName::new("url");
}

/// What a domain is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudioDomainDesired {
    /// Its name.
    pub name: String,
    /// How people sign in: `IAM` or `SSO`.
    pub auth_mode: String,
    /// The VPC that it works in.
    pub vpc_id: Input<String>,
    /// The subnets of apps and mount targets.
    pub subnet_ids: Vec<Input<String>>,
    /// The key of the home file system and of spaces' volumes; absent means AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Input<Arn>>,
    /// How apps reach the internet: `VpcOnly` or `PublicInternetOnly`.
    pub network_access: String,
    /// What users get.
    pub user_settings: UserSettings,
    /// What shared spaces get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space_settings: Option<SpaceDefaults>,
    /// What holds for the domain as a whole.
    #[serde(default, skip_serializing_if = "DomainSettings::is_usual")]
    pub domain_settings: DomainSettings,
    /// Whether the domain's tags are put on what users make.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tag_propagation: bool,
    /// Never wished: a state that only a new domain ends, such as `Failed`, or `Deleted` while leftovers exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Never wished: why the last update failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_failed: Option<String>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A domain as SageMaker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudioDomainObserved {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `InService`, `Failed`, ...; `Deleted` if only leftovers of it exist.
    pub status: String,
    /// Why it failed, if it did.
    pub failure_reason: Option<String>,
    /// How people sign in.
    pub auth_mode: String,
    /// The VPC that it works in.
    pub vpc_id: String,
    /// The subnets of apps and mount targets, sorted.
    pub subnet_ids: Vec<Input<String>>,
    /// The key, as it was named when the domain was made.
    pub kms_key_id: Option<String>,
    /// How apps reach the internet.
    pub network_access: String,
    /// What users get, AWS's defaults included.
    pub user_settings: UserSettings,
    /// What shared spaces get.
    pub space_settings: Option<SpaceDefaults>,
    /// What holds for the domain as a whole.
    pub domain_settings: DomainSettings,
    /// Whether the domain's tags are put on what users make.
    pub tag_propagation: bool,
    /// The file system of the users' homes.
    pub home_efs_id: Option<String>,
    /// Where Studio is found.
    pub url: Option<String>,
    /// The group at the boundary of the domain.
    pub boundary_security_group_id: Option<String>,
    /// The application in IAM Identity Center.
    pub sso_application_arn: Option<String>,
    /// When it was made.
    pub creation_date: Option<String>,
    /// The security groups that a deleted domain left behind.
    pub leftover_security_group_ids: Vec<String>,
    /// All its tags.
    pub tags: Tags,
}

/// How a domain goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudioDomainDisposal {
    /// What becomes of the users' homes.
    #[serde(default)]
    pub home_efs: HomeEfs,
}

/// What becomes of the file system of the users' homes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeEfs {
    /// It stays, without mount targets.
    #[default]
    Retain,
    /// It is deleted with all files.
    Delete,
}

#[async_trait]
impl PartKind for StudioDomain {
    const KIND: &'static str = "sagemaker:domain";
    const REPLACED_BY: &'static [&'static str] =
        &["name", "auth_mode", "vpc_id", "kms_key_arn", "status"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Intent;

    type Context = Aws;
    type Desired = StudioDomainDesired;
    type Observed = StudioDomainObserved;
    type Disposal = StudioDomainDisposal;

    fn id(observed: &StudioDomainObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &StudioDomainObserved) -> Outputs {
        let named = [
            (Self::ARN.name(), Some(&observed.arn)),
            (
                Self::BOUNDARY_SECURITY_GROUP_ID.name(),
                observed.boundary_security_group_id.as_ref(),
            ),
            (Self::HOME_EFS_ID.name(), observed.home_efs_id.as_ref()),
            (Self::ID.name(), Some(&observed.id)),
            (
                Self::SSO_APPLICATION_ARN.name(),
                observed.sso_application_arn.as_ref(),
            ),
            (Self::URL.name(), observed.url.as_ref()),
        ];
        named
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), value?.clone())))
            .collect()
    }

    fn settings(observed: &StudioDomainObserved) -> StudioDomainDesired {
        StudioDomainDesired {
            name: observed.name.clone(),
            auth_mode: observed.auth_mode.clone(),
            vpc_id: observed.vpc_id.clone().into(),
            subnet_ids: observed.subnet_ids.clone(),
            kms_key_arn: observed.kms_key_id.clone().map(|key| Arn::from(key).into()),
            network_access: observed.network_access.clone(),
            user_settings: observed
                .user_settings
                .clone()
                .without_usual()
                .without_never(),
            space_settings: observed.space_settings.clone(),
            domain_settings: observed.domain_settings.clone().without_usual(),
            tag_propagation: observed.tag_propagation,
            status: lasting(&observed.status),
            update_failed: update_failure(&observed.status, observed.failure_reason.as_deref()),
            tags: settable(&observed.tags),
        }
    }

    fn align(desired: &Value, observed: Value) -> Value {
        restate_domain(desired, observed)
    }

    fn readiness(observed: &StudioDomainObserved) -> Readiness {
        match &observed.failure_reason {
            Some(reason) if observed.status == status::FAILED && reason.contains(OWN_FAULT) => {
                Readiness::Broken(reason.clone())
            }
            reason => status::readiness(&observed.status, reason.as_deref()),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, StudioDomainDesired>,
    ) -> Result<Option<StudioDomainObserved>, PartError> {
        let name = finding.settings.get("name").and_then(Value::as_str);
        find_domain(aws, name, finding.tags).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, StudioDomainDesired>,
    ) -> Result<StudioDomainObserved, PartError> {
        create_domain(aws, making.desired).await
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<StudioDomainObserved>>, PartError> {
        read_each(ids, |id| async move { read_domain(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, StudioDomainDesired, StudioDomainObserved>,
    ) -> Result<(), PartError> {
        update_domain(aws, &changing).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, StudioDomainObserved, StudioDomainDisposal>,
    ) -> Result<(), PartError> {
        delete_domain(aws, deleting.observed, deleting.disposal.home_efs).await
    }

    fn usual_duration() -> Duration {
        Duration::from_secs(150)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}
